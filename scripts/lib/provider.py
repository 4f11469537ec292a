"""One process of Terraform's AWS provider for many commands: to start it takes longer than most of them."""

import contextlib
import queue
import shlex
import subprocess
import sys
import threading

START_SECONDS = 120


@contextlib.contextmanager
def provider(binary):
    """Starts the provider; yields what Terraform has to be told of it."""
    process = subprocess.Popen([binary, "-debug"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    try:
        while True:
            try:
                line = lines.get(timeout=START_SECONDS)
            except queue.Empty:
                line = ""
            if not line:
                sys.exit(f"{binary} -debug does not say within {START_SECONDS} s how Terraform can reach it")
            if "TF_REATTACH_PROVIDERS=" in line:
                # Written as a shell takes it.
                yield dict([shlex.split(line)[0].split("=", 1)])
                return
    finally:
        process.terminate()
        process.wait()
