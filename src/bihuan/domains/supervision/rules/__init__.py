"""督导检查规则: pure; no clock, no database."""
