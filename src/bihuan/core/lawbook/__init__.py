"""条文核对: what this installation goes by, how far each value was checked, and who checked it in with which basis."""
