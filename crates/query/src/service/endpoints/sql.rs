//! `POST /v1/queries`: SQL of the caller's own.

use domain::DatasetName;

use crate::{
    ports::Ports,
    problem::{Problem, ProblemKind},
    request::{FormatRequest, preferences::Preferences, representation::Representation},
    service::{Api, Job, Reply},
    sql::free_sql::FreeSql,
};

/// What a file with the rows is called.
const FILE_NAME: &str = "query";

impl<P: Ports> Api<P> {
    /// Whether SQL of one's own is taken at all, and from this caller.
    pub(crate) fn may_send_sql(&self, preferences: &Preferences) -> Result<(), Problem> {
        if !self.settings.access.free_sql {
            let detail = "free SQL is off here: ask /v1/datasets/{dataset}/rows or a named query; the lake's operator \
                          turns it on with TRIBUTARY_SQL=on";
            return Err(Problem::new(ProblemKind::SqlOff, detail));
        }
        preferences.caller.may_send_sql()
    }

    /// Runs the statement of a body.
    pub(crate) async fn sql(
        &self,
        body: &[u8],
        query: &str,
        preferences: &Preferences,
    ) -> Result<Reply, Problem> {
        let caller = &preferences.caller;
        let request = FormatRequest::parse(query)?;
        let format = preferences.format(request.format.as_deref())?;
        let free = FreeSql::parse(body)?;
        caller.may_ask_for(free.limit())?;
        let datasets = self.definitions().await?;
        let (database, limits, sender) =
            (self.settings.database.clone(), self.limits(caller), caller.clone());
        let check = move || {
            let seen: Vec<&DatasetName> = datasets.keys().filter(|name| sender.sees(name)).collect();
            free.check(&database, &seen, limits)
        };
        let runnable = self.checks.run(caller, self.clock(), check).await?;
        let job = Job {
            dataset: None,
            named_query: None,
            file_name: FILE_NAME.to_owned(),
            reads: runnable.datasets,
            statement: runnable.statement,
            columns: None,
            rows: runnable.rows,
            hidden: 0,
            follow: None,
            representation: Representation { format, options: request.options },
            max_bytes: caller.max_bytes_scanned(),
            unordered: (!runnable.ordered).then_some(runnable.rows),
            patterns: Vec::new(),
            volatile: runnable.volatile,
        };
        // The answer to a POST is nothing that a caller has already, or keeps.
        let unconditional = Preferences { if_none_match: None, ..preferences.clone() };
        let mut reply = self.answer(&job, &unconditional).await?;
        if let Reply::Rows(rows) = &mut reply {
            rows.kept = None;
        }
        Ok(reply)
    }
}
