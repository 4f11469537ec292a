"""Links of the Markdown files, and the runnable blocks of their shell, each section on a lake of its own."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import blocks
import links

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Where the lake is in the documents.
AWS, HTTP = "127.0.0.1:4566", "127.0.0.1:8080"
SECONDS = 300
# Documents that say where things go: the paths in them must exist.
MAPS = {ROOT / "CONTRIBUTING.md"}
# Pages that list all pages beside them.
INDEXES = {ROOT / "docs" / "README.md"}


def documents():
    """All Markdown files that git has, or would take."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md", ":!scripts/deny/advisories"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted({ROOT / name for name in listed if name and (ROOT / name).exists()})


def environment(address, directory):
    """That of somebody who has set the endpoint and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TRIBUTARY_"))}
    path = os.pathsep.join([str(directory), str(pathlib.Path(sys.executable).parent), kept.get("PATH", "")])
    # matplotlib keeps its fonts' list in a home directory of the section's own, and draws into files.
    own = {"AWS_ENDPOINT_URL": address, "AWS_EC2_METADATA_DISABLED": "true", "PATH": path, "HOME": str(directory), "MPLBACKEND": "agg", "LC_ALL": "C.UTF-8"}
    return kept | own


def run(section, binary, work):
    """Plays a section on a new lake; yields (block, what is wrong with it)."""
    tools, place = work / "tools", work / "place"
    tools.mkdir()
    place.mkdir()
    (tools / "tributary").symlink_to(binary)
    command = [str(tools / "tributary"), "dev", "--json", "--data", str(work / "data"), "--aws", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    with open(work / "log", "w", encoding="utf-8") as log:
        lake = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        ready = json.loads(lake.stdout.readline())
        for block in section.blocks:
            text = block.commands.replace(AWS, ready["aws"].split("//")[1]).replace(HTTP, ready["http"].split("//")[1])
            command = ["sh", "-ec", f"exec 2>&1\n{text}"]
            done = subprocess.run(command, cwd=place, env=environment(ready["aws"], tools), capture_output=True, text=True, timeout=SECONDS, check=False)
            if done.returncode != block.status:
                yield block, f"ends with {done.returncode}, not with {block.status}, and prints\n{done.stdout}"
                return
            if block.shown is not None and not blocks.is_shown(blocks.lines(block.shown), blocks.lines(done.stdout)):
                yield block, f"prints\n{done.stdout}\nand the document shows\n{block.shown}"
    finally:
        lake.terminate()
        lake.wait()


def main():
    parser = argparse.ArgumentParser(prog="docs-check", description=__doc__)
    parser.add_argument("--links", action="store_true", help="links alone")
    parser.add_argument("--binary", type=pathlib.Path, help="the tributary command that the blocks are run with")
    parser.add_argument("documents", nargs="*", type=pathlib.Path, help="which Markdown files; all without any")
    options = parser.parse_args()
    chosen = [path.resolve() for path in options.documents] or documents()

    number, said = links.faults(chosen, ROOT)
    for document in chosen:
        if document in MAPS:
            said += links.missing(document, ROOT)
        if document in INDEXES:
            said += links.unlisted(document)
    print(f"{number} links in {len(chosen)} documents.")
    if not options.links:
        if options.binary is None:
            parser.error("--binary or --links")
        played = 0
        for document in chosen:
            for section in blocks.sections(document.read_text(encoding="utf-8")):
                began = time.monotonic()
                with tempfile.TemporaryDirectory() as work:
                    wrong = list(run(section, options.binary.resolve(), pathlib.Path(work)))
                name = document.relative_to(ROOT)
                said += [f"{name}:{block.line}: in {section.title!r}\n{block.commands}{why}" for block, why in wrong]
                played += len(section.blocks)
                print(f"{name}, {section.title!r}: {len(section.blocks)} blocks in {time.monotonic() - began:.1f} s", flush=True)
        print(f"{played} blocks run.")
    for sentence in said:
        print(sentence, file=sys.stderr)
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
