//! The catalog in memory, and every change of it on disk first.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use serde_json::{Map, Value, json};

use super::{
    disk,
    error::GlueError,
    table::{Table, version_of},
    writer::TableWriter,
};
use crate::env::Env;

/// Glue's limit for names.
const MAX_NAME: usize = 255;

pub(crate) struct GlueStore {
    root: PathBuf,
    pub(super) account: String,
    pub(super) env: Env,
    databases: RwLock<BTreeMap<String, Database>>,
}

#[derive(Debug)]
pub(super) struct Database {
    pub(super) body: Value,
    pub(super) tables: BTreeMap<String, Table>,
}

impl GlueStore {
    /// Reads the catalog below `data`.
    pub(crate) fn open(data: &Path, account: String, env: Env) -> io::Result<Self> {
        let root = data.join("glue");
        std::fs::create_dir_all(&root)?;
        let mut databases = BTreeMap::new();
        for directory in disk::entries(&root)? {
            let file = directory.join(disk::DATABASE_FILE);
            if file.is_file() {
                let body = disk::read(&file)?;
                databases.insert(name_of(&body), Database { body, tables: load_tables(&directory)? });
            }
        }
        Ok(Self { root, account, env, databases: RwLock::new(databases) })
    }

    pub(super) fn databases(&self) -> RwLockReadGuard<'_, BTreeMap<String, Database>> {
        self.databases.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn databases_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<String, Database>> {
        self.databases.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates the database; `AlreadyExists` if there is one.
    pub(crate) fn create_database(&self, input: Map<String, Value>) -> Result<(), GlueError> {
        let name = self::name(&input, "DatabaseInput.Name")?;
        let mut databases = self.databases_mut();
        if databases.contains_key(&name) {
            return Err(GlueError::AlreadyExists(format!("Database already exists: {name}")));
        }
        let body = self.complete_database(input, &name, json!(self.env.epoch_seconds()));
        disk::write(&disk::database(&self.root, &name).join(disk::DATABASE_FILE), &body)?;
        databases.insert(name, Database { body, tables: BTreeMap::new() });
        Ok(())
    }

    /// Replaces the database's definition; its tables stay.
    pub(super) fn update_database(&self, name: &str, input: Map<String, Value>) -> Result<(), GlueError> {
        let name = name.to_lowercase();
        if self::name(&input, "DatabaseInput.Name")? != name {
            return Err(GlueError::invalid("DatabaseInput.Name is another name: a database keeps its name"));
        }
        let mut databases = self.databases_mut();
        let database = databases.get_mut(&name).ok_or_else(|| no_database(&name))?;
        let body = self.complete_database(input, &name, database.body["CreateTime"].clone());
        disk::write(&disk::database(&self.root, &name).join(disk::DATABASE_FILE), &body)?;
        database.body = body;
        Ok(())
    }

    /// Deletes the database with all that is in it.
    pub(super) fn delete_database(&self, name: &str) -> Result<(), GlueError> {
        let name = name.to_lowercase();
        let mut databases = self.databases_mut();
        if !databases.contains_key(&name) {
            return Err(no_database(&name));
        }
        disk::remove_directory(&disk::database(&self.root, &name))?;
        databases.remove(&name);
        Ok(())
    }

    fn complete_database(&self, mut input: Map<String, Value>, name: &str, created: Value) -> Value {
        for (field, value) in
            [("Name", json!(name)), ("CreateTime", created), ("CatalogId", json!(self.account))]
        {
            input.insert(field.into(), value);
        }
        // What Glue says of a database without Lake Formation.
        input.entry("CreateTableDefaultPermissions").or_insert_with(|| {
            json!([{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}])
        });
        Value::Object(input)
    }

    /// Creates the database unless there is one.
    pub(crate) fn create_database_if_absent(&self, input: Map<String, Value>) -> io::Result<()> {
        match self.create_database(input) {
            Ok(()) | Err(GlueError::AlreadyExists(_)) => Ok(()),
            Err(GlueError::Io(error)) => Err(error),
            Err(other) => Err(io::Error::new(io::ErrorKind::InvalidInput, other)),
        }
    }

    pub(super) fn create_table(
        &self,
        database_name: &str,
        mut input: Map<String, Value>,
    ) -> Result<(), GlueError> {
        let name = self::name(&input, "TableInput.Name")?;
        let database_name = database_name.to_lowercase();
        let mut databases = self.databases_mut();
        let database = databases.get_mut(&database_name).ok_or_else(|| no_database(&database_name))?;
        if database.tables.contains_key(&name) {
            return Err(GlueError::AlreadyExists(format!("Table already exists: {name}")));
        }
        let now = self.env.epoch_seconds();
        input.insert("CreateTime".into(), json!(now));
        self.complete_table(&mut input, &database_name, &name, now, 0);
        let body = Value::Object(input);
        disk::write(&disk::table(&self.root, &database_name, &name).join(disk::TABLE_FILE), &body)?;
        database.tables.insert(name, Table { body, partitions: BTreeMap::new(), archived: BTreeMap::new() });
        Ok(())
    }

    /// Replaces the table's definition, if `version` is still the current one. The one before is archived, unless
    /// that is to be skipped.
    pub(super) fn update_table(
        &self,
        database: &str,
        mut input: Map<String, Value>,
        version: Option<&str>,
        archive: bool,
    ) -> Result<(), GlueError> {
        let name = self::name(&input, "TableInput.Name")?;
        self.change_table(database, &name, |writer| {
            let current = writer.table.version();
            if version.is_some_and(|wanted| wanted != current.to_string()) {
                return Err(GlueError::Conflict(format!(
                    "Update table failed due to concurrent modifications: version {current} of {name} is current, \
                     not {}",
                    version.unwrap_or_default()
                )));
            }
            if archive {
                // Should the process end now, the archived one is the current one: a start drops it.
                disk::write(&disk::version(&writer.directory, current), &writer.table.body)?;
            }
            input.insert("CreateTime".into(), writer.table.body["CreateTime"].clone());
            let now = self.env.epoch_seconds();
            self.complete_table(&mut input, writer.database_name, &name, now, current + 1);
            let body = Value::Object(input);
            disk::write(&writer.directory.join(disk::TABLE_FILE), &body)?;
            let before = std::mem::replace(&mut writer.table.body, body);
            if archive {
                writer.table.archived.insert(current, before);
            }
            Ok(())
        })
    }

    fn complete_table(
        &self,
        input: &mut Map<String, Value>,
        database: &str,
        name: &str,
        now: f64,
        version: u64,
    ) {
        for (field, value) in [
            ("Name", json!(name)),
            ("DatabaseName", json!(database)),
            ("UpdateTime", json!(now)),
            ("VersionId", json!(version.to_string())),
            ("CatalogId", json!(self.account)),
            ("CreatedBy", json!(format!("arn:aws:iam::{}:root", self.account))),
            ("IsRegisteredWithLakeFormation", json!(false)),
        ] {
            input.insert(field.into(), value);
        }
        input.entry("PartitionKeys").or_insert_with(|| json!([]));
        input.entry("Retention").or_insert_with(|| json!(0));
    }

    pub(super) fn delete_table(&self, database: &str, name: &str) -> Result<(), GlueError> {
        let (database_name, name) = (database.to_lowercase(), name.to_lowercase());
        let mut databases = self.databases_mut();
        let database = databases.get_mut(&database_name).ok_or_else(|| no_database(&database_name))?;
        if !database.tables.contains_key(&name) {
            return Err(no_table(&name));
        }
        disk::remove_directory(&disk::table(&self.root, &database_name, &name))?;
        database.tables.remove(&name);
        Ok(())
    }

    /// Shows one table to `look`.
    pub(super) fn with_table<T>(
        &self,
        database: &str,
        table: &str,
        look: impl FnOnce(&Table) -> Result<T, GlueError>,
    ) -> Result<T, GlueError> {
        let databases = self.databases();
        let database = database.to_lowercase();
        let tables = &databases.get(&database).ok_or_else(|| no_database(&database))?.tables;
        look(tables.get(&table.to_lowercase()).ok_or_else(|| no_table(table))?)
    }

    /// Lets `change` change one table while nobody else reads or writes.
    pub(super) fn change_table<T>(
        &self,
        database: &str,
        table: &str,
        change: impl FnOnce(&mut TableWriter<'_>) -> Result<T, GlueError>,
    ) -> Result<T, GlueError> {
        let (database, name) = (database.to_lowercase(), table.to_lowercase());
        let mut databases = self.databases_mut();
        let tables = &mut databases.get_mut(&database).ok_or_else(|| no_database(&database))?.tables;
        let table = tables.get_mut(&name).ok_or_else(|| no_table(&name))?;
        let directory = disk::table(&self.root, &database, &name);
        change(&mut TableWriter {
            table,
            database_name: &database,
            table_name: &name,
            directory,
            account: &self.account,
            env: &self.env,
        })
    }
}

fn load_tables(database: &Path) -> io::Result<BTreeMap<String, Table>> {
    let mut tables = BTreeMap::new();
    for directory in disk::entries(database)? {
        let file = directory.join(disk::TABLE_FILE);
        if !file.is_file() {
            continue;
        }
        let body = disk::read(&file)?;
        let mut partitions = BTreeMap::new();
        for file in disk::entries(&directory.join("partitions"))? {
            let body = disk::read(&file)?;
            let values = body["Values"].as_array().into_iter().flatten();
            let values = values.map(|value| value.as_str().unwrap_or_default().to_owned()).collect();
            partitions.insert(values, body);
        }
        let archived = load_archived(&directory, version_of(&body))?;
        tables.insert(name_of(&body), Table { body, partitions, archived });
    }
    Ok(tables)
}

fn load_archived(table: &Path, current: u64) -> io::Result<BTreeMap<u64, Value>> {
    let mut archived = BTreeMap::new();
    for file in disk::entries(&disk::versions(table))? {
        let body = disk::read(&file)?;
        let version = version_of(&body);
        if version < current {
            archived.insert(version, body);
        }
    }
    Ok(archived)
}

fn name_of(body: &Value) -> String {
    body["Name"].as_str().unwrap_or_default().to_owned()
}

/// The name in an input, in lower case as Glue folds it.
fn name(input: &Map<String, Value>, field: &str) -> Result<String, GlueError> {
    let name = input.get("Name").and_then(Value::as_str).unwrap_or_default();
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(GlueError::Invalid(format!(
            "{field} must be 1 to {MAX_NAME} characters without control characters, found {name:?}"
        )));
    }
    Ok(name.to_lowercase())
}

pub(super) fn no_database(name: &str) -> GlueError {
    GlueError::NotFound(format!("Database {name} not found."))
}

pub(super) fn no_table(name: &str) -> GlueError {
    GlueError::NotFound(format!("Table {name} not found."))
}
