"""What stands between Bihuan and other systems and devices."""
