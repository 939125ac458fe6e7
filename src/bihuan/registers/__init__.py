"""Nouns many domains share (登记簿): what exists."""
