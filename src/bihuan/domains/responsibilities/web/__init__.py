"""Pages of responsibilities."""
