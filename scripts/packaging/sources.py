"""What a build is made of: its sources, its commit, and flags that keep this machine's paths out of the binaries."""

import os
import pathlib
import shutil
import subprocess
import tomllib


def version(root):
    return tomllib.loads((root / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def commit(root):
    """The commit of the sources, with -dirty where a tracked file differs from it; empty outside of a repository.

    TRIBUTARY_COMMIT says it where the sources are no repository.
    """
    if told := os.environ.get("TRIBUTARY_COMMIT"):
        return told
    head = git(root, "rev-parse", "--verify", "HEAD")
    if head is None:
        return ""
    return head.strip() + ("-dirty" if git(root, "status", "--porcelain", "--untracked-files=no") else "")


def git(root, *arguments):
    if shutil.which("git") is None:
        return None
    answer = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    return answer.stdout if answer.returncode == 0 else None


def environment(root, target):
    """The build's environment. Panics name source files, and code that build scripts made lies in the target directory:
    each of these directories gets the same name on every machine."""
    cargo = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo")).absolute()
    # Of several that match, rustc takes the last: the target directory may lie in the sources.
    names = {cargo: "/cargo", root: "/tributary", target: "/tributary/target"}
    # RUSTFLAGS separates by spaces: a directory with one in its name stays as it is.
    renamed = [f"--remap-path-prefix={path}={name}" for path, name in names.items() if " " not in str(path)]
    flags = [os.environ.get("RUSTFLAGS", ""), *renamed]
    return os.environ | {
        "RUSTFLAGS": " ".join(flag for flag in flags if flag),
        "CARGO_TARGET_DIR": str(target),
        "TRIBUTARY_COMMIT": commit(root),
    }


def copy(root, destination):
    """A copy of the sources in another directory: what git tracks, as it is in the work tree, and new files that git does
    not ignore."""
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is None:
        raise ValueError(f"{root} is no git repository, so there is no list of the sources to copy")
    shutil.rmtree(destination, ignore_errors=True)
    for name in filter(None, listed.split("\0")):
        source = root / name
        if source.is_file():
            copied = destination / name
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copied)
