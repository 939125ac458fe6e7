"""What people do to cases: handle, verify, direct; and what the clock does."""
