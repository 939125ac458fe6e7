"""Tests of static risk."""
