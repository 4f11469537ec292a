"""What exists is taken over, by the import blocks of infra/README.md: with the words in them replaced, and nothing else."""

import pathlib
import re

from machine import ACCOUNT

README = pathlib.Path(__file__).resolve().parents[2] / "infra" / "README.md"
BLOCK = re.compile(r'import \{\s+to = (\S+)\s+id = "([^"]+)"\s+\}')
# The guide says of these alone that they may be replaced.
MAY_BE_REPLACED = {"aws_lambda_permission"}


def blocks(text, names):
    """(address, id) of each block, for this lake."""
    prefix = names.outputs["environment"]["prefix"]
    words = {
        "my-bucket": names.bucket, "my_database": names.database, "123456789012": ACCOUNT, "tributary-prod": prefix,
        "a1b2c3d4e5": names.outputs["api"]["id"],
    }  # fmt: skip
    found = []
    for address, identity in BLOCK.findall(text):
        for word, real in words.items():
            identity = identity.replace(word, real)
        found.append((address, identity))
    return found


def run(deployment, names):
    """The state forgets what the guide names, as if somebody had made it by hand; the blocks bring it back."""
    found = blocks(README.read_text(), names)
    assert len(found) >= 5, f"infra/README.md has these import blocks alone: {found}"
    before = deployment.resources()
    for address, _ in found:
        deployment.terraform("state", "rm", address)
    file = deployment.directory / "imports.tf"
    file.write_text("".join(f'import {{\n  to = {address}\n  id = "{identity}"\n}}\n' for address, identity in found))
    changes = {change["address"]: (change["type"], change["change"]) for change in deployment.plan()["resource_changes"]}
    for address, identity in found:
        assert changes[address][1].get("importing"), f"{address} is not imported by {identity}: {changes[address][1]['actions']}"
    lost = [address for address, (kind, change) in changes.items() if "delete" in change["actions"] and kind not in MAY_BE_REPLACED]
    made = [address for address, (_, change) in changes.items() if change["actions"] == ["create"]]
    assert not lost and not made, f"taking over replaces {lost} and makes {made}"
    deployment.apply()
    deployment.assert_no_drift()
    file.unlink()
    assert deployment.resources() == before, f"{before ^ deployment.resources()}"
