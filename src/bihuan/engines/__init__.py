"""Pure work on text and numbers: no Django, no sockets, no clock."""
