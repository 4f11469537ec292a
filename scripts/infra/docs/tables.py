#!/usr/bin/env python3
"""Writes the tables of inputs and outputs into the READMEs of infra/ and its modules, or checks that they are right, and
holds what else these documents say of the Terraform against it; and the policies of who deploys.

usage: tables.py write|check
"""

import pathlib
import re
import sys
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import deploy_rights  # noqa: E402
import hcl  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
INFRA = ROOT / "infra"
BEGIN, END = "<!-- Made by scripts/infra-docs from the .tf files. -->", "<!-- Until here. -->"
# A type that is longer is shown by its members.
LONGEST = 40


class Wrong(Exception):
    """What to tell who runs this."""


def directories():
    modules = sorted(path for path in (INFRA / "modules").iterdir() if path.is_dir())
    return [INFRA, *modules]


def blocks(directory, kind):
    found = [block for path in sorted(directory.glob("*.tf")) for block in hcl.parse(path) if block.kind == kind]
    return sorted(found, key=lambda block: block.labels)


def cell(text):
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def described(block, what):
    if "description" not in block.attributes:
        raise Wrong(f"{what} {block.labels[0]} has no description")
    return cell(hcl.text(block.attributes["description"]))


def variable(block):
    """A row: name, type, default, what it is."""
    said = described(block, "variable")
    if "type" not in block.attributes:
        raise Wrong(f"variable {block.labels[0]} has no type")
    kind = hcl.flat(block.attributes["type"])
    members = hcl.members(block.attributes["type"])
    if members and len(kind) > LONGEST:
        kind = re.sub(r"\(object\(.*", "(object)", kind)
        kind = "object" if kind.startswith("object(") else kind
        listed = [
            f"`{name}` {cell(of if '(object(' not in of and not of.startswith('object(') else 'object')}"
            + ("" if default in (None, "null") else f" = `{default}`") + (", required" if default is None else "")
            for name, of, default in members
        ]  # fmt: skip
        said += "<br>" + "; ".join(listed)
    default = block.attributes.get("default")
    return f"| `{block.labels[0]}` | `{kind}` | {'required' if default is None else f'`{hcl.flat(default)}`'} | {said} |"


def tables(directory):
    inputs, outputs = blocks(directory, "variable"), blocks(directory, "output")
    lines = ["### Inputs", "", "| name | type | default | what |", "|---|---|---|---|", *map(variable, inputs), ""]
    lines += ["### Outputs", "", "| name | what |", "|---|---|"]
    lines += [f"| `{block.labels[0]}` | {described(block, 'output')} |" for block in outputs]
    return "\n".join(lines)


def readme(directory):
    """The path of the README, its text, and its text with the tables as they should be."""
    path = directory / "README.md"
    if not path.exists():
        raise Wrong(f"{path.relative_to(ROOT)} is missing: say what the module is for, then the lines\n{BEGIN}\n{END}")
    text = path.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise Wrong(f"{path.relative_to(ROOT)} must have the lines\n{BEGIN}\n{END}\nonce each, in this order")
    before, rest = text.split(BEGIN)
    return path, text, f"{before}{BEGIN}\n\n{tables(directory)}\n\n{END}{rest.split(END)[1]}"


def rows(text, heading):
    """The first cells of the table below a heading, without backquotes, with the other cells."""
    if f"\n{heading}\n" not in text:
        raise Wrong(f"a heading is missing: {heading}")
    section = re.split(r"\n##+ ", text.split(f"\n{heading}\n", 1)[1])[0]
    lines = [line.strip().strip("|").split(" | ") for line in section.split("\n") if line.startswith("|")]
    return [[part.strip() for part in line] for line in lines[2:]]


def check_resources(text):
    """Every type of resource is explained, and none that is not there."""
    there = {block.labels[0] for directory in directories() for block in blocks(directory, "resource")}
    told = {kind for row in rows(text, "## What each resource is for") for kind in re.findall(r"`([a-z0-9_]+)`", row[0])}
    for kind in sorted(there - told):
        raise Wrong(f'infra/README.md: "What each resource is for" must have {kind}')
    for kind in sorted(told - there):
        raise Wrong(f'infra/README.md: "What each resource is for" has {kind}, which infra/ does not make')


# Modules that are no part of a lake: nobody takes over a lake with them.
APART = ("ecr", "workload-role")
# What an id of the guide's examples must look like, where it is not a bare name.
IDS = {"aws_glue_catalog_database": r"\d{12}:[^/:]+", "aws_lambda_alias": r"[^/:]+/live", "aws_lambda_permission": r"[^/:]+QUALIFIER/[^/:]+"}


def check_imports(text):
    """Every type of resource of a lake has its line in the table of ids, and the guide's import blocks name resources that are
    there, by ids in the provider's form: with the qualifier, where the resource has one."""
    there = {block.labels[0] for directory in directories() if directory.name not in APART for block in blocks(directory, "resource")}
    told = {kind for row in rows(text, "## Take over what exists") for kind in re.findall(r"`((?:aws|terraform)_[a-z0-9_]+)`", row[0])}
    if there != told:
        raise Wrong(f'infra/README.md: "Take over what exists" lacks {sorted(there - told)} and has {sorted(told - there)}, which no lake has')
    found = re.findall(r'import \{\s+to = module\.lake\.(?:module\.([a-z_]+)\.)?([a-z0-9_]+)\.([a-z_]+)\s+id = "([^"]+)"\s+\}', text)
    if not found or len(found) != text.count("import {"):
        raise Wrong(f"infra/README.md: {text.count('import {')} import blocks, of which {len(found)} can be read")
    calls = {block.labels[0]: block.attributes["source"] for block in blocks(INFRA / "modules" / "lake", "module")}
    for module, kind, name, identity in found:
        directory = INFRA / "modules" / ("lake" if not module else hcl.text(calls[module]).split("/")[-1] if module in calls else module)
        resource = next((block for block in blocks(directory, "resource") if block.labels == [kind, name]), None)
        if resource is None:
            raise Wrong(f"infra/README.md: an import block names {kind}.{name}, which modules/{directory.name} does not make")
        form = IDS.get(kind, r"[^/:]+").replace("QUALIFIER", ":live" if "qualifier" in resource.attributes else "")
        if not re.fullmatch(form, identity):
            raise Wrong(f"infra/README.md: the id {identity} of {kind}.{name} is not in the form {form}")


def check_rights(rights):
    """Every type of resource and data source of a lake is in the rights of who deploys, and none that no lake has."""
    lake = [directory for directory in directories() if directory.name not in APART]
    there = {block.labels[0] for directory in lake for block in blocks(directory, "resource")}
    there |= {f"data.{block.labels[0]}" for directory in lake for block in blocks(directory, "data")}
    if there != set(rights):
        raise Wrong(f"scripts/infra/docs/deploy_rights.py lacks {sorted(there - set(rights))} and has {sorted(set(rights) - there)}, which no lake has")


def check_settings(text):
    """What docs/deployment.md says of variables of infra/: that they exist, and their defaults."""
    variables = {block.labels[0]: block for block in blocks(INFRA, "variable")}
    section = text.partition("\n## Variables\n")[2].split("\n## ")[0]
    table = [line.strip("|").split("|")[:2] for line in section.split("\n") if line.startswith("| `")]
    if not table:
        raise Wrong("docs/deployment.md: the variables of Terraform are missing below Variables")
    for name, default in table:
        name, default = name.strip().strip("`"), default.strip()
        if name not in variables:
            raise Wrong(f"docs/deployment.md: infra/ has no variable {name}")
        real = hcl.flat(variables[name].attributes["default"])
        # Where the environment or the module decides, the document says so in words, or shows members.
        if default.startswith("`") and not default.startswith("`{") and real != "null" and default.strip("`").strip('"') != real.strip('"'):
            raise Wrong(f"docs/deployment.md: the default of {name} is {real}, and not {default}")


def check_providers():
    """All modules want the same versions of the provider: a constraint that only one of them has surprises callers."""
    found = {}
    for path in sorted(INFRA.rglob("versions.tf")):
        for block in hcl.parse(path):
            for inner in block.blocks:
                if inner.kind == "required_providers":
                    written = hcl.source(inner.attributes["aws"])
                    found.setdefault(re.search(r'version\s*=\s*"([^"]+)"', written).group(1), []).append(path)
    if len(found) != 1:
        raise Wrong(f"versions.tf must have the same constraint everywhere: {({key: [str(p.relative_to(ROOT)) for p in paths] for key, paths in found.items()})}")


def check_diagram(text):
    """Every type of resource in the diagram exists, none is missing, and every module appears. ./scripts/infra-check says
    whether all the rest is as it is planned; this needs no Terraform."""
    root = xml.etree.ElementTree.fromstring(text)
    shown, modules = set(), set()
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        shown |= {address.split(".")[-2] for address in group.get("data-resources", "").split()}
        shown |= set(group.get("data-types", "").split())
        modules |= {group.get("data-module")} - {None}
    there = {block.labels[0] for directory in directories() for block in blocks(directory, "resource")}
    names = {directory.name for directory in directories()[1:]}
    if shown != there:
        raise Wrong(f"infra/diagram.svg lacks {sorted(there - shown)} and has {sorted(shown - there)}, which is not there: run ./scripts/infra-check --write")
    if modules != names:
        raise Wrong(f"infra/diagram.svg lacks the modules {sorted(names - modules)} and has {sorted(modules - names)}, which are not there")


def main():
    if sys.argv[1:] not in (["write"], ["check"]):
        sys.exit(__doc__.strip().splitlines()[-1])
    try:
        stale = []
        for directory in directories():
            path, text, right = readme(directory)
            if sys.argv[1] == "write":
                path.write_text(right)
            elif text != right:
                stale.append(str(path.relative_to(ROOT)))
        for name, right in deploy_rights.files().items():
            path = ROOT / "deploy" / "aws" / name
            if sys.argv[1] == "write":
                path.write_text(right)
            elif not path.exists() or path.read_text() != right:
                stale.append(str(path.relative_to(ROOT)))
        if stale:
            raise Wrong(f"the tables and policies are not those of the .tf files and of deploy_rights.py in {', '.join(stale)}: run ./scripts/infra-docs")
        check_resources((INFRA / "README.md").read_text())
        check_imports((INFRA / "README.md").read_text())
        check_rights(deploy_rights.RIGHTS)
        check_diagram((INFRA / "diagram.svg").read_text())
        check_settings((ROOT / "docs" / "deployment.md").read_text())
        check_providers()
    except Wrong as wrong:
        sys.exit(str(wrong))
    print(f"{len(directories())} READMEs have the inputs and outputs of their .tf files.")


if __name__ == "__main__":
    main()
