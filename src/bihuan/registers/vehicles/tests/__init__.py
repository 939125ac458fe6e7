"""Tests of the register of vehicles."""
