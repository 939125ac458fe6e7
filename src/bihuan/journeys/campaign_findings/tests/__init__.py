"""The journey from a plan's problems to the units that answer them."""
