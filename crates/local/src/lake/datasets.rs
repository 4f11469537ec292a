//! Dataset files: read and checked before the start, asked for as Terraform would, live before the first
//! publish.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use aws::{Aws, RandomIds, SystemClock};
use bytes::Bytes;
use domain::{
    Dataset, DatasetName,
    dataset::InvalidDefinition,
    key,
    port::{Clock, ObjectStore, PutMode},
    run::Run,
    settings::Settings,
};
use register::{Acceptance, Register, RegisterError, RejectedDefinition};

/// Checked definitions, as they are in their files.
#[derive(Debug, Default, Clone)]
pub struct DatasetFiles(Vec<(DatasetName, Bytes)>);

/// A dataset that was asked for and did not go live; what was live before it stays.
#[derive(Debug)]
pub struct NotLive {
    /// The dataset.
    pub dataset: DatasetName,
    /// Why.
    pub reason: RejectedDefinition,
}

/// Why a directory of dataset files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatasetFileError {
    /// The directory.
    #[error(
        "the datasets directory {path} cannot be read: name a directory of <dataset>.json files with --datasets"
    )]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file.
    #[error("the dataset file {path} cannot be read")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A definition.
    #[error("the dataset file {path} is not valid")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what would be right.
        #[source]
        source: InvalidDefinition,
    },
    /// The file's name says another dataset.
    #[error("the dataset file {path} defines {dataset}: name it {dataset}.json")]
    Misnamed {
        /// The file.
        path: PathBuf,
        /// What it defines.
        dataset: DatasetName,
    },
}

impl DatasetFiles {
    /// Reads every `*.json` of a directory, in order of name.
    pub fn read(directory: &Path) -> Result<Self, DatasetFileError> {
        let failed = |source| DatasetFileError::Directory { path: directory.to_owned(), source };
        let entries = std::fs::read_dir(directory).map_err(failed)?;
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(failed)?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        paths.into_iter().map(read_one).collect::<Result<_, _>>().map(Self)
    }

    /// Reads one definition file.
    pub fn read_file(path: &Path) -> Result<Self, DatasetFileError> {
        read_one(path.to_owned()).map(|file| Self(vec![file]))
    }

    /// The datasets' names.
    pub fn names(&self) -> impl Iterator<Item = &DatasetName> {
        self.0.iter().map(|(name, _)| name)
    }
}

fn read_one(path: PathBuf) -> Result<(DatasetName, Bytes), DatasetFileError> {
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(source) => return Err(DatasetFileError::File { path, source }),
    };
    match Dataset::from_json(&bytes) {
        Err(source) => Err(DatasetFileError::Invalid { path, source }),
        Ok(dataset) if path.file_stem().is_none_or(|stem| stem != dataset.name().as_str()) => {
            Err(DatasetFileError::Misnamed { path, dataset: dataset.name().clone() })
        }
        Ok(dataset) => Ok((dataset.name().clone(), bytes.into())),
    }
}

/// Puts the definitions where Terraform would, and waits until `register` has taken them.
pub(super) async fn go_live(
    clients: &Aws,
    settings: &Settings,
    files: &DatasetFiles,
) -> Result<Vec<NotLive>, RegisterError> {
    let store = Arc::new(clients.store(settings));
    let (catalog, clock) = (Arc::new(clients.catalog(settings)), Arc::new(SystemClock));
    let register = Register::new(store.clone(), catalog, clock, Arc::new(RandomIds));
    let mut not_live = Vec::new();
    for (name, definition) in &files.0 {
        store.put(&key::definition(name), definition.clone(), PutMode::Overwrite).await?;
        let run = Run::new(SystemClock.now(), None);
        if let Acceptance::Rejected(reason) = register.accept(name, &run).await? {
            not_live.push(NotLive { dataset: name.clone(), reason });
        }
    }
    Ok(not_live)
}
