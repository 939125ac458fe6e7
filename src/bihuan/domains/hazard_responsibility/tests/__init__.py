"""Tests of the responsibility for major hazards."""
