"""演示: a fictional city, made through the same doors as everything else, with every state on show."""
