"""The AWS CLI and S3: more keys than a page, a multipart upload, conditions, presigned URLs."""

import hashlib
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from aws_cli import AWS, answer, aws, check_refused
from lake import BUCKET, check

NAME = "s3://aws-cli"
KEYS = 1200  # a page has 1,000
MIB = 1024 * 1024

aws("s3", "mb", NAME)
check("s3 mb and s3 ls", NAME.removeprefix("s3://") in aws("s3", "ls"), True)

with tempfile.TemporaryDirectory() as directory:
    many = Path(directory, "many")
    for n in range(KEYS):
        (file := many / f"{n % 3}" / f"file {n:04} ü").parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{n}")
    aws("s3", "cp", "--recursive", "--quiet", str(many), f"{NAME}/many")
    lines = aws("s3", "ls", "--recursive", f"{NAME}/many/").splitlines()
    names = sorted(str(file.relative_to(directory)) for file in many.rglob("file*"))
    check(f"s3 cp and s3 ls with {KEYS} keys", [line[31:] for line in lines], names)
    folders = aws("s3", "ls", f"{NAME}/many/").split()
    check("s3 ls folds keys at /", folders, ["PRE", "0/", "PRE", "1/", "PRE", "2/"])
    back = Path(directory, "back")
    aws("s3", "cp", "--recursive", "--quiet", f"{NAME}/many/1", str(back))
    check("s3 cp brings them back", {file.name: file.read_text() for file in back.iterdir()},
          {file.name: file.read_text() for file in (many / "1").iterdir()})
    (back / "file 0001 ü").write_text("changed")
    synced = aws("s3", "sync", "--no-progress", str(back), f"{NAME}/many/1").splitlines()
    check("s3 sync takes what has changed", len(synced), 1)
    aws("s3", "rm", "--recursive", "--quiet", f"{NAME}/many")
    left = answer("s3api", "list-objects-v2", "--bucket", "aws-cli", "--query", "length(Contents || `[]`)")
    check("s3 rm leaves none of them", left, 0)

    large = Path(directory, "large")
    large.write_bytes(hashlib.shake_256(b"aws-cli").digest(20 * MIB))
    aws("s3", "cp", "--quiet", str(large), f"{NAME}/large")
    head = answer("s3api", "head-object", "--bucket", "aws-cli", "--key", "large")
    check("a large file is uploaded in parts of 8 MiB", (head["ContentLength"], head["ETag"][-3:]), (20 * MIB, '-3"'))
    aws("s3", "cp", "--quiet", f"{NAME}/large", f"{directory}/again")
    digests = [hashlib.sha256(Path(directory, name).read_bytes()).hexdigest() for name in ("large", "again")]
    check("and comes back with the same digest", digests[0], digests[1])
    aws("s3", "cp", "--quiet", f"{NAME}/large", f"{NAME}/copy")
    # Version 2 asks for the tags of what it copies in parts.
    tags = answer("s3api", "get-object-tagging", "--bucket", "aws-cli", "--key", "copy")
    check("the copy has no tags", tags["TagSet"], [])
    streamed = subprocess.run([AWS, "s3", "cp", f"{NAME}/copy", "-"], capture_output=True, check=True).stdout
    check("so does its copy, streamed", hashlib.sha256(streamed).hexdigest(), digests[0])

    (body := Path(directory, "body")).write_text("{}")
    put = ("s3api", "put-object", "--bucket", BUCKET, "--body", str(body), "--if-none-match", "*", "--key")
    aws(*put, "scratch/aws-cli")
    check_refused("a second create", "PreconditionFailed", *put, "scratch/aws-cli")
    aws("s3", "rm", "--quiet", f"s3://{BUCKET}/scratch/aws-cli")

with urllib.request.urlopen(aws("s3", "presign", f"{NAME}/large").strip()) as presigned:
    check("s3 presign answers a URL that works", hashlib.sha256(presigned.read()).hexdigest(), digests[0])
check_refused("an unknown key", "404", "s3", "cp", f"{NAME}/not", "-", status=1)
check_refused("an unknown key of s3api", "NoSuchKey", "s3api", "get-object", "--bucket", "aws-cli", "--key", "not", "/dev/null")
check_refused("an unknown bucket", "NoSuchBucket", "s3", "ls", "s3://aws-cli-not")
check("unsigned requests are taken",
      answer("s3api", "head-object", "--no-sign-request", "--bucket", "aws-cli", "--key", "large")["ContentLength"], 20 * MIB)
aws("s3", "rb", "--force", NAME)
check_refused("a bucket removed", "NoSuchBucket", "s3", "ls", NAME)
