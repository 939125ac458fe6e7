"""Tests of the codes of things."""
