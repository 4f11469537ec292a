"""The files of sqllogictest that registries of packages serve: those of some crates, each pinned by its checksum."""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

# Name, version and SHA-256 of the crate, and which of its files: of DataFusion's, which test that engine's own dialect for the
# most part, those about what the standard has.
CRATES = [
    ("kite_sql", "0.6.0", "6688bd08464c381f8baaf90d6ae48587e1b14a21edff8da4b0bc7edda656baf5", r"/slt/"),
    ("risinglight", "0.2.0", "71ed3cd8f2407222266eec03abc8cf9d5635e6c1406f9a9f641351af829e0533", r"/sql/[a-z_]+\.slt"),
    ("datafusion-sqllogictest", "55.2.0", "b270cea4d8c2b2c42773e60164204386fb97d7936736e5f126ac751b86d7dabe",
     r"/(pg_compat/\w+|case|coalesce|cte|eliminate_outer_join|grouping|in_list|join_is_not_distinct_from|join_only|joins"
     r"|limit|null_aware_anti_join|nullif|order|predicates|propagate_empty_relation_outer_join|push_down_filter_outer_joins"
     r"|same_column_name_cross_join|select|subquery|union)\.slt"),
]


def archive_of(name, version):
    """The crate's file, which `cargo info` downloads into cargo's own cache, and nothing that it depends on."""
    home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
    for attempt in range(2):
        for archive in home.glob(f"registry/cache/*/{name}-{version}.crate"):
            return archive
        if not attempt:
            # Elsewhere, since in a workspace cargo tells of the version in its lock file.
            subprocess.run(["cargo", "info", "--quiet", f"{name}@{version}"], cwd="/", check=True, stdout=subprocess.DEVNULL)
    raise SystemExit(f"cargo did not download {name} {version}")


def fetch(directory):
    """The files of all crates, as [(source, path, a function that reads it)]; a copy of each crate is kept in the directory."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    found = []
    for name, version, checksum, wanted in CRATES:
        kept = directory / f"{name}-{version}.crate"
        if not kept.exists():
            part = kept.with_suffix(".part")
            shutil.copyfile(archive_of(name, version), part)
            part.rename(kept)
        if hashlib.sha256(kept.read_bytes()).hexdigest() != checksum:
            kept.unlink()
            raise SystemExit(f"{kept.name} has another checksum than the pinned one")
        with tarfile.open(kept) as members:
            for member in members:
                if member.isfile() and member.name.endswith(".slt") and re.search(wanted, member.name):
                    text = members.extractfile(member).read().decode()
                    found.append((name, member.name, text.__str__))
    return sorted(found, key=lambda file: file[:2])


def read(path):
    """The files of a directory, or one file, in SQLite's form."""
    path = pathlib.Path(path)
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*.test"))
    return [("sqlite", str(file.relative_to(path) if path.is_dir() else file.name), file.read_text) for file in files]
