"""Sibling capabilities that do not know each other."""
