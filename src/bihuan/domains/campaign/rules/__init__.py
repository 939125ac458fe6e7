"""专项行动规则: pure; no clock, no database, no Django."""
