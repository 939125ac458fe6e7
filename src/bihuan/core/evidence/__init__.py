"""证据: files stored by their digest, never overwritten; what each proves, since when, until when, and who may see it."""
