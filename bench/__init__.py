"""Measurements: `./run bench` lists them."""
