//! Queries that callers come back to: their state, their end, their rows.

use domain::{
    key::ExecutionName,
    port::{EngineError, QueryEngine, QueryId},
};

use crate::{
    access::{self, Caller},
    execution::{
        ExecuteError,
        cost::{CacheState, Cost, Price},
        ended,
        record::QueryRecord,
    },
    paging::result_cursor::Cursor,
    ports::Ports,
    problem::{Problem, ProblemKind, quote},
    render::Position,
    request::preferences::Preferences,
    service::{
        Api, Kept, QueryView, Reply, Rows,
        entity_tag::{self, EntityTag},
        extent::{Rest, Shown},
        failures,
        pages::{self, rows_parameters::RowsParameters},
    },
};

impl<P: Ports> Api<P> {
    /// `GET /v1/queries/{id}`.
    pub(crate) async fn query(&self, id: &str, caller: &Caller) -> Result<(QueryView, QueryRecord), Problem> {
        let (name, record) = self.find_query(id, caller).await?;
        self.view(name, record, caller).await
    }

    /// `DELETE /v1/queries/{id}`: asks the engine to stop it, and says where it is then. One that is over stays as
    /// it is.
    pub(crate) async fn cancel(
        &self,
        id: &str,
        caller: &Caller,
    ) -> Result<(QueryView, QueryRecord), Problem> {
        let (name, record) = self.find_query(id, caller).await?;
        let cancelled = self.engine().cancel(&QueryId::new(name.as_str())).await;
        cancelled.map_err(|error| unreachable(error, &name))?;
        access::query_cancelled(&name, caller);
        self.view(name, record, caller).await
    }

    async fn view(
        &self,
        name: ExecutionName,
        record: QueryRecord,
        caller: &Caller,
    ) -> Result<(QueryView, QueryRecord), Problem> {
        let id = QueryId::new(name.as_str());
        let status = self.engine().status(&id).await.map_err(|error| unreachable(error, &name))?;
        // As the engine sees it: one that is stopped now may read on for a moment, and is charged when it is over.
        self.settle(&name, &record, &status, caller).await;
        let status = self.held_to_bound(&name, status, caller).await;
        let status = status.map_err(|error| unreachable(error, &name))?;
        let representation = record.representation().ok_or_else(failures::other_version)?;
        let price = self.settings.limits.price_per_tb;
        let view = QueryView::new(&name, &record, representation, Some(&status), price, self.maximum(caller));
        Ok((view, record))
    }

    /// `GET /v1/queries/{id}/rows`. A query that is not over is a problem with `Retry-After`, and no 202: what reads
    /// rows would take the body of a success for rows.
    pub(crate) async fn query_rows(
        &self,
        id: &str,
        query: &str,
        preferences: &Preferences,
    ) -> Result<(Reply, QueryRecord), Problem> {
        let parameters = RowsParameters::parse(query, &preferences.caller, self.settings.max_rows)?;
        let (name, record) = match self.find_query(id, &preferences.caller).await {
            // Somebody got a cursor for it, so it was there: records go with the results.
            Err(problem) if parameters.cursor.is_some() && problem.is(ProblemKind::UnknownQuery) => {
                return Err(failures::expired(id));
            }
            other => other?,
        };
        preferences.caller.may_have_rows(record.rows)?;
        let page = parameters.page(&name, &record)?;
        preferences.caller.may_have(page.representation.format.name())?;
        let tag = EntityTag::of_page(&page.encode(&name, &record.secret), &preferences.caller);
        let mut cost = self.cost_of(&name, &record);
        let id = QueryId::new(name.as_str());
        let (status, result) = futures::join!(self.engine().status(&id), self.engine().result(&id));
        let status = status.map_err(|error| unreachable(error, &name))?;
        self.settle(&name, &record, &status, &preferences.caller).await;
        let status = self.held_to_bound(&name, status, &preferences.caller).await;
        let status = status.map_err(|error| unreachable(error, &name))?;
        match ended(&id, &status.state) {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                let maximum = self.maximum(&preferences.caller);
                return Err(failures::of_record(&error, &record, maximum));
            }
            None => return Err(failures::not_finished(&name)),
        }
        // Only of rows that this caller may have: a query that failed, or scanned more than the key lets it, has none.
        if tag.is_in(preferences.if_none_match.as_deref()) {
            return Ok((Reply::NotModified(kept(&tag), cost), record));
        }
        (cost.bytes_scanned, cost.engine_millis) = (status.bytes_scanned, status.engine_millis);
        let result = result.map_err(|error| {
            let error = ExecuteError::of_result(error, &id);
            failures::of_record(&error, &record, None)
        })?;

        let columns = pages::columns(record.columns().as_deref(), &result);
        let Cursor { start, limit, representation } = page;
        let follow = record.follow_in(representation);
        let shown = Shown { follow: follow.as_ref(), ..Shown::recorded(&record, &columns) };
        let rendered = self.page(&preferences.caller, &id, &result, shown, page).await;
        if limit.is_none() && start == Position::START && pages::is_elsewhere(&rendered, representation) {
            let caller = &preferences.caller;
            let (url, rest) = self.file(&name, &record, caller, &result, shown, representation).await?;
            let extent = shown.extent(0, None, &rest);
            return Ok((Reply::Elsewhere(url, cost, extent), record));
        }
        let rendered = rendered?;
        cost.rows = Some(rendered.rows);
        let mut extent = shown.extent(start.row, Some(rendered.rows), &rendered.rest);
        if let Rest::Page(start) = rendered.rest {
            let cursor = Cursor { start, limit, representation }.encode(&name, &record.secret);
            extent.next = Some(pages::path(&name, &cursor));
        }
        let rows = Rows { body: rendered.body, representation, cost, kept: Some(kept(&tag)), extent };
        Ok((Reply::Rows(rows), record))
    }

    /// The record of a query that this caller may know of. That it exists says that this API started it; that it is
    /// somebody else's is no one's business.
    async fn find_query(&self, id: &str, caller: &Caller) -> Result<(ExecutionName, QueryRecord), Problem> {
        let unknown = || {
            let detail = format!(
                "there is no query {} to come back to: a 202 and the Link of a page name those there are, for some days",
                quote(id)
            );
            Problem::new(ProblemKind::UnknownQuery, detail)
        };
        let name = ExecutionName::parse(id).ok_or_else(unknown)?;
        let record =
            QueryRecord::load(&*self.store, &name).await.map_err(|error| failures::unrecorded(&error))?;
        let record = record.filter(|record| record.is_of(caller)).ok_or_else(unknown)?;
        Ok((name, record))
    }

    fn cost_of(&self, name: &ExecutionName, record: &QueryRecord) -> Cost {
        Cost {
            cache: CacheState::Hit,
            rows: None,
            query_id: Some(name.to_string()),
            bytes_scanned: 0,
            engine_millis: 0,
            price: Price::default(),
            generation: record.generation.clone(),
            freshness: record.freshness,
        }
    }
}

fn kept(tag: &EntityTag) -> Kept {
    Kept { tag: tag.as_str().to_owned(), control: entity_tag::private_for(entity_tag::PAGE_AGE) }
}

/// The engine forgets executions too, later than their results go.
fn unreachable(error: EngineError, name: &ExecutionName) -> Problem {
    match error {
        EngineError::NotFound { .. } => failures::expired(name.as_str()),
        other => failures::failed(&ExecuteError::of(other)),
    }
}
