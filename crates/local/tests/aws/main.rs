//! The real AWS SDK against the local AWS, over loopback.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

mod athena;
mod athena_faithful;
mod batch_delete;
mod glue;
mod glue_partitions;
mod glue_versions;
mod harness;
mod prepared;
mod raw;
mod s3_answers;
mod s3_completion;
mod s3_folders;
mod s3_list;
mod s3_objects;
mod s3_protocol;
mod s3_uploads;
mod show;
mod sns;
mod writes;
