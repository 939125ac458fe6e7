"""一书一签的规则: reading what people write, completeness, contradictions, the national code. Pure."""
