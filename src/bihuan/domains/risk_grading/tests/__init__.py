"""Tests of risk grading."""
