"""事件: what happened, told after the fact. Written to the outbox by the action, delivered at least once as jobs."""
