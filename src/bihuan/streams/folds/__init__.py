"""分区折叠: one deterministic fold per partition over its log; lease, snapshot, fenced publishing, epochs."""
