//! `Prefer: count=exact`: how many rows match, whatever an answer has room for.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{DatasetName, port::Clock};
use serde::Deserialize;

use crate::{
    lake::snapshot::Datasets,
    plan::RowLimits,
    ports::Ports,
    problem::Problem,
    request::{
        RawCall, RawItem, RowsRequest,
        format::Format,
        preferences::Preferences,
        representation::{FormatOptions, Representation},
    },
    service::{Api, Job, Reply, Rows},
    sql::compile,
};

/// The one row of a count.
#[derive(Debug, Deserialize)]
struct Counted {
    count: u64,
}

impl<P: Ports> Api<P> {
    /// The reply with the number of all rows that match. A reply that has all of them says so already; else a second query
    /// counts them, whose cost is the answer's too. If there is no count in what is left of the time that the request may
    /// wait, or the key's budget or this process has no room for it, the reply is as it was.
    pub(in crate::service) async fn counted(
        &self,
        datasets: &Arc<Datasets>,
        dataset: &DatasetName,
        request: &RowsRequest,
        mut reply: Reply,
        preferences: &Preferences,
        begun: DateTime<Utc>,
    ) -> Reply {
        let (Reply::Rows(Rows { cost, extent, .. }) | Reply::Elsewhere(_, cost, extent)) = &mut reply else {
            return reply;
        };
        let left = self.patience(preferences, self.clock().now() - begun).wait.as_secs();
        if extent.total.is_some() || left == 0 {
            return reply;
        }
        let count = async {
            let job = self.count_job(datasets, dataset, request, preferences).await?;
            let plain = Preferences {
                wait: Some(left),
                ends_with_request: true,
                if_none_match: None,
                count: false,
                ..preferences.clone()
            };
            self.answer(&job, &plain).await
        };
        // Boxed: the future of every request holds this, and few ask for a count.
        match Box::pin(count).await {
            Ok(Reply::Rows(rows)) => {
                match serde_json::from_slice::<[Counted; 1]>(&rows.body) {
                    Ok([counted]) => extent.total = Some(counted.count),
                    Err(error) => {
                        tracing::error!(
                            error = domain::chain(&error),
                            "a count is not one row with a number"
                        );
                    }
                }
                cost.bytes_scanned = cost.bytes_scanned.saturating_add(rows.cost.bytes_scanned);
                cost.engine_millis = cost.engine_millis.saturating_add(rows.cost.engine_millis);
                cost.price = cost.price.plus(rows.cost.price);
            }
            // A count is one row, which no other reply has.
            Ok(_) => {}
            Err(problem) => {
                tracing::info!(status = problem.status(), "the rows of an answer were not counted");
            }
        }
        reply
    }

    async fn count_job(
        &self,
        datasets: &Arc<Datasets>,
        dataset: &DatasetName,
        request: &RowsRequest,
        preferences: &Preferences,
    ) -> Result<Job, Problem> {
        let call = RawCall { name: "count".to_owned(), argument: String::new() };
        let select = Some(vec![RawItem { alias: None, path: None, call: Some(call) }]);
        let request = RowsRequest { select, order: None, limit: Some(1), after: None, ..request.clone() };
        let limits = RowLimits { default_rows: 1, max_rows: 1 };
        let plan = self.rows_plan(datasets, dataset, &Arc::new(request), limits, &preferences.caller).await?;
        Ok(Job {
            dataset: Some(dataset.clone()),
            named_query: None,
            file_name: dataset.to_string(),
            reads: vec![dataset.clone()],
            statement: compile(&plan, &self.settings.database).bounded()?,
            columns: Some(plan.outputs()),
            rows: plan.limit,
            hidden: 0,
            follow: None,
            representation: Representation { format: Format::Json, options: FormatOptions::default() },
            max_bytes: preferences.caller.max_bytes_scanned(),
            unordered: None,
            patterns: Vec::new(),
            volatile: false,
        })
    }
}
