// The AWS SDK for JavaScript: objects, streams with checksums in their trailers, multipart uploads.

import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client,
  paginateListObjectsV2, waitUntilObjectExists, waitUntilObjectNotExists,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { LAKE, all, check, refused } from "./lake.mjs";

const s3 = new S3Client();
const Bucket = LAKE.bucket;
const PREFIX = "scratch/javascript/";
const MIB = 1024 * 1024;
const LARGE = createHash("shake256", { outputLength: 20 * MIB }).update("javascript").digest();
const put = (key, Body, more) => s3.send(new PutObjectCommand({ Bucket, Key: PREFIX + key, Body, ...more }));
const get = (key) => s3.send(new GetObjectCommand({ Bucket, Key: PREFIX + key }));

const commits = await all(paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: "commits/passengers/" }), (page) => page.Contents);
const Key = commits.at(-1).Key;
const before = await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body.transformToString();
check("a commit is read", JSON.parse(before).rows, 3);
const error = await refused("a commit put again", "PreconditionFailed", () =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: "{}", IfNoneMatch: "*" })));
check("with 412", error.$metadata.httpStatusCode, 412);
check("it is as it was", await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body.transformToString(), before);

await put("text", "text ü", { ContentType: "text/plain", Metadata: { of: "check" } });
const text = await get("text");
check("text comes back, its checksum held against it", await text.Body.transformToString(), "text ü");
check("with type and metadata", [text.ContentType, text.Metadata], ["text/plain", { of: "check" }]);

const directory = mkdtempSync(join(tmpdir(), "javascript-"));
try {
  writeFileSync(join(directory, "large"), LARGE);
  for (const ChecksumAlgorithm of ["CRC32", "SHA256"]) {
    await put("stream", createReadStream(join(directory, "large")), { ContentLength: LARGE.length, ChecksumAlgorithm });
    const back = await (await get("stream")).Body.transformToByteArray();
    check(`a stream with ${ChecksumAlgorithm} in its trailer`, LARGE.equals(back), true);
  }
} finally {
  rmSync(directory, { recursive: true });
}
await new Upload({ client: s3, params: { Bucket, Key: `${PREFIX}parts`, Body: Readable.from([LARGE]) }, partSize: 8 * MIB }).done();
const parts = await s3.send(new HeadObjectCommand({ Bucket, Key: `${PREFIX}parts` }));
check("a stream of unknown length is uploaded in parts", [parts.ContentLength, parts.ETag.slice(-3)], [LARGE.length, '-3"']);
check("and comes back", LARGE.equals(await (await get("parts")).Body.transformToByteArray()), true);
const range = await s3.send(new GetObjectCommand({ Bucket, Key: `${PREFIX}parts`, Range: "bytes=5-9" }));
check("a range is read", Buffer.from(await range.Body.transformToByteArray()), LARGE.subarray(5, 10));

const AT_ONCE = { client: s3, minDelay: 1, maxDelay: 1, maxWaitTime: 2 };
const waited = await waitUntilObjectExists(AT_ONCE, { Bucket, Key: `${PREFIX}parts` });
check("an object is waited for", waited.state, "SUCCESS");
const keys = await all(paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket, Prefix: PREFIX }), (page) => page.Contents);
check("a listing pages", keys.map(({ Key }) => Key), ["parts", "stream", "text"].map((key) => PREFIX + key));
await refused("an unknown key", "NoSuchKey", () => get("not"));
await refused("an unknown bucket", "NoSuchBucket", () => s3.send(new ListObjectsV2Command({ Bucket: "not-there" })));
await refused("an unknown key of HeadObject", "NotFound", () => s3.send(new HeadObjectCommand({ Bucket, Key: "not" })));
await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map(({ Key }) => ({ Key })) } }));
const gone = await waitUntilObjectNotExists(AT_ONCE, { Bucket, Key: `${PREFIX}parts` });
check("what is deleted is gone", gone.state, "SUCCESS");
