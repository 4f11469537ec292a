//! The bound on the bytes that one query of a key may scan, held wherever a query's state or its rows are answered.

use domain::{
    key::ExecutionName,
    port::{EngineError, QueryEngine, QueryId, QueryState, QueryStatus},
};

use crate::{access::Caller, ports::Ports, service::Api};

impl<P: Ports> Api<P> {
    /// Whether the queries of this caller are bounded, and no scan tier bounds them: they are stopped when they are seen to
    /// have read more, so somebody has to look on, and they cannot go on without their request.
    pub(in crate::service) fn is_watched(&self, caller: &Caller) -> bool {
        let tiers = &self.settings.limits.scan_tiers;
        caller.max_bytes_scanned().is_some_and(|bound| tiers.within(bound).is_none())
    }

    /// The most bytes that a query of this caller may scan, if its key has a bound: those of the tier that it runs in, or
    /// the bound itself where there is no such tier.
    pub(in crate::service) fn maximum(&self, caller: &Caller) -> Option<u64> {
        let tiers = &self.settings.limits.scan_tiers;
        caller.max_bytes_scanned().map(|bound| tiers.within(bound).map_or(bound, |tier| tier.cutoff))
    }

    /// The status as the caller may have it. A query that has read more than the caller may is cut off: one that is
    /// under way is stopped, one that has succeeded has no rows, and one that has failed gives no reason.
    pub(in crate::service) async fn held_to_bound(
        &self,
        name: &ExecutionName,
        mut status: QueryStatus,
        caller: &Caller,
    ) -> Result<QueryStatus, EngineError> {
        if !caller.may_have_scanned(status.bytes_scanned) {
            if matches!(status.state, QueryState::Queued | QueryState::Running) {
                tracing::warn!(query_id = %name, "a query has read more than its caller may, and is cancelled");
                self.engine().cancel(&QueryId::new(name.as_str())).await?;
            }
            // Also if it failed: why may quote what it read.
            status.state = QueryState::CutOff;
        }
        Ok(status)
    }
}
