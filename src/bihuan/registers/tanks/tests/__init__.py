"""Tests of the register of tanks."""
