"""同类系统: drivers that put the same workload to Bihuan and to what is used elsewhere, on this machine's own cores."""
