//! The ports on AWS. An SDK error becomes the kind of error that its caller would act on, with the SDK's own
//! as its source; nothing above this crate sees an SDK type.

mod athena;
pub mod audit;
mod clock;
mod config;
pub mod deadline;
mod failure;
mod function;
mod glue;
#[cfg(feature = "lambda")]
pub mod lambda;
mod outlook;
mod record;
mod retry;
mod roots;
mod s3;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod trigger;

pub use athena::AthenaEngine;
pub use clock::{OsEntropy, RandomIds, SystemClock};
pub use config::{Aws, LOCAL_REGION, settings, variable};
pub use glue::GlueCatalog;
pub use outlook::Outlook;
pub use record::RECORD_CALLS;
pub use retry::RetryPassing;
pub use s3::{OriginObject, S3Origin, S3Store};
pub use telemetry::{init as init_telemetry, log_filter};
