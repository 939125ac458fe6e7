"""查重的读取: what hangs on two organisations and would move; what taking a merge back would do."""
