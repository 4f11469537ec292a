"""How the deployed `compact` has its allocator, as infra/modules/lake/compact.tf says: the benchmarks run it alike.

    allocator.py    prints it, as `env` takes it
"""

import re
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "infra/modules/lake/compact.tf"
ENVIRONMENT = dict(re.findall(r'^ *(MALLOC_\w+) *= "(\d+)"$', FILE.read_text(), re.MULTILINE))

if __name__ == "__main__":
    print(*(f"{name}={value}" for name, value in ENVIRONMENT.items()))
