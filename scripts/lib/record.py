"""Keeps what a benchmark printed, with where and when it ran: record.py NAME WORK FILE.

WORK has the table that was printed, and for some benchmarks the figures as JSON.
"""

import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path


def said(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def machine():
    """The processor, how much of it this process may use, and the memory."""
    processor = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{processor}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}"


def main():
    name, work, file = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    changed = said("git", "status", "--porcelain", "--untracked-files=no")
    figures = work / "figures.json"
    record = {
        "benchmark": name,
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "commit": said("git", "rev-parse", "--short=10", "HEAD") + (" and changes" if changed else ""),
        "machine": machine(),
        "versions": f"{said('rustc', '--version').rsplit(' (', 1)[0]}, Python {platform.python_version()}",
        "table": (work / "table").read_text().rstrip("\n").split("\n"),
        "figures": json.loads(figures.read_text()) if figures.exists() else None,
    }
    file.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


main()
