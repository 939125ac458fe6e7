"""闭环: the case, its stages, deadlines, duties, escalation and watchdog."""
