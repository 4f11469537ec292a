//! Definition files, as they are given on the command line.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use domain::{Dataset, DatasetName, dataset::InvalidDefinition};

use crate::failure::Failure;

/// A file, and the dataset in it if it is valid.
#[derive(Debug)]
pub(super) struct DefinitionFile {
    pub(super) path: PathBuf,
    pub(super) body: Bytes,
    pub(super) dataset: Result<Dataset, InvalidDefinition>,
}

impl DefinitionFile {
    fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |source| Failure::File { path: path.to_owned(), source };
        let mut body = Vec::new();
        if path == Path::new("-") {
            std::io::stdin().read_to_end(&mut body).map_err(failed)?;
        } else {
            body = std::fs::read(path).map_err(failed)?;
        }
        Ok(Self { path: path.to_owned(), dataset: Dataset::from_json(&body), body: body.into() })
    }

    /// Whether it is called as `tributary dev` and Terraform want it. Standard input is not called anything.
    pub(super) fn is_well_named(&self, dataset: &Dataset) -> bool {
        self.path == Path::new("-")
            || self.path.file_name().is_some_and(|name| *name == *format!("{}.json", dataset.name()))
    }
}

/// Reads the files, in the order given. Two definitions of one dataset are an error: which one was meant?
pub(super) fn read_all(paths: &[PathBuf]) -> Result<Vec<DefinitionFile>, Failure> {
    let files = paths.iter().map(|path| DefinitionFile::read(path)).collect::<Result<Vec<_>, _>>()?;
    let mut seen: BTreeMap<&DatasetName, &Path> = BTreeMap::new();
    for file in &files {
        if let Ok(dataset) = &file.dataset
            && let Some(first) = seen.insert(dataset.name(), &file.path)
        {
            let (first, second, name) = (first.display(), file.path.display(), dataset.name());
            return Err(Failure::Input(format!("{first} and {second} both define {name}: give one of them")));
        }
    }
    Ok(files)
}
