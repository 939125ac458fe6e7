"""Pages of campaigns: the list, the import, the review, the board."""
