//! Taking in a body: written to a temporary file, and held against what the client promised.

use std::{
    fs::File,
    io::{self, Write},
    sync::Arc,
};

use bytes::Bytes;
use futures::StreamExt;
use s3s::{
    S3Result,
    crypto::{Checksum as _, Md5},
    dto::StreamingBlob,
    s3_error,
};

use super::{
    digests::{Digests, Promise},
    error::{StoreError, blocking},
    integrity::Integrity,
    record::Checksums,
    store::{Staged, Store},
};
use crate::files::hex;

/// What is gathered before it is written: small objects cost one hop to the file threads.
const GATHER: usize = 1 << 20;

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

struct Writer {
    file: File,
    staged: Staged,
    digests: Digests,
}

impl Writer {
    fn new(store: &Store, promise: &Promise, integrity: &Integrity) -> S3Result<Self> {
        let digests = Digests::new(promise, integrity)?;
        let path = store.temporary_path();
        let file = File::create(&path).map_err(StoreError::from)?;
        let staged = Staged { path, etag: String::new(), checksums: Checksums::default() };
        Ok(Self { file, staged, digests })
    }

    fn write(mut self, chunks: &[Bytes]) -> Result<Self, StoreError> {
        for chunk in chunks {
            self.file.write_all(chunk)?;
            self.digests.update(chunk);
        }
        Ok(self)
    }

    fn finish(self, promise: &Promise, integrity: &Integrity) -> S3Result<Staged> {
        let Self { mut staged, digests, .. } = self;
        (staged.etag, staged.checksums) = digests.verify(promise, integrity)?;
        Ok(staged)
    }
}
