"""审计: who did what, when, on what, caused by what; sealed, signed and anchored so that nobody can quietly alter it."""
