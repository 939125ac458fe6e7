"""实时事件: who may hear what, proved by a one-minute ticket; site/live.py carries it."""
