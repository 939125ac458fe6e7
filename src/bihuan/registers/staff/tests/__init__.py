"""Tests of the register of supervisory staff."""
