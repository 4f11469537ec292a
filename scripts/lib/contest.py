"""Runs programs that do the same work in turn, and compares what they took and what came of it."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import allocator

MEASURED = ("seconds", "cpu", "peak_kib", "bytes")


@dataclass
class Contender:
    """A program that does the work once, in an empty directory, and prints a line of JSON about it: `seconds`, `cpu` and
    `peak_kib`, and for ours what the compactor reports."""

    name: str
    command: Callable[[Path, int], list[str]]
    files: Callable[[Path, dict], list[Path]]
    prepare: Callable[[Path], None] = lambda directory: None
    environment: dict[str, str] = field(default_factory=dict)
    runs: dict[int, list[dict]] = field(default_factory=dict)

    def run(self, directory: Path, threads: int) -> list[Path]:
        """Does it once; answers the files that came of it."""
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        self.prepare(directory)
        # What others wrote is not to be written out at this one's expense.
        os.sync()
        cores = set(sorted(os.sched_getaffinity(0))[-threads:])
        done = subprocess.run(
            self.command(directory, threads),
            stdout=subprocess.PIPE,
            check=False,
            text=True,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | self.environment,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        if done.returncode:
            sys.exit(f"{self.name} ended with status {done.returncode}")
        said = json.loads(done.stdout.splitlines()[-1])
        files = self.files(directory, said)
        self.runs.setdefault(threads, []).append(said | {"bytes": sum(file.stat().st_size for file in files)})
        return files

    def median(self, threads: int) -> dict:
        """The last run's report, with the medians of what is measured."""
        runs = self.runs[threads]
        return runs[-1] | {name: statistics.median(run[name] for run in runs) for name in MEASURED}


def peer(python: str, name: str, script: Path, inputs: Path, *options: str) -> Contender:
    """Another engine: `script INPUTS OUTPUT --threads N` writes one Parquet file."""
    return Contender(
        name,
        lambda directory, threads: [
            python, str(script), str(inputs), str(directory / "out.parquet"), "--threads", str(threads), *options
        ],
        lambda directory, said: [directory / "out.parquet"],
    )


def ours(binary: str, name: str, work: str, bucket: Path, budget: str) -> Contender:
    """Our compactor over a copy of the bucket, by hard links: it deletes what it has compacted. Its environment is the
    deployed function's as far as speed depends on it."""
    return Contender(
        name,
        lambda directory, threads: [binary, work, str(directory / "bucket"), budget, str(threads)],
        lambda directory, said: [directory / "bucket" / file for file in said["files"]],
        lambda directory: shutil.copytree(bucket, directory / "bucket", copy_function=os.link),
        allocator.ENVIRONMENT,
    )


def play(contenders: list[Contender], work: Path, threads: list[int], runs: int, facts) -> dict[str, dict]:
    """Each contender in turn, and all of them so many times. Answers what their last outputs hold, as `facts` finds of a
    contender's files."""
    cores = len(os.sched_getaffinity(0))
    if max(threads) > cores:
        sys.exit(f"{max(threads)} threads need as many cores, and this process may use {cores}")
    found = {}
    for count in threads:
        for run in range(runs):
            for contender in contenders:
                files = contender.run(work / "run", count)
                if run == runs - 1:
                    found[f"{contender.name}, {count} threads"] = facts(contender, files)
    shutil.rmtree(work / "run", ignore_errors=True)
    return found


def table(contenders: list[Contender], threads: list[int], reference: Contender) -> list[str]:
    """What each took, and how many times as much as the reference."""
    lines = []
    for count in threads:
        base = reference.median(count)
        lines.append(
            f"{f'{count} threads' if count > 1 else '1 thread':26} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'output MB':>9} "
            f"{'x wall':>7} {'x CPU':>7} {'x peak':>7} {'x output':>8}"
        )
        for contender in contenders:
            it = contender.median(count)
            times = [it[name] / base[name] if base[name] else float("nan") for name in MEASURED]
            lines.append(
                f"{contender.name:26} {it['seconds']:8.2f} {it['cpu']:8.2f} {it['peak_kib'] * 1024 / 1e6:8.0f} "
                f"{it['bytes'] / 1e6:9.1f} {times[0]:7.2f} {times[1]:7.2f} {times[2]:7.2f} {times[3]:8.2f}"
            )
        lines.append("")
    return lines
