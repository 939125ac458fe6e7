"""What people do with responsibilities: divide them, name who, publish lists, pass on."""
