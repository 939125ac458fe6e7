"""SQLite 后端: Django's, with turns for writers, so that nobody who waits is passed over for ever."""
