"""The page of metrics, read by the parser of Prometheus' own client for Python: `metrics.py URL`.

It has the metrics of docs/metrics.md with their types, and no others. A second page has no counter that is lower than in
the first one. A dataset with events has its series.
"""

import pathlib
import re
import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
GROWS = ("_total", "_bucket", "_count", "_sum")


def documented(text):
    """The names in the two tables, with their types."""
    types = {}
    for line in text.splitlines():
        cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
        if re.match(r"\| `tributary_", line):
            types[cells[0]] = cells[1]
        elif re.match(r"\| `[a-z_]+` \| `tributary_", line):
            types[cells[1]] = "histogram" if cells[1].endswith("_seconds") else "counter"
    return types


def page(url):
    with urllib.request.urlopen(url) as answer:
        kind = answer.headers["Content-Type"]
        if kind != "text/plain; version=0.0.4; charset=utf-8":
            sys.exit(f"{url} has the content type {kind}")
        return list(text_string_to_metric_families(answer.read().decode()))


def shown(families):
    """The names of a page, with their types. The parser takes `_total` off the names of counters."""
    return {family.name + ("_total" if family.type == "counter" else ""): family.type for family in families}


def samples(families):
    found = {}
    for family in families:
        for sample in family.samples:
            key = (sample.name, *sorted(sample.labels.items()))
            if key in found:
                sys.exit(f"a sample is there twice: {key}")
            found[key] = sample.value
    return found


def main(url):
    expected, first = documented(DOCUMENT.read_text()), page(url)
    if (found := shown(first)) != expected:
        sys.exit(f"docs/metrics.md and {url} differ: {sorted(set(expected.items()) ^ set(found.items()))}")
    before, after = samples(first), samples(page(url))
    for key, value in before.items():
        if key[0].endswith(GROWS) and after.get(key, -1) < value:
            sys.exit(f"a counter went down from {value} to {after.get(key)}: {key}")
    if not all({"system", "environment"} <= {name for name, _ in key[1:]} for key in after):
        sys.exit("a sample lacks the label system or environment")
    if not any(key[0] == "tributary_dataset_events_accepted_total" and ("dataset", "passengers") in key for key in after):
        sys.exit("the dataset passengers has no series")
    print(f"{len(after)} samples of {len(found)} metrics, as docs/metrics.md has them")


if __name__ == "__main__":
    main(sys.argv[1])
