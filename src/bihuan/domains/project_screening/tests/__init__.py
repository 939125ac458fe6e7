"""Tests of project screening."""
