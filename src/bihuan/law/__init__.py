"""What held on this date: dated regulation data with citation and state (官方文本已核 · 转载待核 · 待核)."""
