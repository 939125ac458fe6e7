"""保存期限: how long each kind of record is kept, as data; what goes goes only after somebody of the right role confirmed the rule."""
