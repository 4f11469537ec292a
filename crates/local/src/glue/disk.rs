//! Where the catalog's files are.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::files::{TEMPORARY, hex, replace};

/// Beyond this a name is hashed, so that it fits into a file name whatever it is.
const MAX_PLAIN: usize = 120;

pub(super) fn database(root: &Path, name: &str) -> PathBuf {
    root.join(slug(name))
}

pub(super) fn table(root: &Path, database: &str, name: &str) -> PathBuf {
    self::database(root, database).join(slug(name))
}

/// Values may be anything and any number: only their hash is a safe and unique name.
pub(super) fn partition(table: &Path, values: &[String]) -> PathBuf {
    let mut hasher = Sha256::new();
    for value in values {
        hasher.update((value.len() as u64).to_be_bytes());
        hasher.update(value);
    }
    table.join("partitions").join(format!("{}.json", hex(&hasher.finalize())))
}

pub(super) const DATABASE_FILE: &str = "database.json";
pub(super) const TABLE_FILE: &str = "table.json";

pub(super) fn write(path: &Path, value: &Value) -> io::Result<()> {
    replace(path, &serde_json::to_vec(value)?)
}

pub(super) fn read(path: &Path) -> io::Result<Value> {
    let text = fs::read(path)?;
    serde_json::from_slice(&text).map_err(|error| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged: {error}", path.display()))
    })
}

/// The file of a version that is no longer the current one.
pub(super) fn version(table: &Path, version: u64) -> PathBuf {
    versions(table).join(format!("{version}.json"))
}

pub(super) fn versions(table: &Path) -> PathBuf {
    table.join("versions")
}

/// What is in a directory; nothing, if there is none. What a writer left behind when the process ended is swept,
/// so only the start may call it.
pub(super) fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            paths.push(entry.path());
        } else if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(paths)
}

/// Deletes a directory in one step as far as a restart can see: first it is renamed.
pub(super) fn remove_directory(directory: &Path) -> io::Result<()> {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let doomed = directory.with_file_name(format!("{TEMPORARY}{name}"));
    if doomed.exists() {
        fs::remove_dir_all(&doomed)?;
    }
    fs::rename(directory, &doomed)?;
    if let Err(error) = fs::remove_dir_all(&doomed) {
        // It is deleted: nobody reads it under that name, and the next start sweeps it.
        tracing::warn!(directory = %doomed.display(), %error, "a deleted table's files stay behind");
    }
    Ok(())
}

fn slug(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    if !name.is_empty() && name.len() <= MAX_PLAIN && name.bytes().all(plain) {
        name.to_owned()
    } else {
        format!("~{}", hex(&Sha256::digest(name.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{partition, slug};

    #[test]
    fn names_stay_inside_and_apart() {
        assert_eq!(slug("passengers"), "passengers");
        for bad in ["../x", "", "a/b", "A", ".", &"x".repeat(121)] {
            assert!(slug(bad).starts_with('~') && slug(bad).len() == 65, "{bad:?}");
        }
    }

    #[test]
    fn partitions_with_the_same_text_and_other_values_have_other_files() {
        let table = Path::new("t");
        let of =
            |values: &[&str]| partition(table, &values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>());
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
        assert_ne!(of(&["a", "b"]), of(&["ab", ""]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
    }
}
