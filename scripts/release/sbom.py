"""A bill of materials of one package, CycloneDX 1.6 JSON: the crates that are linked into it, from cargo's own resolution.

    sbom.py METADATA LOCK PACKAGE COMMIT OUTPUT

METADATA is the output of `cargo metadata`, LOCK is Cargo.lock, where the checksums are. What only tests and build scripts
take is left out. The same input makes the same file.
"""

import json
import pathlib
import sys
import tomllib
import uuid

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL


def linked(metadata, root):
    """The ids of the packages that are linked into `root`, and for each the ids that it links itself."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    found, waiting = {}, [root]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        # A kind of null is a normal dependency; the others are `dev` and `build`.
        found[current] = sorted(
            dependency["pkg"] for dependency in nodes[current]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
        )
        waiting += found[current]
    return found


def component(package, checksums, kind=ComponentType.LIBRARY):
    name, version = package["name"], package["version"]
    checksum = checksums.get((name, version))
    return Component(
        name=name, version=version, type=kind, bom_ref=f"{name}@{version}",
        description=package.get("description"),
        # What comes from no registry is of this repository, and has no address there.
        purl=PackageURL("cargo", None, name, version) if package["source"] else None,
        licenses=[LicenseFactory().make_from_string(package["license"])] if package.get("license") else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else [],
    )


def make(metadata, lock, name, commit):
    packages = {package["id"]: package for package in metadata["packages"]}
    roots = [package for package in metadata["packages"] if package["name"] == name and package["source"] is None]
    if len(roots) != 1:
        raise ValueError(f"there is no package {name} in the workspace")
    checksums = {(package["name"], package["version"]): package.get("checksum") for package in lock["package"]}
    tree = linked(metadata, roots[0]["id"])
    components = {
        identity: component(packages[identity], checksums, ComponentType.APPLICATION if identity == roots[0]["id"] else ComponentType.LIBRARY)
        for identity in tree
    }
    unchecked = [packages[identity]["name"] for identity in tree if packages[identity]["source"] and not components[identity].hashes]
    if unchecked:
        raise ValueError(f"Cargo.lock has no checksum of {', '.join(sorted(unchecked))}: the metadata are of another lock file")
    main = components[roots[0]["id"]]
    main.properties.add(Property(name="tributary:commit", value=commit))
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"tributary:{name}:{main.version}:{commit}"),
        components=[made for identity, made in components.items() if identity != roots[0]["id"]],
        metadata=BomMetaData(component=main),
    )
    for identity, dependencies in tree.items():
        bom.register_dependency(components[identity], [components[dependency] for dependency in dependencies])
    text = json.loads(JsonV1Dot6(bom).output_as_string())
    # The moment of the making is no part of what was made.
    text["metadata"].pop("timestamp", None)
    return json.dumps(text, indent=2, sort_keys=True) + "\n"


def main():
    metadata, lock, name, commit, output = sys.argv[1:]
    text = make(json.loads(pathlib.Path(metadata).read_text()), tomllib.loads(pathlib.Path(lock).read_text()), name, commit)
    if problem := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"the bill of {name} is no CycloneDX 1.6: {problem}")
    pathlib.Path(output).write_text(text)


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(f"sbom: {error}")
