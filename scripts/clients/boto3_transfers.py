"""boto3 and the ways of a body: multipart, checksums, streams, presigned and unsigned requests."""

import hashlib
import io
import time
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from lake import BUCKET, check, fail, refused

s3 = boto3.client("s3")
MIB = 1024 * 1024
WEEK = 7 * 24 * 60 * 60
LARGE = hashlib.shake_256(b"tributary").digest(20 * MIB)
PARTS = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB)
PREFIX = "scratch/boto3/"


def read(key, client=s3):
    return client.get_object(Bucket=BUCKET, Key=PREFIX + key)["Body"].read()


for algorithm in ("CRC32", "SHA1", "SHA256"):  # for the others boto3 wants a C library
    extra = {"ChecksumAlgorithm": algorithm, "ContentType": "application/octet-stream"}
    s3.upload_fileobj(io.BytesIO(LARGE), BUCKET, PREFIX + algorithm, ExtraArgs=extra, Config=PARTS)
    # As docs/local-aws.md says, the whole object has no checksum here: its parts' were held against them.
    check(f"a multipart upload with {algorithm}", read(algorithm) == LARGE, True)
downloaded = io.BytesIO()
s3.download_fileobj(BUCKET, PREFIX + "SHA256", downloaded, Config=PARTS)
check("a download in ranges", downloaded.getvalue() == LARGE, True)
check("its ETag counts the parts", s3.head_object(Bucket=BUCKET, Key=PREFIX + "SHA256")["ETag"][-3:], '-3"')

body = b"small, and with a promise"
put = {"Bucket": BUCKET, "Key": PREFIX + "small"}
answer = s3.put_object(**put, Body=body, ChecksumAlgorithm="SHA256")
back = s3.get_object(**put, ChecksumMode="ENABLED")
check("a checksum is kept and answered", back["ChecksumSHA256"], answer["ChecksumSHA256"])
check("the client holds the body against it", back["Body"].read(), body)
wrong = refused("a wrong checksum is refused", ClientError, s3.put_object, **put, Body=b"other", ChecksumSHA256="A" * 43 + "=")
check("as BadDigest", wrong.response["Error"]["Code"], "BadDigest")
wrong = refused("a wrong MD5 is refused", ClientError, s3.put_object, **put, Body=b"other", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==")
check("as BadDigest too", wrong.response["Error"]["Code"], "BadDigest")
check("and nothing of it is stored", read("small"), body)

upload = s3.create_multipart_upload(Bucket=BUCKET, Key=PREFIX + "parts")["UploadId"]
of_upload = {"Bucket": BUCKET, "Key": PREFIX + "parts", "UploadId": upload}
sizes = [5 * MIB, 5 * MIB, 7]
parts = []
for number, size in enumerate(sizes, 1):
    part = s3.upload_part(**of_upload, PartNumber=number, Body=LARGE[:size])
    parts.append({"PartNumber": number, "ETag": part["ETag"]})
error = refused("a part with a wrong checksum is refused", ClientError, s3.upload_part, **of_upload,
                PartNumber=4, Body=b"part", ChecksumSHA256="A" * 43 + "=")
check("as BadDigest", error.response["Error"]["Code"], "BadDigest")
pages = s3.get_paginator("list_parts").paginate(**of_upload, PaginationConfig={"PageSize": 2})
found = [part["Size"] for page in pages for part in page["Parts"]]
check("list_parts pages", found, sizes)
pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket=BUCKET, Prefix=PREFIX, PaginationConfig={"PageSize": 1})
found = [(open_["Key"], open_["UploadId"]) for page in pages for open_ in page.get("Uploads", [])]
check("list_multipart_uploads has it", found, [(PREFIX + "parts", upload)])
error = refused("parts in the wrong order are refused", ClientError,
                s3.complete_multipart_upload, **of_upload, MultipartUpload={"Parts": parts[::-1]})
check("as InvalidPartOrder", error.response["Error"]["Code"], "InvalidPartOrder")
s3.complete_multipart_upload(**of_upload, MultipartUpload={"Parts": parts})
check("a completed upload is read", len(read("parts")), sum(sizes))
gone = s3.list_multipart_uploads(Bucket=BUCKET, Prefix=PREFIX)
check("and is no upload any more", gone.get("Uploads", []), [])

s3.put_object(Bucket=BUCKET, Key=PREFIX + "lines", Body=io.BytesIO(b"one\ntwo\nthree"))
streamed = s3.get_object(Bucket=BUCKET, Key=PREFIX + "lines")["Body"]
check("a stream is put, and read line by line", list(streamed.iter_lines()), [b"one", b"two", b"three"])

url = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": PREFIX + "presigned ü"})
with urllib.request.urlopen(urllib.request.Request(url, data=b"presigned", method="PUT")) as answer:
    check("a presigned PUT is taken", answer.status, 200)
url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": PREFIX + "presigned ü"})
with urllib.request.urlopen(url) as answer:
    check("a presigned GET answers it", answer.read(), b"presigned")
small = {"Bucket": BUCKET, "Key": PREFIX + "small"}
expired = s3.generate_presigned_url("get_object", Params=small, ExpiresIn=1)
time.sleep(2.5)
refusal = refused("an expired one is refused", urllib.error.HTTPError, urllib.request.urlopen, url=expired)
check("with 403", refusal.code, 403)
for seconds in (-60, WEEK + 1):
    url = s3.generate_presigned_url("get_object", Params=small, ExpiresIn=seconds)
    refusal = refused(f"one for {seconds} seconds is refused", urllib.error.HTTPError, urllib.request.urlopen, url=url)
    check("with 400", refusal.code, 400)
with urllib.request.urlopen(s3.generate_presigned_url("get_object", Params=small, ExpiresIn=WEEK)) as answer:
    check("one for a week is taken", answer.read(), body)

nobody = boto3.client("s3", config=Config(signature_version=UNSIGNED))
nobody.put_object(Bucket=BUCKET, Key=PREFIX + "unsigned", Body=b"by nobody")
check("unsigned requests are taken", read("unsigned", nobody), b"by nobody")
for version in ("s3v4", "s3"):
    other = boto3.client("s3", config=Config(signature_version=version, s3={"payload_signing_enabled": True}))
    other.put_object(Bucket=BUCKET, Key=PREFIX + version, Body=version.encode())
    check(f"requests signed as {version} are taken", read(version, other), version.encode())

keys = [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET, Prefix=PREFIX)["Contents"]]
answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True})
check("all is deleted again", (answer.get("Deleted"), answer.get("Errors")), (None, None))
