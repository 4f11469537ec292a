//! The ports on AWS: S3, Glue, Athena; configuration; telemetry.
