"""Judges two reports of checkov: of infra/, and of infra/ without its suppressions.

    check.py DIRECTORY REPORT BARE_REPORT
"""

import json
import re
import sys
from pathlib import Path

SUPPRESSION = re.compile(r"#checkov:skip=(CKV2?_AWS_\d+)(?::(.*))?")
# A reason says something.
LEAST_REASON = 20


def read(path):
    report = json.loads(Path(path).read_text())
    if not isinstance(report, dict) or "results" not in report:
        sys.exit(f"{path}: checkov scanned nothing: {str(report)[:200]}")
    return report["results"]


def name(record):
    return f"{record['check_id']} {record['resource']} ({record['file_path'].lstrip('/')}): {record['check_name']}"


def problems(directory, results, bare):
    for error in results["parsing_errors"] + bare["parsing_errors"]:
        yield f"checkov cannot read {error}"
    for record in results["failed_checks"]:
        yield name(record)

    suppressed = {(record["file_path"].lstrip("/"), record["check_id"]) for record in results["skipped_checks"]}
    for file in sorted(Path(directory).rglob("*.tf")):
        where = str(file.relative_to(directory))
        for check, reason in SUPPRESSION.findall(file.read_text()):
            if len((reason or "").strip()) < LEAST_REASON:
                yield f"{where}: the suppression of {check} has no reason"
            if (where, check) not in suppressed:
                yield f"{where}: the suppression of {check} suppresses nothing: it must be within the resource"

    known = {check for _, check in suppressed}
    found = {record["check_id"] for record in bare["failed_checks"]}
    if not found:
        yield "without the suppressions checkov finds nothing, so it does not see the resources"
    for check in sorted(found - known):
        yield f"{check} is found only without suppressions"


def main():
    directory, report, bare = sys.argv[1:]
    results, bare = read(report), read(bare)
    found = list(problems(directory, results, bare))
    for problem in found:
        print(problem, file=sys.stderr)
    counts = {kind: len(results[f"{kind}_checks"]) for kind in ("passed", "failed", "skipped")}
    print("checkov: {passed} passed, {failed} failed, {skipped} suppressed".format(**counts))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
