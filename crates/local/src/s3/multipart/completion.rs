//! The end of an upload: its parts become the object, if they are those that the caller means.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use s3s::{
    S3Result,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Md5},
    dto, s3_error,
};

use super::{
    Upload, open, part, part_path,
    sums::{self, Declared, Promised},
};
use crate::{
    files::hex,
    s3::{
        error::StoreError,
        record::{Checksums, Record},
        store::{Condition, Staged, Store},
    },
};

/// All parts but the last are at least this long.
const MIN_PART: u64 = 5 * 1024 * 1024;
/// What is copied at once.
const PIECE: usize = 256 * 1024;

/// What a caller says of the object that is to come.
#[derive(Debug, Default)]
pub(in crate::s3) struct Wanted {
    pub(in crate::s3) parts: Vec<dto::CompletedPart>,
    /// The checksums of the object.
    pub(in crate::s3) checksums: Checksums,
    pub(in crate::s3) checksum_type: Option<String>,
    /// The size of the object in bytes.
    pub(in crate::s3) size: Option<i64>,
}

/// A part to join.
struct Part {
    number: i32,
    etag: String,
    /// The checksums that the caller says it has.
    promised: Checksums,
}

/// Joins the parts into the object, if the condition holds and every promise does. An upload that cannot be completed
/// stays.
pub(in crate::s3) fn complete(
    store: &Store,
    (bucket, key, id): (&str, &str, &str),
    wanted: &Wanted,
    condition: &Condition,
) -> S3Result<Record> {
    let (directory, upload) = open(store, bucket, key, id)?;
    let promised = check_kind(&upload, wanted)?;
    let parts = check_parts(&directory, upload.declared.as_ref(), wanted)?;
    let staged = join(store, &directory, &parts, &promised)?;
    let record =
        store.publish(&staged, bucket, key, condition, upload.attributes, "CompleteMultipartUpload")?;
    fs::remove_dir_all(&directory).map_err(StoreError::from)?;
    Ok(record)
}

fn check_kind(upload: &Upload, wanted: &Wanted) -> S3Result<Vec<Promised>> {
    let declared = upload.declared.as_ref();
    if let (Some(kind), Some(declared)) = (wanted.checksum_type.as_deref(), declared)
        && kind != declared.kind()
    {
        return Err(s3_error!(
            BadDigest,
            "the upload was created with checksums of the type {}, not {kind}",
            declared.kind()
        ));
    }
    Promised::all(&wanted.checksums, declared)
}

fn check_parts(directory: &Path, declared: Option<&Declared>, wanted: &Wanted) -> S3Result<Vec<Part>> {
    let given = &wanted.parts;
    if given.is_empty() {
        return Err(s3_error!(MalformedXML, "a completed upload needs at least one part"));
    }
    let numbers: Vec<i32> = given.iter().map(|given| given.part_number.unwrap_or(0)).collect();
    if !numbers.is_sorted_by(|earlier, later| earlier < later) {
        return Err(s3_error!(InvalidPartOrder, "the parts are not in ascending order"));
    }
    let mut parts = Vec::with_capacity(given.len());
    let mut size = 0;
    for (index, (given, number)) in given.iter().zip(&numbers).enumerate() {
        let stored = part(directory, *number)
            .filter(|part| given.e_tag.as_ref().is_none_or(|etag| etag.value() == part.etag));
        let Some(stored) = stored else {
            return Err(s3_error!(InvalidPart, "part {number} was not uploaded, or its ETag is another one"));
        };
        if stored.size < MIN_PART && index + 1 < numbers.len() {
            return Err(s3_error!(EntityTooSmall, "part {number} is smaller than {MIN_PART} bytes"));
        }
        let promised = checksums(given);
        if let Some(declared) = declared.filter(|declared| !declared.is_full_object)
            && sums::of(&promised, &declared.algorithm).is_none()
        {
            return Err(s3_error!(
                InvalidRequest,
                "The upload was created using a {} checksum. The complete request must include the checksum for each \
                 part. It was missing for part {number} in the request.",
                declared.algorithm.to_lowercase()
            ));
        }
        size += stored.size;
        parts.push(Part { number: *number, etag: stored.etag, promised });
    }
    match wanted.size {
        Some(promised) if u64::try_from(promised) != Ok(size) => Err(s3_error!(
            InvalidRequest,
            "The provided 'x-amz-mp-object-size' header value {promised} does not match what was computed: {size}"
        )),
        _ => Ok(parts),
    }
}

fn checksums(given: &dto::CompletedPart) -> Checksums {
    Checksums {
        crc32: given.checksum_crc32.clone(),
        crc32c: given.checksum_crc32c.clone(),
        crc64nvme: given.checksum_crc64nvme.clone(),
        sha1: given.checksum_sha1.clone(),
        sha256: given.checksum_sha256.clone(),
    }
}

/// Writes the parts one after another, and holds every checksum that was promised against their bytes.
fn join(store: &Store, directory: &Path, parts: &[Part], promised: &[Promised]) -> S3Result<Staged> {
    let path = store.temporary_path();
    let mut staged = Staged { path: path.clone(), etag: String::new(), checksums: Checksums::default() };
    let mut file = File::create(&path).map_err(StoreError::from)?;
    let (composite, full): (Vec<_>, Vec<_>) = promised.iter().partition(|promise| promise.is_composite());
    let mut digests = Md5::new();
    let mut of_all = sums::hasher(full.iter().map(|promise| promise.algorithm));
    let mut of_parts = sums::hasher(composite.iter().map(|promise| promise.algorithm));
    for part in parts {
        let algorithms = sums::each(&part.promised).into_iter().filter(|(_, value)| value.is_some());
        let algorithms = algorithms.map(|(name, _)| name);
        let mut of_part = sums::hasher(algorithms.chain(composite.iter().map(|promise| promise.algorithm)));
        let source = part_path(directory, part.number, &part.etag);
        copy(&source, &mut file, &mut [&mut of_part, &mut of_all]).map_err(StoreError::from)?;
        let found = Checksums::from(of_part.finalize());
        for (name, value) in sums::each(&part.promised) {
            if value.is_some() && value != sums::of(&found, name) {
                return Err(s3_error!(
                    InvalidPart,
                    "the {name} of part {} is not that of its bytes ({})",
                    part.number,
                    sums::of(&found, name).unwrap_or_default()
                ));
            }
        }
        append(&mut of_parts, &found);
        digests.update(&unhex(&part.etag));
    }
    let (of_all, of_parts) = (Checksums::from(of_all.finalize()), Checksums::from(of_parts.finalize()));
    for promise in promised {
        let found = if promise.is_composite() { &of_parts } else { &of_all };
        promise.verify(sums::of(found, promise.algorithm).unwrap_or_default(), parts.len())?;
    }
    // S3's rule: the MD5 of the parts' MD5s, and how many there were.
    staged.etag = format!("{}-{}", hex(digests.finalize().as_ref()), parts.len());
    Ok(staged)
}

fn copy(source: &Path, target: &mut File, hashers: &mut [&mut ChecksumHasher]) -> io::Result<()> {
    let mut source = File::open(source)?;
    let mut buffer = vec![0; PIECE];
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        target.write_all(&buffer[..read])?;
        for hasher in hashers.iter_mut() {
            hasher.update(&buffer[..read]);
        }
    }
}

/// Adds the bytes of a part's checksums to the checksums of checksums.
fn append(of_parts: &mut ChecksumHasher, part: &Checksums) {
    let bytes =
        |value: &Option<String>| STANDARD.decode(value.as_deref().unwrap_or_default()).unwrap_or_default();
    if let Some(hasher) = &mut of_parts.crc32 {
        hasher.update(&bytes(&part.crc32));
    }
    if let Some(hasher) = &mut of_parts.crc32c {
        hasher.update(&bytes(&part.crc32c));
    }
    if let Some(hasher) = &mut of_parts.crc64nvme {
        hasher.update(&bytes(&part.crc64nvme));
    }
    if let Some(hasher) = &mut of_parts.sha1 {
        hasher.update(&bytes(&part.sha1));
    }
    if let Some(hasher) = &mut of_parts.sha256 {
        hasher.update(&bytes(&part.sha256));
    }
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
