//! S3 on a directory: the protocol is `s3s`, what is behind it is here.
//!
//! An object is a plain file at `<data>/s3/<bucket>/<key>`, so that it can be looked at and read in place.
//! What a file cannot say (ETag, content type, metadata, checksums) is in a *record* beside the buckets, under
//! `<data>/s3-state`. A body is first written to a temporary file and checked; the object then changes by one
//! rename under a lock of its key, where the conditions of the put are decided. So a condition holds under any
//! race, a reader sees a whole object or none, and a body that breaks off or fails its checksum leaves no trace.
//!
//! Objects survive the end of the process; they are not flushed to the device, so they need not survive the
//! end of the machine.
//!
//! Keys are paths, and a file system knows fewer names than S3: a key that has an empty, `.` or `..` segment or one
//! of more than 255 bytes, or runs through another object (`a` and `a/b`), is refused with `NotImplemented` when it
//! is written, and does not exist when it is read. An object whose key ends in `/`, as clients make one to show a
//! folder, is a directory (`place`); its bytes are beside the buckets.

mod access;
mod answer;
mod batch_delete;
mod body;
mod chunked;
mod digests;
mod directories;
mod document;
mod draft;
mod error;
mod front;
mod headers;
mod integrity;
mod list;
mod markers;
mod multipart;
mod path;
mod place;
mod presigned;
mod read;
mod record;
mod refuse;
mod service;
mod store;

pub(crate) use draft::Draft;
pub(crate) use error::StoreError;
pub(crate) use front::Front;
pub(crate) use service::LocalS3;
pub(crate) use store::Store;

/// An object was written: what an S3 event notification says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCreated {
    /// Its bucket.
    pub bucket: String,
    /// Its key, not encoded.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its ETag, without quotes.
    pub etag: String,
    /// Sorts the writes of one key, as text.
    pub sequencer: String,
    /// The operation: `Put`, `Copy` or `CompleteMultipartUpload`.
    pub operation: &'static str,
}
