mod script;

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use super::lock;
use crate::{
    name::DatasetName,
    port::{Catalog, CatalogError, CatalogPartition, ItemError, Table, Upsert},
};

pub use script::Calls;

use script::Script;

/// A Glue database in memory.
#[derive(Debug, Default)]
pub struct MemoryCatalog {
    tables: Mutex<BTreeMap<DatasetName, Entry>>,
    unavailable: AtomicU64,
    script: Script,
}

#[derive(Debug)]
struct Entry {
    table: Table,
    version: u64,
    partitions: BTreeMap<Vec<String>, CatalogPartition>,
}

impl MemoryCatalog {
    /// The next `calls` calls answer `Unavailable` and do nothing.
    pub fn fail_next(&self, calls: u64) {
        self.unavailable.store(calls, Ordering::SeqCst);
    }

    /// The next write or deletion of the partition with these values is refused with this error, item by item; once for
    /// each call of this.
    pub fn refuse_item(&self, values: &[String], error: CatalogError) {
        self.script.refuse(values, error);
    }

    /// What happens right before the next write or deletion of partitions: a change that comes in between. Each call
    /// arranges one more, for the one after.
    pub fn before_next_write(&self, change: impl FnOnce() + Send + 'static) {
        self.script.before_write(Box::new(change));
    }

    /// How an operation was used: `table`, `write_partitions` and so on, whatever came of the calls.
    pub fn calls(&self, operation: &str) -> Calls {
        self.script.calls(operation)
    }

    /// Counts from nothing again.
    pub fn forget_calls(&self) {
        self.script.forget_calls();
    }

    fn check(&self, what: &str) -> Result<(), CatalogError> {
        let left = self.unavailable.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match left {
            Ok(_) => Err(CatalogError::Unavailable { what: what.to_owned(), source: "injected".into() }),
            Err(_) => Ok(()),
        }
    }

    fn with<T>(&self, name: &DatasetName, work: impl FnOnce(&mut Entry) -> T) -> Result<T, CatalogError> {
        let what = format!("table {name}");
        self.check(&what)?;
        let mut tables = lock(&self.tables);
        tables.get_mut(name).map(work).ok_or(CatalogError::NotFound { what })
    }
}

fn partition_name(values: &[String]) -> String {
    format!("partition {}", values.join("/"))
}

impl Catalog for MemoryCatalog {
    async fn table(&self, name: &DatasetName) -> Result<Option<Table>, CatalogError> {
        self.script.count("table", 1);
        self.check(&format!("table {name}"))?;
        Ok(lock(&self.tables).get(name).map(Entry::as_read))
    }

    async fn tables(&self) -> Result<Vec<Table>, CatalogError> {
        self.script.count("tables", 1);
        self.check("tables")?;
        Ok(lock(&self.tables).values().map(Entry::as_read).collect())
    }

    async fn create_table(&self, table: &Table) -> Result<(), CatalogError> {
        self.script.count("create_table", 1);
        let what = format!("table {}", table.name);
        self.check(&what)?;
        let mut tables = lock(&self.tables);
        if tables.contains_key(&table.name) {
            return Err(CatalogError::AlreadyExists { what });
        }
        let entry = Entry { table: table.clone(), version: 0, partitions: BTreeMap::new() };
        tables.insert(table.name.clone(), entry);
        Ok(())
    }

    async fn update_table(&self, table: &Table) -> Result<(), CatalogError> {
        self.script.count("update_table", 1);
        self.with(&table.name, |entry| {
            if table.version.as_ref().is_some_and(|version| *version != entry.version.to_string()) {
                return Err(CatalogError::Conflict { what: format!("table {}", table.name) });
            }
            entry.version += 1;
            entry.table = table.clone();
            Ok(())
        })?
    }

    async fn delete_table(&self, name: &DatasetName) -> Result<(), CatalogError> {
        self.script.count("delete_table", 1);
        let what = format!("table {name}");
        self.check(&what)?;
        lock(&self.tables).remove(name).map(drop).ok_or(CatalogError::NotFound { what })
    }

    async fn partition(
        &self,
        table: &DatasetName,
        values: &[String],
    ) -> Result<Option<CatalogPartition>, CatalogError> {
        self.script.count("partition", 1);
        self.with(table, |entry| entry.partitions.get(values).cloned())
    }

    async fn partitions(&self, table: &DatasetName) -> Result<Vec<CatalogPartition>, CatalogError> {
        self.script.count("partitions", 1);
        let without_columns = |p: &CatalogPartition| CatalogPartition { columns: Vec::new(), ..p.clone() };
        self.with(table, |entry| entry.partitions.values().map(without_columns).collect())
    }

    async fn write_partitions(
        &self,
        table: &DatasetName,
        mode: Upsert,
        partitions: &[CatalogPartition],
    ) -> Result<Vec<ItemError>, CatalogError> {
        self.script.count("write_partitions", partitions.len());
        self.script.run_hook();
        self.with(table, |entry| {
            let mut errors = Vec::new();
            for partition in partitions {
                let values = partition.values.clone();
                let what = partition_name(&values);
                let exists = entry.partitions.contains_key(&values);
                if let Some(error) = self.script.refusal(&values) {
                    errors.push(ItemError { values, error });
                    continue;
                }
                let error = match mode {
                    _ if values.len() != entry.table.partition_keys.len() => CatalogError::Failed {
                        what,
                        source: format!("{} values for {:?}", values.len(), entry.table.partition_keys)
                            .into(),
                    },
                    Upsert::Create if exists => CatalogError::AlreadyExists { what },
                    Upsert::Replace if !exists => CatalogError::NotFound { what },
                    Upsert::Create | Upsert::Replace => {
                        entry.partitions.insert(values, partition.clone());
                        continue;
                    }
                };
                errors.push(ItemError { values, error });
            }
            errors
        })
    }

    async fn delete_partitions(
        &self,
        table: &DatasetName,
        values: &[Vec<String>],
    ) -> Result<Vec<ItemError>, CatalogError> {
        self.script.count("delete_partitions", values.len());
        self.script.run_hook();
        self.with(table, |entry| {
            let mut errors = Vec::new();
            for values in values {
                let error = match self.script.refusal(values) {
                    Some(refused) => refused,
                    None if entry.partitions.remove(values).is_some() => continue,
                    None => CatalogError::NotFound { what: partition_name(values) },
                };
                errors.push(ItemError { values: values.clone(), error });
            }
            errors
        })
    }
}

impl Entry {
    fn as_read(&self) -> Table {
        Table { version: Some(self.version.to_string()), ..self.table.clone() }
    }
}
