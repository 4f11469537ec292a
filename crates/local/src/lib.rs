//! AWS in one process, for development: S3, SNS, Glue, Athena, notifications, the HTTP API.
//!
//! Real AWS clients work against it by `AWS_ENDPOINT_URL`: it speaks their wire protocols, on one port, with any
//! credentials or none. What it does not have it refuses by name; it never answers a wrong success. It is for
//! development and tests, and is not deployed.

mod athena;
mod config;
mod dispatch;
mod env;
mod expiry;
mod faults;
mod files;
mod glue;
mod lake;
mod protocol;
mod s3;
mod server;
mod simple;
mod sns;
mod sts;

pub use athena::{
    ErrorCategory, ParquetCompression, PartitionValues, RunChunk, RunError, RunForm, RunOutput, RunQuery,
    RunSlot, SqlRunner,
};
pub use config::AwsConfig;
pub use expiry::{ExpiryError, ResultExpiry};
pub use faults::{Faults, Service};
pub use glue::GlueCatalog;
pub use lake::{
    ConnectionLimits, DatasetFileError, DatasetFiles, HostName, InvalidHostName, Lake, LakeOptions, NotLive,
    QueryFileError, QueryFiles, ServeOptions, StartError, raise_open_files, settings,
};
pub use s3::ObjectCreated;
pub use server::{AwsServer, OpenError};
pub use sns::{AttributeValue, Delivery, DeliveryError, SnsMessage};
