"""台账机制: a register declares its fields once; list, search, import, export, history, API and map come from that."""
