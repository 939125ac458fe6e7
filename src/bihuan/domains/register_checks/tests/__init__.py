"""Tests of register checks."""
