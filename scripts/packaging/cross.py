"""What this machine can build Lambdas for: arm64, which costs a fifth less in Lambda, wherever it can be had."""

import dataclasses
import os
import pathlib
import platform
import shutil
import subprocess
import sys

HOSTS = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu"}
REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")


@dataclasses.dataclass(frozen=True)
class Choice:
    """An architecture, what builds for it (cargo or cargo-lambda), and why it is not arm64, if it is not."""

    architecture: str
    tool: str
    reason: str = ""


class Impossible(Exception):
    """Nothing here builds for the architecture that was asked for; the text says what would."""


def choose(root, architecture=None, tool=None):
    """What to build for and with: what was asked for, else arm64, else this machine's architecture.

    Raises `Impossible` where what was asked for cannot be built.
    """
    host = HOSTS.get(platform.machine().lower())
    if architecture is None and host is None:
        raise Impossible(f"unknown machine {platform.machine()}: say --arch x86_64 or --arch arm64")
    if architecture is not None:
        return Choice(architecture, tool_for(root, architecture, host, tool))
    try:
        return Choice("arm64", tool_for(root, "arm64", host, tool))
    except Impossible as reason:
        return Choice(host, tool_for(root, host, host, tool), str(reason))


def tool_for(root, architecture, host, tool):
    """The tool that was asked for, or the one that is there; with cargo-lambda put on the PATH."""
    if tool == "cargo" or (tool is None and architecture == host and not has_cargo_lambda(root)):
        if architecture != host:
            raise Impossible(f"plain cargo on {host} does not build for {architecture}: say --with cargo-lambda, which brings a linker")
        return "cargo"
    if architecture != host and not has_standard_library(root, TARGETS[architecture]):
        target = TARGETS[architecture]
        raise Impossible(f"Rust's standard library for {target} is not installed: rustup target add {target}")
    if not has_cargo_lambda(root, linker=architecture != host) and not install(root):
        raise Impossible("cargo-lambda and Zig are not installed and cannot be had from PyPI: pip install cargo-lambda ziglang")
    return "cargo-lambda"


def has_standard_library(root, target):
    answer = subprocess.run(["rustc", "--print", "sysroot"], cwd=root, capture_output=True, text=True, check=False)
    return answer.returncode == 0 and pathlib.Path(answer.stdout.strip(), "lib", "rustlib", target, "lib").is_dir()


def has_cargo_lambda(root, linker=False):
    """Whether there is a cargo-lambda; with `linker`, also Zig, by which it links for another architecture."""
    installed = root / ".tools" / "cross" / "bin"
    if (installed / "cargo-lambda").is_file() and str(installed) not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = f"{installed}{os.pathsep}{os.environ['PATH']}"
    answer = subprocess.run(["cargo", "lambda", "--version"], cwd=root, capture_output=True, check=False)
    return answer.returncode == 0 and (not linker or has_zig())


def has_zig():
    if shutil.which("zig"):
        return True
    return subprocess.run(["python3", "-m", "ziglang", "version"], capture_output=True, check=False).returncode == 0


def install(root):
    """Puts the pinned cargo-lambda and Zig into .tools/cross; whether that worked."""
    venv = root / ".tools" / "cross"
    print("build: installing cargo-lambda and Zig into .tools/cross", file=sys.stderr)
    shutil.rmtree(venv, ignore_errors=True)
    commands = [
        [sys.executable, "-m", "venv", str(venv)],
        [str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "--requirement", str(REQUIREMENTS)],
    ]
    for command in commands:
        if subprocess.run(command, check=False).returncode != 0:
            # It is tried again next time.
            shutil.rmtree(venv, ignore_errors=True)
            return False
    return has_cargo_lambda(root, linker=True)
