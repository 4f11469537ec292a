"""Keys and paths that lead out of the bucket or over what is in it, and objects that no client of the lake may make."""

import base64
import os
import struct

from case import Case, http
from wire import md5, quote

# What the local S3 calls what it does not have, or cannot keep as a file.
NO = (400, 404, 405, 501)


def cases(world, rng):
    yield from out_of_the_bucket(world, rng)
    yield from buckets(world)
    yield from over_the_lake(world)
    yield from copies(world)
    yield from uploads(world)
    yield from keys(world)


def spellings(target):
    """A path that leads to a file, as different readers would tidy it up."""
    up = "../" * 8
    yield from (
        f"/tributary/{up}{target}",
        f"/tributary/{quote(up + target)}",
        f"/tributary/{up.replace('..', '%2e%2e')}{target}",
        f"/tributary/{up.replace('..', '.%2e')}{target}",
        f"/tributary/{up.replace('/', '%2f')}{target}",
        f"/tributary/{up.replace('/', '%5c')}{target}",
        f"/tributary/{up.replace('../', '..%5c')}{target}",
        f"/tributary/{quote(quote(up + target))}",
        f"/tributary/{up.replace('..', '%c0%ae%c0%ae')}{target}",
        f"/tributary/{up.replace('..', '．．')}{target}",
        f"/tributary/{up.replace('..', '....')}{target}",
        f"/tributary/{up.replace('../', '....//')}{target}",
        f"/tributary/{up.replace('../', '..;/')}{target}",
        f"/tributary/tables/{up}{target}",
        f"/tributary/tables/canary/%2e%2e/{quote(up + target)}",
        f"/tributary//{target}",
        f"/tributary/%2f{quote(target)}",
        f"/tributary/./{up}{target}",
        f"/tributary/{up}{target}%00",
        f"/tributary/x%00/{up}{target}",
        f"/..%2f..%2f{quote(target)}",
        f"/../../{target}",
        f"//{target}",
    )


def out_of_the_bucket(world, rng):
    outside = str(world.outside).lstrip("/")
    for target in spellings(outside):
        for method in ("GET", "PUT", "DELETE"):
            # DELETE of what is not there is a success, as on S3, and deletes nothing.
            statuses = (*NO, 204) if method == "DELETE" else NO
            body = b"hostile" if method == "PUT" else b""
            request = world.cloud(target, method=method, body=body)
            short = target.replace(outside, "OUTSIDE")
            # Dots that are no dots to a file system are a name.
            named = method == "PUT" and ("．" in target or "...." in target and "//" not in target or "..;" in target or "%5c" in target or quote(quote("../")) in target)
            if named:
                yield http(f"PUT {short}: a name in the bucket", request, 200, *NO, writes=(".", "．", "%", "..."), then=remove_new(world, target))
            else:
                yield http(f"{method} {short}", request, *statuses)
    for number in range(20):
        segments = [rng.choice(("..", ".", "", "%2e%2e", "%2f", "%00", "tables", "canary", "s3", "~", "%5c", "CON", "a" * 300, "\u202e", " ")) for _ in range(rng.randint(1, 12))]
        target = "/tributary/" + "/".join([*segments, ".."])
        yield http(f"a made path {number}: {target[:60]!r}", world.cloud(target, method=rng.choice(("GET", "PUT")), body=b"x"), *NO)


def remove_new(world, target):
    """Such a name may be an object's. It is deleted again, by the same name."""

    def then(_, replies):
        if replies[0].status == 200:
            world.cloud(target, method="DELETE").send()
        return None

    return then


def buckets(world):
    for name in ("..", ".", "%2e%2e", "..%2f..%2fx", "a", "ab", "A-B-C", "a_b_c", "a..b", "-abc", "a" * 64, "192.168.0.1", "x%00y", "%ff%ff%ff", "a/b", ".hidden", "s3-state", "glue"):
        request = world.cloud(f"/{name}", method="PUT")
        if name in ("s3-state", "glue"):
            # A bucket of the name of one of the lake's own directories is another directory.
            yield http(f"a bucket named {name}", request, 200, 400, writes=(f"/s3/{name}",))
        else:
            yield http(f"a bucket named {name!r}", request, *NO)
    for host in ("..localhost", "%2e%2e.localhost", "a/b.localhost", "..%2f.localhost"):
        yield http(f"a bucket in the host {host}", world.cloud("/x", host=f"{host}:{world.aws}"), 400, 403, 404)
    yield http("the lake's bucket, made again", world.cloud("/tributary", method="PUT"), 409)
    yield http("the lake's bucket, deleted", world.cloud("/tributary", method="DELETE"), 409)
    for query in ("acl", "policy", "cors", "lifecycle", "logging", "notification", "replication", "tagging", "versioning", "website", "encryption", "publicAccessBlock", "object-lock", "accelerate"):
        for method in ("PUT", "DELETE"):
            yield http(f"{method} ?{query} of the lake's bucket", world.cloud(f"/tributary?{query}", method=method, body=b"<x/>"), 400, 405, 501)


def over_the_lake(world):
    """What conditions keep from being written over."""
    commit = next(key for key in sorted(world_keys(world)) if key.startswith("commits/canary/"))
    for key in (commit, "access/keys.json", "datasets/canary.json"):
        path = f"/tributary/{key}"
        yield http(f"PUT over {key}, if there is none", world.cloud(path, ("If-None-Match", "*"), method="PUT", body=b"x"), 412)
        yield http(f"PUT over {key}, if it is another one", world.cloud(path, ("If-Match", '"0"'), method="PUT", body=b"x"), 412)
        yield http(f"DELETE of {key}, if it is another one", world.cloud(path, ("If-Match", '"0"'), method="DELETE"), 412)
        yield http(f"PUT below {key}", world.cloud(path + "/below", method="PUT", body=b"x"), *NO)
    for part in ("acl", "attributes", "legal-hold", "retention", "restore", "torrent", "%61cl", "versions"):
        yield http(f"DELETE of the keys' part {part}", world.cloud(f"/tributary/access/keys.json?{part}", method="DELETE"), 405)
    yield http("PUT of a directory's name", world.cloud("/tributary/tables/canary", method="PUT", body=b"x"), *NO)
    yield http("DELETE of a directory's name", world.cloud("/tributary/tables/canary", method="DELETE"), 204, *NO)
    request = world.cloud("/tributary/tables/canary/", method="PUT", body=b"")
    yield http("PUT that ends in a slash", request, 200, writes=("tables/canary/",), then=remove_new(world, request.target))
    for name in ("", "%20", "*"):
        yield http(f"DELETE of the name {name!r}", world.cloud(f"/tributary/{name}", method="DELETE"), 204, 400, 404, 409, 501)
    key = "".join(f"<Object><Key>{key}</Key></Object>" for key in ("../../outside.txt", "tables/../access/keys.json", "/access/keys.json", "access/./keys.json", "access//keys.json"))
    body = f"<Delete>{key}</Delete>".encode()
    yield http("?delete of keys that lead elsewhere", world.cloud("/tributary?delete", md5(body), method="POST", body=body), 200, 400, 501)


def world_keys(world):
    return (os.path.relpath(os.path.join(directory, name), world.bucket) for directory, _, names in os.walk(world.bucket) for name in names)


def copies(world):
    outside = str(world.outside)
    for source in ("/tributary/../../outside.txt", f"/tributary/{quote('../../../outside.txt')}", outside, f"file://{outside}", "/../outside.txt", "tributary/", "tributary", "", "/", "/nobody/x", "tributary/x%00", "tributary/%ff", "arn:aws:s3:::tributary/x", "http://127.0.0.1/x"):
        yield http(f"a copy of {source!r}", world.cloud("/tributary/hostile", ("x-amz-copy-source", source.replace(outside, outside)), method="PUT"), 400, 403, 404, 501)
    for source in ("/tributary/access/keys.json",):
        yield http("a copy of an object over itself", world.cloud("/tributary/access/keys.json", ("x-amz-copy-source", source), method="PUT"), 400)


def uploads(world):
    for id in ("", "..", "../../x", "%2e%2e%2f", "a" * 1000, "%00", "01234567-89ab-cdef-0123-456789abcdef"):
        yield http(f"a part of the upload {id!r}"[:80], world.cloud(f"/tributary/hostile?partNumber=1&uploadId={id}", method="PUT", body=b"x"), 400, 404, 405)
        yield http(f"the end of the upload {id!r}"[:80], world.cloud(f"/tributary/hostile?uploadId={id}", method="DELETE"), 400, 404, 405)
    for number in ("0", "10001", "-1", "x", "1e3"):
        yield http(f"part {number}", world.cloud(f"/tributary/hostile?partNumber={number}&uploadId=x", method="PUT", body=b"x"), 400, 404)


def keys(world):
    for what, key in {
        "255 letters and one": "a" * 256,
        "1,025 letters": "/".join(["a" * 200] * 6),
        "two slashes": "a//b",
        "a dot": "a/./b",
        "two dots": "a/../b",
        "dots alone": "..",
        "a NUL": "a%00b",
        "invalid UTF-8": "a%ff",
    }.items():
        yield http(f"PUT of a key with {what}", world.cloud(f"/tributary/hostile/{key}", method="PUT", body=b"x"), 400, 501)
        yield http(f"GET of a key with {what}", world.cloud(f"/tributary/hostile/{key}"), 400, 404, 501)
    request = world.cloud("/tributary/hostile/a/", method="PUT", body=b"x")
    yield http("PUT of a key with a slash at its end", request, 200, writes=("hostile/",), then=remove_new(world, request.target))
    yield http("GET of a key with a slash at its end", world.cloud("/tributary/hostile/a/"), 404)
    # What is no escape is taken as it is written, and is a name in the bucket.
    for key in ("a%2", "a%zz"):
        request = world.cloud(f"/tributary/hostile/{key}", method="PUT", body=b"x")
        yield http(f"PUT of the key {key}", request, 200, 400, writes=("hostile/",), then=remove_new(world, request.target))
    for range_ in ("bytes=0-99999999999999999999", "bytes=-99999999999999999999", "bytes=5-1", "bytes=0-0,1-1,2-2", "lines=0-1", "bytes=a-b", "bytes=--1"):
        whole = world.cloud("/tributary/datasets/canary.json", ("Range", range_))
        yield http(f"the range {range_}", whole, 200, 206)
    yield http("a range behind the end", world.cloud("/tributary/datasets/canary.json", ("Range", "bytes=99999999-")), 416)
    for query in ("max-keys=-1", "max-keys=x", "max-keys=99999999999999999999", "continuation-token=x", "continuation-token=..%2f..", "prefix=%ff", "encoding-type=x", "start-after=%00"):
        request = world.cloud(f"/tributary?list-type=2&{query}")
        yield http(f"a listing with {query}", request, 200, 400)
    yield http("an address that has expired", world.cloud("/tributary/datasets/canary.json?X-Amz-Algorithm=x&X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-Signature=x"), 403)
    for header in ("x-amz-acl: public-read", "x-amz-tagging: a=b", "x-amz-server-side-encryption-customer-algorithm: AES256", "x-amz-object-lock-mode: GOVERNANCE", "x-amz-storage-class: GLACIER", "x-amz-grant-read: id=x"):
        name, value = header.split(": ")
        yield http(f"PUT with {header}", world.cloud("/tributary/hostile", (name, value), method="PUT", body=b"x"), 400, 501)
