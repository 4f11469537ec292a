"""Waits until a request for rows answers so many: `wait.py URL COUNT`."""

import json
import sys
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = 30


def rows(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return len(json.load(answer))
    except urllib.error.HTTPError as error:
        if error.code == 503:  # The table is not registered yet.
            return 0
        raise


url, count = sys.argv[1], int(sys.argv[2])
deadline = time.monotonic() + PATIENCE_SECONDS
while (found := rows(url)) < count:
    if time.monotonic() > deadline:
        sys.exit(f"{url} answers {found} rows after {PATIENCE_SECONDS} s, not {count}")
    time.sleep(0.05)
