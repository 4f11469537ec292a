//! Taking in a body: written to a temporary file, digested, and held against what the client promised.

use std::{
    fs::File,
    io::{self, Read, Write},
    sync::Arc,
};

use bytes::Bytes;
use futures::StreamExt;
use s3s::{
    S3Error, S3Result,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Md5, Sha256},
    dto::StreamingBlob,
    s3_error,
};

use super::{
    error::{StoreError, blocking},
    front::Integrity,
    record::Checksums,
    store::{Staged, Store},
};
use crate::files::hex;

/// What is gathered before it is written: small objects cost one hop to the file threads.
const GATHER: usize = 1 << 20;

/// What a client says about the body in the headers of the operation.
#[derive(Debug, Default)]
pub(super) struct Promise {
    pub(super) length: Option<i64>,
    pub(super) md5: Option<String>,
    pub(super) algorithm: Option<String>,
    pub(super) checksums: Checksums,
}

/// Writes the body to a temporary file. What does not fit the promise leaves nothing behind.
pub(super) async fn stage(
    store: &Arc<Store>,
    body: Option<StreamingBlob>,
    mut promise: Promise,
    integrity: &Integrity,
) -> S3Result<Staged> {
    let mut writer = Writer::new(store, &promise, integrity)?;
    if let Some(mut body) = body {
        let mut gathered: Vec<Bytes> = Vec::new();
        let mut bytes = 0;
        while let Some(chunk) = body.next().await {
            let chunk = chunk
                .map_err(|error| s3_error!(IncompleteBody, "the body broke off or is malformed: {error}"))?;
            bytes += chunk.len();
            gathered.push(chunk);
            if bytes >= GATHER {
                let full = std::mem::take(&mut gathered);
                writer = blocking(move || writer.write(&full)).await?;
                bytes = 0;
            }
        }
        writer = blocking(move || writer.write(&gathered)).await?;
    }
    integrity.fill_from_trailers(&mut promise.checksums);
    writer.finish(&promise, integrity)
}

/// A body that this process wrote itself.
pub(super) fn stage_bytes(store: &Store, body: &[u8]) -> io::Result<Staged> {
    let path = store.temporary_path();
    std::fs::write(&path, body)?;
    Ok(Staged { path, etag: hex(Md5::checksum(body).as_ref()), checksums: Checksums::default() })
}

pub(super) fn md5_of(file: &mut File) -> io::Result<String> {
    let mut hasher = Md5::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(hasher.finalize().as_ref()));
        }
        hasher.update(&buffer[..read]);
    }
}

struct Writer {
    file: File,
    staged: Staged,
    length: u64,
    md5: Md5,
    payload: Option<Sha256>,
    sums: ChecksumHasher,
}

impl Writer {
    fn new(store: &Store, promise: &Promise, integrity: &Integrity) -> S3Result<Self> {
        let path = store.temporary_path();
        let file = File::create(&path).map_err(StoreError::from)?;
        Ok(Self {
            file,
            staged: Staged { path, etag: String::new(), checksums: Checksums::default() },
            length: 0,
            md5: Md5::new(),
            payload: integrity.payload_sha256.is_some().then(Sha256::new),
            sums: hashers(promise, integrity)?,
        })
    }

    fn write(mut self, chunks: &[Bytes]) -> Result<Self, StoreError> {
        for chunk in chunks {
            self.file.write_all(chunk)?;
            self.length += chunk.len() as u64;
            self.md5.update(chunk);
            self.sums.update(chunk);
            if let Some(payload) = &mut self.payload {
                payload.update(chunk);
            }
        }
        Ok(self)
    }

    fn finish(self, promise: &Promise, integrity: &Integrity) -> S3Result<Staged> {
        let Self { mut staged, length, md5, payload, sums, .. } = self;
        if let Some(promised) = promise.length
            && u64::try_from(promised) != Ok(length)
        {
            return Err(s3_error!(IncompleteBody, "the body has {length} bytes, {promised} were announced"));
        }
        let md5 = md5.finalize();
        if let Some(promised) = &promise.md5 {
            same("Content-MD5", promised, &base64(md5.as_ref()))?;
        }
        if let (Some(promised), Some(payload)) = (&integrity.payload_sha256, payload)
            && *promised != hex(payload.finalize().as_ref())
        {
            let mut error = S3Error::with_message(
                s3s::S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into()),
                "the provided 'x-amz-content-sha256' header does not match what was computed",
            );
            error.set_status_code(axum::http::StatusCode::BAD_REQUEST);
            return Err(error);
        }
        let found = Checksums::from(sums.finalize());
        for (name, promised, found) in [
            ("CRC32", &promise.checksums.crc32, &found.crc32),
            ("CRC32C", &promise.checksums.crc32c, &found.crc32c),
            ("CRC64NVME", &promise.checksums.crc64nvme, &found.crc64nvme),
            ("SHA1", &promise.checksums.sha1, &found.sha1),
            ("SHA256", &promise.checksums.sha256, &found.sha256),
        ] {
            if let (Some(promised), Some(found)) = (promised, found) {
                same(name, promised, found)?;
            }
        }
        staged.etag = hex(md5.as_ref());
        staged.checksums = found;
        Ok(staged)
    }
}

fn same(name: &str, promised: &str, found: &str) -> S3Result<()> {
    if promised == found {
        Ok(())
    } else {
        Err(s3_error!(BadDigest, "the {name} you specified ({promised}) is not that of the body ({found})"))
    }
}

/// One hasher for each checksum that the client gives, now or in a trailer, or asks for.
fn hashers(promise: &Promise, integrity: &Integrity) -> S3Result<ChecksumHasher> {
    let given = &promise.checksums;
    let mut sums = ChecksumHasher::default();
    let mut wanted: Vec<&str> = promise.algorithm.as_deref().into_iter().collect();
    wanted.extend(integrity.trailer_algorithms());
    let any = |name: &str, given: &Option<String>| given.is_some() || wanted.contains(&name);
    sums.crc32 = any("CRC32", &given.crc32).then(Default::default);
    sums.crc32c = any("CRC32C", &given.crc32c).then(Default::default);
    sums.crc64nvme = any("CRC64NVME", &given.crc64nvme).then(Default::default);
    sums.sha1 = any("SHA1", &given.sha1).then(Default::default);
    sums.sha256 = any("SHA256", &given.sha256).then(Default::default);
    match promise.algorithm.as_deref() {
        None | Some("CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256") => Ok(sums),
        Some(other) => Err(s3_error!(NotImplemented, "the local S3 does not have the checksum {other}")),
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
