"""Reads of campaigns, each within what the actor may see; counts are made by the database in a fixed number of queries."""
