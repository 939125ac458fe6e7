"""Tests of the register of major hazards."""
