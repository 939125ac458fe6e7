"""一扇门: every change is an action, registered by name, with a typed input, a grant in its scope and one audit row."""
