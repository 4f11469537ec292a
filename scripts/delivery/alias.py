"""The alias `live` of each function: which version it names, which others there are, and naming another one."""

import dataclasses
import re

from commands import Failure, aws

ALIAS = "live"
COMMIT = re.compile(r"\(commit ([0-9A-Za-z.-]+)\)$")


@dataclasses.dataclass(frozen=True)
class Version:
    """A published version; its commit is empty where its description has none."""

    number: int
    commit: str
    description: str
    made: str


@dataclasses.dataclass(frozen=True)
class Live:
    """What serves: the version that the alias names, and the shares of others, by number."""

    version: int
    shares: dict


def live(region, function):
    found = aws(region, "lambda", "get-alias", "--function-name", function, "--name", ALIAS)
    shares = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return Live(int(found["FunctionVersion"]), {int(version): share for version, share in shares.items()})


def versions(region, function):
    """All published versions, the newest first."""
    found = aws(region, "lambda", "list-versions-by-function", "--function-name", function)["Versions"]
    numbered = [version for version in found if version["Version"] != "$LATEST"]
    return sorted((parsed(version) for version in numbered), key=lambda version: -version.number)


def parsed(version):
    description = version.get("Description", "")
    commit = COMMIT.search(description)
    return Version(int(version["Version"]), commit[1] if commit else "", description, version.get("LastModified", ""))


def former(serving, published):
    """The newest version before the serving one that was built from another commit; None if there is none.

    While another version has a share, the one that the alias names is the former one already.
    """
    if serving.shares:
        return next((version for version in published if version.number == serving.version), None)
    now = next((version for version in published if version.number == serving.version), None)
    if now is None:
        raise Failure(f"the alias names version {serving.version}, which is not among the published ones")
    return next((version for version in published if version.number < now.number and version.commit != now.commit), None)


def written(versions):
    """Versions by function, as rollback --to takes them: query=7,ingest=6."""
    return ",".join(f"{name}={version}" for name, version in versions.items())


def point(region, function, version):
    """Gives everything to this version."""
    aws(
        region, "lambda", "update-alias", "--function-name", function, "--name", ALIAS,
        "--function-version", str(version), "--routing-config", "AdditionalVersionWeights={}",
    )
