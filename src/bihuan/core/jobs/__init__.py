"""作业: work after the commit and on the clock; kept in the database, tried again with growing pauses, never lost."""
