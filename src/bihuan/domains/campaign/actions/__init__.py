"""What people do to campaigns: open, review, publish, close; and what the jobs do for them."""
