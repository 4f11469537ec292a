//! Files of named queries: read and checked before the start, put where Terraform would.

use std::{
    io,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use domain::{
    QueryName, key,
    port::{ObjectStore, PutMode, StoreError},
};
use query::{InvalidQuery, NamedQuery};

/// Checked named queries, each as one object.
#[derive(Debug, Default, Clone)]
pub struct QueryFiles(Vec<(QueryName, Bytes)>);

/// Why a directory of named queries cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum QueryFileError {
    /// The directory.
    #[error(
        "the queries directory {path} cannot be read: name a directory of <query>.json and <query>.sql files with \
         --queries"
    )]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A definition, or its SQL beside it.
    #[error("the query file {path} cannot be read: a named query has a <query>.json and a <query>.sql")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A definition.
    #[error("the named query {path} is not valid")]
    Invalid {
        /// The definition's file.
        path: PathBuf,
        /// What is wrong, and what would be right.
        #[source]
        source: InvalidQuery,
    },
}

impl QueryFiles {
    /// Reads every `*.json` of a directory with the `*.sql` beside it, in order of name, for tables of `database`.
    pub fn read(directory: &Path, database: &str) -> Result<Self, QueryFileError> {
        let failed = |source| QueryFileError::Directory { path: directory.to_owned(), source };
        let entries = std::fs::read_dir(directory).map_err(failed)?;
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(failed)?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        paths.into_iter().map(|path| read_one(path, database)).collect::<Result<_, _>>().map(Self)
    }

    /// Reads one `<query>.json` with the `<query>.sql` beside it, for tables of `database`.
    pub fn read_file(path: &Path, database: &str) -> Result<Self, QueryFileError> {
        read_one(path.to_owned(), database).map(|query| Self(vec![query]))
    }

    /// Each query's name, and the object that the bucket has of it.
    pub fn objects(&self) -> impl Iterator<Item = (&QueryName, &Bytes)> {
        self.0.iter().map(|query| (&query.0, &query.1))
    }

    /// The queries' names.
    pub fn names(&self) -> impl Iterator<Item = &QueryName> {
        self.0.iter().map(|(name, _)| name)
    }

    /// Puts them into the bucket, over what is there.
    pub async fn put<S: ObjectStore>(&self, store: &S) -> Result<(), StoreError> {
        for (name, object) in &self.0 {
            store.put(&key::named_query(name), object.clone(), PutMode::Overwrite).await?;
        }
        Ok(())
    }
}

fn read_one(path: PathBuf, database: &str) -> Result<(QueryName, Bytes), QueryFileError> {
    let sql_path = path.with_extension("sql");
    let definition = match std::fs::read(&path) {
        Ok(definition) => definition,
        Err(source) => return Err(QueryFileError::File { path, source }),
    };
    let sql = match std::fs::read_to_string(&sql_path) {
        Ok(sql) => sql,
        Err(source) => return Err(QueryFileError::File { path: sql_path, source }),
    };
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let checked = QueryName::new(stem).map_err(InvalidQuery::from).and_then(|name| {
        let object = NamedQuery::assemble(&definition, &sql)?;
        NamedQuery::from_json(&name, &object, database)?;
        Ok((name, object.into()))
    });
    checked.map_err(|source| QueryFileError::Invalid { path, source })
}

#[cfg(test)]
mod tests {
    use domain::memory::MemoryStore;

    use super::*;

    fn write(directory: &Path, name: &str, text: &str) {
        std::fs::write(directory.join(name), text).unwrap();
    }

    #[tokio::test]
    async fn a_pair_of_files_becomes_one_object() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), "names.json", r#"{"name": "names"}"#);
        write(directory.path(), "names.sql", "SELECT name FROM passengers");
        let files = QueryFiles::read(directory.path(), "tributary").unwrap();
        assert_eq!(files.names().map(QueryName::as_str).collect::<Vec<_>>(), ["names"]);
        let store = MemoryStore::default();
        files.put(&store).await.unwrap();
        let object = store.get("queries/names.json").await.unwrap();
        assert!(String::from_utf8_lossy(&object).contains("SELECT name FROM passengers"));
    }

    #[test]
    fn what_is_no_query_is_refused_before_the_start() {
        let directory = tempfile::tempdir().unwrap();
        let refused = |words: &str| {
            let text =
                domain::chain(&QueryFiles::read(directory.path(), "tributary").unwrap_err()).to_string();
            assert!(text.contains(words), "{text}");
        };
        write(directory.path(), "names.json", r#"{"name": "other"}"#);
        refused("names.sql cannot be read: a named query has");
        write(directory.path(), "names.sql", "DROP TABLE passengers");
        refused("is called \"other\", and its file \"names\"");
        write(directory.path(), "names.json", r#"{"name": "names"}"#);
        refused("DROP is not part of a query that reads");
        assert!(QueryFiles::read(Path::new("/nowhere"), "tributary").is_err());
    }
}
