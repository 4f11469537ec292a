"""boto3 and S3's objects: waiters, paginators, conditions, and its own exceptions."""

import boto3
from botocore.exceptions import ClientError, WaiterError

from lake import BUCKET, REGION, check, refused

s3 = boto3.client("s3")
NAME = "boto3-objects"
AT_ONCE = {"Delay": 1, "MaxAttempts": 1}


def wait(name, **arguments):
    s3.get_waiter(name).wait(**arguments, WaiterConfig=AT_ONCE)


def listed(operation, field, **arguments):
    pages = s3.get_paginator(operation).paginate(**arguments)
    return [found for page in pages for found in page.get(field, [])]


s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
wait("bucket_exists", Bucket=NAME)
check("a bucket exists", NAME in [bucket["Name"] for bucket in listed("list_buckets", "Buckets")], True)
refused("and is not waited away", WaiterError, wait, name="bucket_not_exists", Bucket=NAME)

wait("object_not_exists", Bucket=NAME, Key="a")
refused("an object that is not there is not waited for", WaiterError, wait, name="object_exists", Bucket=NAME, Key="a")
keys = ["a", "b/1", "b/2", "b/c/3", "ä ö+%&?#=", "z"]
for key in keys:
    s3.put_object(Bucket=NAME, Key=key, Body=key.encode(), ContentType="text/plain", Metadata={"of": "check"})
wait("object_exists", Bucket=NAME, Key="ä ö+%&?#=")
small = {"Bucket": NAME, "PaginationConfig": {"PageSize": 2}}
ordered = sorted(keys, key=str.encode)
check("list_objects_v2 pages", [found["Key"] for found in listed("list_objects_v2", "Contents", **small)], ordered)
check("list_objects pages", [found["Key"] for found in listed("list_objects", "Contents", **small)], ordered)
pages = s3.get_paginator("list_objects_v2").paginate(**small, Delimiter="/", StartAfter="a")
found = [[*(o["Key"] for o in page.get("Contents", [])), *(p["Prefix"] for p in page.get("CommonPrefixes", []))] for page in pages]
check("a delimiter folds keys, over pages", found, [["z", "b/"], ["ä ö+%&?#="]])
missing = refused("versions are not there", ClientError, s3.list_object_versions, Bucket=NAME)
check("and are NotImplemented", missing.response["Error"]["Code"], "NotImplemented")

head = s3.head_object(Bucket=NAME, Key="b/1")
check("an object keeps its type and metadata", (head["ContentType"], head["Metadata"]), ("text/plain", {"of": "check"}))
asked = ["ETag", "ObjectSize", "StorageClass"]
found = s3.get_object_attributes(Bucket=NAME, Key="b/1", ObjectAttributes=asked)
check("several attributes are answered", (found["ObjectSize"], found["StorageClass"]), (3, "STANDARD"))
check("no object has tags", s3.get_object_tagging(Bucket=NAME, Key="b/1")["TagSet"], [])
s3.put_object(Bucket=NAME, Key="folder/")
found = s3.list_objects_v2(Bucket=NAME, Prefix="fo", Delimiter="/")["CommonPrefixes"]
check("an empty object shows a folder", found, [{"Prefix": "folder/"}])
s3.delete_object(Bucket=NAME, Key="folder/")
part = s3.get_object(Bucket=NAME, Key="b/c/3", Range="bytes=2-")
check("a range is read", (part["Body"].read(), part["ContentRange"]), (b"c/3", "bytes 2-4/5"))
refused("a range beyond the end is InvalidRange", ClientError, s3.get_object, Bucket=NAME, Key="a", Range="bytes=9-")
unchanged = refused("an unchanged object is not sent again", ClientError,
                    s3.get_object, Bucket=NAME, Key="a", IfNoneMatch=s3.head_object(Bucket=NAME, Key="a")["ETag"])
check("but 304", unchanged.response["ResponseMetadata"]["HTTPStatusCode"], 304)

commits = listed("list_objects_v2", "Contents", Bucket=BUCKET, Prefix="commits/")
before = s3.get_object(Bucket=BUCKET, Key=commits[0]["Key"])["Body"].read()
for what, condition in {"created again": {"IfNoneMatch": "*"}, "replaced": {"IfMatch": '"0"'}}.items():
    error = refused(f"a commit cannot be {what}", ClientError,
                    s3.put_object, Bucket=BUCKET, Key=commits[0]["Key"], Body=b"{}", **condition)
    check("that is PreconditionFailed", error.response["Error"]["Code"], "PreconditionFailed")
check("it is as it was", s3.get_object(Bucket=BUCKET, Key=commits[0]["Key"])["Body"].read(), before)

errors = s3.exceptions
refused("no such key is NoSuchKey", errors.NoSuchKey, s3.get_object, Bucket=NAME, Key="not")
refused("no such bucket is NoSuchBucket", errors.NoSuchBucket, s3.get_object, Bucket=f"{NAME}-not", Key="a")
refused("so it is for a listing", errors.NoSuchBucket, s3.list_objects_v2, Bucket=f"{NAME}-not")
missing = refused("no such key is 404 for head_object", ClientError, s3.head_object, Bucket=NAME, Key="not")
check("as it has no body", missing.response["Error"]["Code"], "404")
refused("a bucket twice is BucketAlreadyOwnedByYou", errors.BucketAlreadyOwnedByYou, s3.create_bucket,
        Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
refused("no such upload is NoSuchUpload", s3.exceptions.NoSuchUpload, s3.abort_multipart_upload,
        Bucket=NAME, Key="a", UploadId="not")
full = refused("a bucket with objects stays", ClientError, s3.delete_bucket, Bucket=NAME)
check("as it is BucketNotEmpty", full.response["Error"]["Code"], "BucketNotEmpty")

s3.copy_object(Bucket=NAME, Key="copy", CopySource={"Bucket": NAME, "Key": "ä ö+%&?#="})
check("a copy has the same bytes", s3.get_object(Bucket=NAME, Key="copy")["Body"].read(), "ä ö+%&?#=".encode())
objects = [{"Key": key} for key in [*keys, "copy", "never there"]]
deleted = s3.delete_objects(Bucket=NAME, Delete={"Objects": objects})
check("objects are deleted together, also those not there", [gone["Key"] for gone in deleted["Deleted"]],
      [gone["Key"] for gone in objects])
wait("object_not_exists", Bucket=NAME, Key="ä ö+%&?#=")
s3.delete_bucket(Bucket=NAME)
wait("bucket_not_exists", Bucket=NAME)
refused("and the bucket is gone", errors.NoSuchBucket, s3.list_objects_v2, Bucket=NAME)
