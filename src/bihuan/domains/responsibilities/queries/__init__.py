"""Reads of responsibilities, each within what the actor may see."""
