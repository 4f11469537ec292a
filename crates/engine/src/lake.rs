//! The lake as its sessions and its tables know it.

/// What Athena calls the catalog that Glue is.
pub(crate) const CATALOG: &str = "awsdatacatalog";

/// Under which the lake's one bucket is known to DataFusion.
pub(crate) const LAKE_URL: &str = "lake://lake/";

/// How many streams a query works on at once: enough to overlap reading and computing.
pub(crate) const STREAMS: usize = 2;
