"""How many commands of Terraform run at a time."""

import os


def workers():
    """As many as there are processors for this process, and two at most: each takes a gigabyte of memory or more."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(2, available)
