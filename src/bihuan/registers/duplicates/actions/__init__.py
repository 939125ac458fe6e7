"""查重操作: what people do with a suspicion, and the moving that a merge consists of."""
