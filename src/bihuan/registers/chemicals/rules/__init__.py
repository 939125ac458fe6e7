"""What the law and the reference data say of chemicals: pure."""
