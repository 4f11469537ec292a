"""When a lake has nothing left to do, and what it then says of itself."""

import json
import urllib.parse
import urllib.request

from count import locations
from lake import Broken, wait_until

PATIENCE_SECONDS = 60
# One takes what landed, one merges, and the lake does the same meanwhile.
MOST_COMPACTIONS = 10


def heads(lake, dataset):
    """The newest commit of each partition."""
    newest = {}
    for key in lake.keys(f"commits/{dataset.name}/"):
        # Ten digits: the order of the texts is that of the numbers, and the listing has it.
        newest[key.rsplit("/", 1)[0]] = key
    commits = [json.loads(lake.get(key)) for key in newest.values()]
    return {commit["partition"]: commit for commit in commits}


def settle(lake, dataset):
    """Compacts until nothing is new, and waits until the catalog names every head. Answers the heads."""

    for _ in range(MOST_COMPACTIONS):
        done = json.loads(lake.run("compact", dataset.name, "--json"))["partitions"]
        if not any(partition["committed"] or partition["waiting"] for partition in done):
            break
    else:
        raise Broken(f"nothing comes in, and `tributary compact` commits each of {MOST_COMPACTIONS} times: {done[0]}")

    def named_heads():
        found = heads(lake, dataset)
        named = {partition: (commit["location"], commit["generation"]) for partition, commit in found.items()}
        return found if locations(lake, dataset) == named else None

    found = wait_until("the catalog names every head", PATIENCE_SECONDS, named_heads)
    consumed = {entry["batch"] for commit in found.values() for entry in commit["consumed"]}
    landed = [key for key in lake.keys(f"landing/{dataset.name}/") if key.rsplit("/", 1)[1].split(".")[0] not in consumed]
    if landed:
        raise Broken(f"nothing is to be compacted, and these are not consumed: {landed[:3]}")
    return found


def accounts(lake, dataset, rows):
    """What differs between the files and what the lake says of them: its API, `doctor` and the quarantine."""
    lines = []
    query = urllib.parse.urlencode({"select": "count()"})
    with urllib.request.urlopen(f"{lake.http}/v1/datasets/{dataset.name}/rows?{query}") as answer:
        counted = json.load(answer)
    if counted != [{"count": rows}]:
        lines.append(f"the files have {rows:,} rows, and the API answers {counted}")
    try:
        lake.run("doctor", "--dataset", dataset.name)
    except Broken as differs:
        lines.append(str(differs))
    if lake.keys("quarantine/"):
        lines.append(f"nothing that was sent is wrong, and some of it is in quarantine: {lake.run('quarantine', 'list')}")
    return lines
