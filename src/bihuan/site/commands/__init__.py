"""Commands of `bihuan`, one file a subject; main.py mounts them by name."""
