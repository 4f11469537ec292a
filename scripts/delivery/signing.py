"""Signature Version 4 for a request, with the credentials of this shell."""

import datetime
import hashlib
import hmac
import json
import os
import subprocess
import urllib.parse

from commands import Failure, need


def credentials():
    """Key, secret and session token (or None): of the environment, else of the AWS CLI's profile."""
    if os.environ.get("AWS_ACCESS_KEY_ID"):
        return os.environ["AWS_ACCESS_KEY_ID"], os.environ.get("AWS_SECRET_ACCESS_KEY", ""), os.environ.get("AWS_SESSION_TOKEN")
    need("aws", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install the AWS CLI, version 2, which knows your profiles")
    answer = subprocess.run(["aws", "configure", "export-credentials"], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise Failure("there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws sso login")
    found = json.loads(answer.stdout)
    return found["AccessKeyId"], found["SecretAccessKey"], found.get("SessionToken")


def sign(method, url, body, region, service, keys, headers=None, now=None):
    """The headers of the request, the signature among them."""
    key, secret, token = keys
    parts = urllib.parse.urlsplit(url)
    stamp = (now or datetime.datetime.now(datetime.timezone.utc)).strftime("%Y%m%dT%H%M%SZ")
    signed = {name.lower(): value for name, value in (headers or {}).items()} | {"host": parts.netloc, "x-amz-date": stamp}
    if token:
        signed["x-amz-security-token"] = token
    names = ";".join(sorted(signed))
    # The path is encoded once more: that is the rule for every service but S3.
    canonical = "\n".join([
        method, urllib.parse.quote(parts.path or "/"), "&".join(sorted(parts.query.split("&"))),
        *[f"{name}:{signed[name]}" for name in sorted(signed)], "", names, hashlib.sha256(body).hexdigest(),
    ])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signing = f"AWS4{secret}".encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    signature = hmac.digest(signing, text.encode(), "sha256").hex()
    return signed | {"authorization": f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}"}
