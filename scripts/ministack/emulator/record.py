"""Writes down the calls of roles: one JSON object a line."""

import json
import os
import threading

# What a policy of the lake asks about. The rest of a call's context is of no use to a reader.
KEYS = ("s3:prefix", "s3:if-none-match", "s3:objectcreationoperation", "aws:calledvia")


class Recorder:
    """Appends to a file. Safe to use from several threads."""

    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115 (open as long as the process runs)
        self._lock = threading.Lock()

    @classmethod
    def from_environment(cls):
        return cls(os.environ["CHECK_CALLS"])

    def write(self, principal, action, resources, context, decision):
        """`principal` is the ARN of the caller. Calls of the account's root are not written: no policy judges it."""
        if ":assumed-role/" not in principal:
            return
        role, session = principal.split(":assumed-role/", 1)[1].split("/", 1)
        line = {
            "role": role,
            "function": session,
            "action": action,
            "resources": resources,
            "context": {key: context[key] for key in KEYS if context.get(key) is not None},
            "decision": decision,
        }
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
