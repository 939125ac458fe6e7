"""Prints how many processes the tests may use: the cores this process is allowed to run on."""

import os

print(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
