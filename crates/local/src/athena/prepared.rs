//! Prepared statements: kept below the data directory, one file each, and in memory.

mod operations;

use std::{
    collections::BTreeMap,
    fs, io,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::error::{Violations, invalid};
use crate::{
    files::{TEMPORARY, hex, replace},
    protocol::json::JsonError,
};

const NAME: &str = "[a-zA-Z_][a-zA-Z0-9_@:]{1,256}";
const MAX_SQL: usize = 262_144;
const MAX_DESCRIPTION: usize = 1_024;

/// How many a workgroup may have, as in Athena.
const MOST: usize = 1_000;

/// All prepared statements, by workgroup and name.
pub(crate) struct PreparedStatements {
    directory: PathBuf,
    statements: Mutex<BTreeMap<(String, String), Statement>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Statement {
    name: String,
    workgroup: String,
    sql: String,
    description: Option<String>,
    modified: f64,
}

impl Statement {
    fn shown(&self) -> Value {
        let mut shown = json!({
            "StatementName": self.name,
            "QueryStatement": self.sql,
            "WorkGroupName": self.workgroup,
            "LastModifiedTime": self.modified,
        });
        if let Some(description) = &self.description {
            shown["Description"] = json!(description);
        }
        shown
    }
}

impl PreparedStatements {
    /// Reads the statements below the data directory.
    pub(crate) fn open(data: &Path) -> io::Result<Self> {
        let directory = data.join("athena").join("prepared");
        fs::create_dir_all(&directory)?;
        let mut statements = BTreeMap::new();
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                continue;
            }
            let statement: Statement = serde_json::from_slice(&fs::read(entry.path())?).map_err(|error| {
                let text = format!("{} is damaged: {error}", entry.path().display());
                io::Error::new(io::ErrorKind::InvalidData, text)
            })?;
            statements.insert((statement.workgroup.clone(), statement.name.clone()), statement);
        }
        Ok(Self { directory, statements: Mutex::new(statements) })
    }

    /// The text of a statement. Names in SQL are in lower case.
    pub(super) fn find(&self, workgroup: &str, name: &str) -> Option<String> {
        let statements = self.lock();
        let mut own = of(&statements, workgroup);
        own.find(|statement| statement.name.eq_ignore_ascii_case(name)).map(|statement| statement.sql.clone())
    }

    /// Makes the statement. `InvalidRequestException` if there is one of the name.
    pub(super) fn put(
        &self,
        workgroup: &str,
        name: &str,
        sql: &str,
        description: Option<&str>,
        now: f64,
    ) -> Result<(), JsonError> {
        check(name, sql, description)?;
        let mut statements = self.lock();
        let key = (workgroup.to_owned(), name.to_owned());
        if statements.contains_key(&key) {
            return Err(invalid(format!(
                "Prepared statement {name} already exists in WorkGroup {workgroup}"
            )));
        }
        if of(&statements, workgroup).count() >= MOST {
            return Err(invalid(format!("WorkGroup {workgroup} has {MOST} prepared statements, the most")));
        }
        self.write(&mut statements, key, sql, description, now)
    }

    /// Forgets the statement. Answers whether there was one.
    pub(super) fn remove(&self, workgroup: &str, name: &str) -> Result<bool, JsonError> {
        let mut statements = self.lock();
        let found = of(&statements, workgroup).find(|statement| statement.name.eq_ignore_ascii_case(name));
        let Some(key) = found.map(|statement| (workgroup.to_owned(), statement.name.clone())) else {
            return Ok(false);
        };
        fs::remove_file(self.file(&key)).map_err(|error| unwritten(&error))?;
        statements.remove(&key);
        Ok(true)
    }

    /// Forgets all statements of a workgroup, which is gone.
    pub(super) fn forget(&self, workgroup: &str) -> Result<(), JsonError> {
        let mut statements = self.lock();
        let own = of(&statements, workgroup).map(|statement| (workgroup.to_owned(), statement.name.clone()));
        for key in own.collect::<Vec<_>>() {
            fs::remove_file(self.file(&key)).map_err(|error| unwritten(&error))?;
            statements.remove(&key);
        }
        Ok(())
    }

    fn change(
        &self,
        workgroup: &str,
        name: &str,
        sql: &str,
        description: Option<&str>,
        now: f64,
    ) -> Result<(), JsonError> {
        check(name, sql, description)?;
        let mut statements = self.lock();
        let key = (workgroup.to_owned(), name.to_owned());
        if !statements.contains_key(&key) {
            return Err(not_found(workgroup, name));
        }
        self.write(&mut statements, key, sql, description, now)
    }

    /// The file first: what is answered outlives the process.
    fn write(
        &self,
        statements: &mut BTreeMap<(String, String), Statement>,
        key: (String, String),
        sql: &str,
        description: Option<&str>,
        modified: f64,
    ) -> Result<(), JsonError> {
        let (workgroup, name) = key.clone();
        let (sql, description) = (sql.to_owned(), description.map(str::to_owned));
        let statement = Statement { name, workgroup, sql, description, modified };
        let content = serde_json::to_vec(&statement).map_err(|error| unwritten(&error))?;
        replace(&self.file(&key), &content).map_err(|error| unwritten(&error))?;
        statements.insert(key, statement);
        Ok(())
    }

    /// Names are hashed: two may differ in case alone, which not every file system tells apart.
    fn file(&self, (workgroup, name): &(String, String)) -> PathBuf {
        let hash = hex(&Sha256::digest(format!("{workgroup}/{name}").as_bytes()));
        self.directory.join(format!("{hash}.json"))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The statements of a workgroup, by name.
fn of<'s>(
    statements: &'s BTreeMap<(String, String), Statement>,
    workgroup: &str,
) -> impl Iterator<Item = &'s Statement> {
    let from = (workgroup.to_owned(), String::new());
    let workgroup = workgroup.to_owned();
    let rest = statements.range((Bound::Included(from), Bound::Unbounded));
    rest.map(|(_, statement)| statement).take_while(move |statement| statement.workgroup == workgroup)
}

fn check(name: &str, sql: &str, description: Option<&str>) -> Result<(), JsonError> {
    let mut violations = Violations::default();
    violations.length("statementName", name, 1, 256);
    let mut letters = name.chars();
    let starts = letters.next().is_none_or(|first| first.is_ascii_alphabetic() || first == '_');
    if !(starts && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | ':'))) {
        violations.pattern("statementName", NAME);
    }
    violations.length("queryStatement", sql, 1, MAX_SQL);
    if let Some(description) = description {
        violations.length("description", description, 1, MAX_DESCRIPTION);
    }
    violations.check()
}

fn not_found(workgroup: &str, name: &str) -> JsonError {
    let message = format!("Prepared statement {name} was not found in WorkGroup {workgroup}");
    JsonError::new("ResourceNotFoundException", message)
}

fn unwritten(error: &dyn std::error::Error) -> JsonError {
    tracing::error!(error = domain::chain(error), "a prepared statement was not written");
    JsonError::internal("InternalServerException", "the prepared statement's file could not be written")
}
