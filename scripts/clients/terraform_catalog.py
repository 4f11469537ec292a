"""Terraform's AWS provider: a database, a table and a workgroup beside the lake's, and the lake's topic and table as data."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import boto3

from lake import TOPIC, check, fail, refused

sys.path.append(str(pathlib.Path(__file__).parents[1] / "lib"))
from provider import provider  # noqa: E402

MIB = 1024 * 1024
NO_CHANGES, CHANGES = 0, 2  # what `plan -detailed-exitcode` ends with

glue, athena = boto3.client("glue"), boto3.client("athena")
directory = tempfile.TemporaryDirectory()
shutil.copy(pathlib.Path(__file__).parent / "terraform" / "main.tf", directory.name)


def terraform(*arguments, expected=0):
    """What a command prints; it has to end with the expected status."""
    command = ["terraform", *arguments, "-no-color"]
    done = subprocess.run(command, cwd=directory.name, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != expected:
        fail(f"terraform {' '.join(arguments)}", f"{done.returncode}: {done.stdout}\n{done.stderr}", expected)
    return done.stdout


def variables(comment, columns, limit):
    pathlib.Path(directory.name, "terraform.tfvars.json").write_text(
        json.dumps({"comment": comment, "columns": columns, "scan_limit_bytes": limit})
    )


def made():
    """What is there by another client."""
    table = glue.get_table(DatabaseName="notes", Name="notes")["Table"]
    columns = {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
    workgroup = athena.get_work_group(WorkGroup="notes")["WorkGroup"]["Configuration"]
    comment = glue.get_database(Name="notes")["Database"]["Description"]
    return comment, columns, workgroup["BytesScannedCutoffPerQuery"]


def main():
    first = ("Beside the lake", {"at": "timestamp", "note": "string"}, 10 * MIB)
    variables(*first)
    terraform("apply", "-auto-approve")
    check("apply makes a database, a table and a workgroup", made(), first)
    found = {name: output["value"] for name, output in json.loads(terraform("output", "-json")).items()}
    check("the topic is found by its name", found["topic"], TOPIC)
    columns = ["passenger_id", "flight_id", "name", "seat_number", "_id", "_ingested_at", "_extra"]
    check("a table of the lake is read", found["passengers"], columns)
    terraform("plan", "-detailed-exitcode", expected=NO_CHANGES)
    check("a plan after it has nothing to do", made(), first)

    second = ("Notes of people", {"at": "timestamp", "note": "string", "who": "bigint"}, 20 * MIB)
    variables(*second)
    terraform("plan", "-detailed-exitcode", "-out=changes", expected=CHANGES)
    planned = json.loads(terraform("show", "-json", "changes"))["resource_changes"]
    actions = {change["address"]: change["change"]["actions"] for change in planned if change["mode"] == "managed"}
    names = ("aws_athena_workgroup", "aws_glue_catalog_database", "aws_glue_catalog_table")
    check("changes are updates in place", actions, {f"{name}.notes": ["update"] for name in names})
    terraform("apply", "changes")
    check("and are applied", made(), second)

    terraform("destroy", "-auto-approve")
    refused("destroy takes the database", glue.exceptions.EntityNotFoundException, glue.get_database, Name="notes")
    groups = [group["Name"] for group in athena.list_work_groups()["WorkGroups"]]
    check("and the workgroup", "notes" in groups, False)


with directory, provider(os.environ["TERRAFORM_PROVIDER"]) as reattach:
    environment = os.environ | reattach
    main()
