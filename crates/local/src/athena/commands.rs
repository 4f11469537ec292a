//! The statements that are no queries: they show the catalog, change it, or write a query's rows as files.
//!
//! The lake's own tables are the lake's: whatever would change one of them, or write between its files, is refused by
//! name.

mod catalog;
mod explain;
mod external;
mod hive;
mod parse;
mod show;
mod tables;
mod views;
mod words;
mod writes;

use engine::BytesScanned;
use serde_json::json;

use super::{
    ErrorCategory, RunError, RunForm, RunOutput, RunQuery, RunSlot,
    execution::Output,
    service::Inner,
    writer::{self, Lines, Written},
};
pub(super) use catalog::Catalog;
pub(super) use parse::Command;

/// A statement at work.
pub(super) struct Run {
    pub(super) id: String,
    /// SQL literals, one for each `?`.
    pub(super) parameters: Vec<String>,
    pub(super) output: Output,
    pub(super) scanned: BytesScanned,
    pub(super) slot: RunSlot,
    pub(super) workgroup: String,
    /// The database of tables that are named without one.
    pub(super) database: String,
}

impl Inner {
    /// Runs a statement to its end, of whatever kind it is.
    pub(super) async fn statement(&self, mut run: Run, mut sql: String) -> Result<Written, RunError> {
        let mut command = parsed(&sql)?;
        if let Some(Command::Execute { name, parameters }) = command {
            let prepared = self.prepared.find(&run.workgroup, &name);
            sql =
                prepared.ok_or_else(|| failed(format!("NOT_FOUND: Prepared statement not found: {name}")))?;
            if !parameters.is_empty() {
                run.parameters = parameters;
            }
            command = parsed(&sql)?;
            self.executes(&run.id, &sql);
        }
        if matches!(command, Some(Command::CreateView { .. })) {
            // The view's text is all that is kept: a `?` in it would never have a value again.
            run.parameters.clear();
        }
        match command {
            None => self.query(&run, sql).await,
            Some(command) => self.command(&run, command).await,
        }
    }

    async fn query(&self, run: &Run, sql: String) -> Result<Written, RunError> {
        let answer = self.rows(run, sql, RunForm::Csv).await?;
        writer::write(&self.store, &run.id, run.output.clone(), answer, self.limits.result_bytes, || {
            self.computed(&run.id);
        })
        .await
    }

    /// Starts a query of the statement.
    async fn rows(&self, run: &Run, sql: String, form: RunForm) -> Result<RunOutput, RunError> {
        self.rows_for(run, sql, form, None).await
    }

    /// The same for a query of which a view is to be made.
    async fn rows_for(
        &self,
        run: &Run,
        sql: String,
        form: RunForm,
        view: Option<String>,
    ) -> Result<RunOutput, RunError> {
        // The engine would take a table of the lake's database for one of the same name in another.
        if !run.database.eq_ignore_ascii_case(&self.database) {
            let construct =
                format!("a query in the database {} (the lake's is {})", run.database, self.database);
            return Err(absent(&construct));
        }
        let (parameters, scanned, slot) = (run.parameters.clone(), run.scanned.clone(), run.slot.clone());
        let answer = self.runner.run(RunQuery { sql, parameters, view, form, scanned, slot }).await?;
        self.planned(&run.id);
        Ok(answer)
    }

    async fn command(&self, run: &Run, command: Command) -> Result<Written, RunError> {
        let catalog = Catalog { glue: &self.glue, database: &run.database };
        if changes_at_once(&command) {
            self.cannot_be_stopped(run)?;
        }
        match command {
            Command::Show(shown) => {
                let lines = show::answer(&catalog, shown).await?;
                self.lines(run, lines).await
            }
            Command::Explain(of) => self.explain_plan(run, &catalog, of).await,
            Command::Validate(of) => self.validate(run, &catalog, of).await,
            Command::Io(of) => self.explain_io(run, &catalog, of).await,
            // No query could read a table of it.
            Command::CreateDatabase { name, .. } if !name.eq_ignore_ascii_case(&self.database) => {
                let lakes = &self.database;
                Err(absent(&format!(
                    "CREATE DATABASE {name} (queries read the lake's database, which is {lakes})"
                )))
            }
            Command::CreateDatabase { name, if_not_exists } => {
                let made = catalog.call("CreateDatabase", json!({"DatabaseInput": {"Name": name}})).await;
                match made {
                    Err(error) if error.code == "AlreadyExistsException" && if_not_exists => {}
                    other => drop(other.map_err(|error| catalog::unread(&error))?),
                }
                self.lines(run, Lines::default()).await
            }
            Command::DropDatabase { name, if_exists, cascade } => {
                self.drop_database(run, &catalog, &name, if_exists, cascade).await
            }
            Command::CreateView { view, or_replace, query } => {
                self.create_view(run, &catalog, &view, or_replace, query).await
            }
            Command::DropView { view, if_exists } => {
                self.drop_table(run, &catalog, &view, if_exists, true).await
            }
            Command::DropTable { table, if_exists } => {
                self.drop_table(run, &catalog, &table, if_exists, false).await
            }
            Command::CreateExternalTable(table) => self.create_external_table(run, &catalog, table).await,
            Command::CreateTableAs { table, if_not_exists, properties, query, with_data } => {
                let made = writes::NewTable { name: table, if_not_exists, properties, query, with_data };
                self.create_table(run, &catalog, made).await
            }
            Command::Insert { table, columns, query } => {
                self.insert(run, &catalog, &table, &columns, query).await
            }
            Command::Unload { query, to, properties } => {
                self.unload(run, &catalog, query, &to, &properties).await
            }
            Command::SetProperties { table, properties } => {
                self.set_properties(run, &catalog, &table, properties).await
            }
            Command::AddColumns { table, columns } => self.add_columns(run, &catalog, &table, &columns).await,
            Command::Prepare { name, sql } => {
                self.prepared
                    .put(&run.workgroup, &name, &sql, None, self.env.epoch_seconds())
                    .map_err(|error| failed(error.message))?;
                self.lines(run, Lines::default()).await
            }
            Command::Deallocate { name } => {
                if !self.prepared.remove(&run.workgroup, &name).map_err(|error| failed(error.message))? {
                    return Err(failed(format!("NOT_FOUND: Prepared statement not found: {name}")));
                }
                self.lines(run, Lines::default()).await
            }
            Command::Execute { .. } => Err(absent("EXECUTE of a statement that is an EXECUTE itself")),
            Command::Absent(construct) => Err(absent(&construct)),
        }
    }

    /// The statement changes something from here on: it can neither be stopped nor run out of time any more. Nobody finds a
    /// part of what it changes, nor a change of a statement that is CANCELLED. Fails if it was stopped before.
    fn cannot_be_stopped(&self, run: &Run) -> Result<(), RunError> {
        if self.publishes(&run.id) { Ok(()) } else { Err(failed("the query was stopped")) }
    }

    async fn lines(&self, run: &Run, lines: Lines) -> Result<Written, RunError> {
        self.computed(&run.id);
        writer::write_lines(&self.store, &run.id, run.output.clone(), lines).await
    }
}

/// Whether the statement changes the catalog, or what is prepared, without a query before.
fn changes_at_once(command: &Command) -> bool {
    match command {
        Command::CreateDatabase { .. }
        | Command::DropDatabase { .. }
        | Command::DropView { .. }
        | Command::DropTable { .. }
        | Command::CreateExternalTable(_)
        | Command::SetProperties { .. }
        | Command::AddColumns { .. }
        | Command::Prepare { .. }
        | Command::Deallocate { .. } => true,
        Command::Show(_)
        | Command::Explain(_)
        | Command::Validate(_)
        | Command::Io(_)
        | Command::CreateView { .. }
        | Command::CreateTableAs { .. }
        | Command::Insert { .. }
        | Command::Unload { .. }
        | Command::Execute { .. }
        | Command::Absent(_) => false,
    }
}

fn parsed(sql: &str) -> Result<Option<Command>, RunError> {
    Command::of(sql).map_err(|reason| failed(format!("SYNTAX_ERROR: {reason}")))
}

/// A failure that the statement has caused.
fn failed(message: impl Into<String>) -> RunError {
    let (category, message) = (ErrorCategory::User, message.into());
    RunError { message, category, error_type: None, retryable: false }
}

/// What Athena has, and the local lake has not.
fn absent(construct: &str) -> RunError {
    let message = format!("NOT_SUPPORTED: {construct} is not supported by the local Athena");
    RunError { error_type: Some(1_200), ..failed(message) }
}
