"""同步: idempotency, envelopes from phones and lower levels, conflicts that are listed, uploads that resume."""
