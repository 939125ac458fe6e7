"""考核规则: pure; no clock, no database."""
