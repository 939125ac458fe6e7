"""Tests of chemicals."""
