"""通知: who is told what, in the product, by mail or by webhook; held in quiet hours, gathered into a digest, noted in a ledger."""
