"""Tests of the filing of major hazards."""
