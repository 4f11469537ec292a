"""boto3 and what S3 does not take: wrong promises, copies of nothing, metadata too large, and services that are not there."""

import base64
import zlib

import boto3
from botocore.exceptions import ClientError

from lake import BUCKET, check, refused

s3 = boto3.client("s3")
KEY = "scratch/refusals"
OBJECT = {"Bucket": BUCKET, "Key": KEY}
SOURCE = {"Bucket": BUCKET, "Key": KEY}
MIB = 1024 * 1024
PARTS = [b"\1" * (5 * MIB), b"the last part"]


def crc32(content):
    return base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


def code(what, call, expected, **arguments):
    error = refused(what, ClientError, call, **arguments).response
    check(f"as {expected}", error["Error"]["Code"], expected)
    check("with the request's id", len(error["ResponseMetadata"]["RequestId"]), 16)
    return error


s3.put_object(**OBJECT, Body=b"hello", Metadata={"kept": "yes"})
error = code("an unknown key is refused", s3.get_object, "NoSuchKey", Bucket=BUCKET, Key="scratch/none")
check("by the resource", error["Error"]["Resource"], f"/{BUCKET}/scratch/none")
code("a copy onto itself is refused", s3.copy_object, "InvalidRequest", **OBJECT, CopySource=SOURCE)
s3.copy_object(**OBJECT, CopySource=SOURCE, StorageClass="STANDARD")
s3.copy_object(**OBJECT, CopySource=SOURCE, ServerSideEncryption="AES256")
check("unless it changes something", s3.head_object(**OBJECT)["Metadata"], {"kept": "yes"})
code("metadata beyond 2 KB is refused", s3.put_object, "MetadataTooLarge", **OBJECT, Body=b"", Metadata={"m": "x" * 2048})

begun = s3.create_multipart_upload(**OBJECT, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
check("an upload says how it is summed", (begun["ChecksumAlgorithm"], begun["ChecksumType"]), ("CRC32", "FULL_OBJECT"))
upload = {**OBJECT, "UploadId": begun["UploadId"]}
for last in (5, 100):
    code(f"a copy of bytes 0 to {last} of 5 is refused", s3.upload_part_copy, "InvalidArgument",
         **upload, PartNumber=1, CopySource=SOURCE, CopySourceRange=f"bytes=0-{last}")
parts = [
    {"PartNumber": number, "ETag": s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"]}
    for number, body in enumerate(PARTS, 1)
]
whole = {"MultipartUpload": {"Parts": parts}}
wrong = {"MultipartUpload": {"Parts": [{**parts[0], "ChecksumCRC32": crc32(b"other")}, parts[1]]}}
done = s3.complete_multipart_upload
code("a wrong checksum of the object is refused", done, "BadDigest", **upload, **whole, ChecksumCRC32=crc32(b"other"))
code("and of a part", done, "InvalidPart", **upload, **wrong)
code("and another size", done, "InvalidRequest", **upload, **whole, MpuObjectSize=5)
code("and another type of checksum", done, "BadDigest", **upload, **whole, ChecksumType="COMPOSITE")
check("the object is as it was", s3.get_object(**OBJECT)["Body"].read(), b"hello")
done(**upload, **whole, ChecksumCRC32=crc32(b"".join(PARTS)), MpuObjectSize=len(b"".join(PARTS)))
check("the right ones complete it", s3.head_object(**OBJECT)["ContentLength"], len(b"".join(PARTS)))

begun = s3.create_multipart_upload(**OBJECT, ChecksumAlgorithm="SHA256")
upload = {**OBJECT, "UploadId": begun["UploadId"]}
part = s3.upload_part(**upload, PartNumber=1, Body=b"one", ChecksumAlgorithm="SHA256")
bare = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}}
code("an upload of such parts wants the checksum of each", done, "InvalidRequest", **upload, **bare)
bare["MultipartUpload"]["Parts"][0]["ChecksumSHA256"] = part["ChecksumSHA256"]
done(**upload, **bare)
check("and is completed with them", s3.get_object(**OBJECT)["Body"].read(), b"one")
s3.delete_object(**OBJECT)

for service, call, arguments in (
    ("lambda", "list_functions", {}),
    ("sqs", "list_queues", {}),
    ("dynamodb", "list_tables", {}),
    ("route53", "list_hosted_zones", {}),
    ("scheduler", "get_schedule", {"Name": "nightly"}),
    ("apigatewayv2", "get_apis", {}),
):
    client = boto3.client(service)
    error = refused(f"{service} is not there", ClientError, getattr(client, call), **arguments).response
    check("it says so with 501", (error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"]), (501, "NotImplemented"))
    # API Gateway signs by a name of its own.
    name = client.meta.service_model.signing_name
    check("and names it", name in error["Error"]["Message"].lower(), True)
