"""Reads of supervision, each within what the actor may see."""
