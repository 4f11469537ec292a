//! What the AWS side of the local lake is called and where it keeps its data.

use std::{path::PathBuf, time::Duration};

use domain::settings::ScanTiers;

/// Names, limits and the data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsConfig {
    /// Everything is kept below this directory. It is created if it does not exist.
    pub data: PathBuf,
    /// The region that clients sign for; any other is taken as well.
    pub region: String,
    /// The account.
    pub account: String,
    /// The bucket to begin with.
    pub bucket: String,
    /// The Glue database.
    pub database: String,
    /// The Athena workgroup, besides `primary`.
    pub workgroup: String,
    /// Further workgroups, which stop a query at a bound on the bytes that it may scan.
    pub scan_tiers: ScanTiers,
    /// The SNS topic's name.
    pub topic: String,
    /// Below which key the workgroup's results go, ending in `/`.
    pub results: String,
    /// How old a result may become: [`ResultExpiry`](crate::ResultExpiry) deletes what
    /// is older, as a lifecycle rule of the bucket would.
    pub results_expire_after: Duration,
    /// Queries queued and running at once; one more is answered with `TooManyRequestsException`.
    pub max_active_queries: usize,
    /// Queries running at once; the others are queued. A query that was stopped, or has run for too long, counts until
    /// its computation has ended.
    pub max_running_queries: usize,
    /// How long a query may run. Athena gives 30 minutes; a laptop has less memory.
    pub query_timeout: Duration,
    /// How large a result may become, in bytes. Athena has no such bound, and a laptop's disk is finite: a join of a few
    /// rows writes until the query's time is over. All results that run at once fit on a disk with 16 GB to spare.
    pub max_result_bytes: u64,
}

impl AwsConfig {
    /// The defaults: everything is named `tributary`.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            region: "us-west-2".to_owned(),
            account: "000000000000".to_owned(),
            bucket: "tributary".to_owned(),
            database: "tributary".to_owned(),
            workgroup: "tributary".to_owned(),
            scan_tiers: ScanTiers::default(),
            topic: "tributary".to_owned(),
            results: domain::key::RESULTS.to_owned(),
            results_expire_after: Duration::from_secs(24 * 60 * 60),
            max_active_queries: 20,
            max_running_queries: 4,
            query_timeout: Duration::from_secs(5 * 60),
            max_result_bytes: 4_000_000_000,
        }
    }

    /// The topic's ARN.
    pub fn topic_arn(&self) -> String {
        format!("arn:aws:sns:{}:{}:{}", self.region, self.account, self.topic)
    }
}
