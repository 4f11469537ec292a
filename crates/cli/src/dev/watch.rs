//! Definitions and named queries that are saved while the lake runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use aws::SystemClock;
use domain::port::Clock;
use local::{DatasetFiles, Lake, QueryFiles};

use super::Directories;
use crate::output;

/// Between two looks at the directories: some `stat` calls each.
const PAUSE: Duration = Duration::from_millis(500);

/// When a file was written last, and its size: what changes when it is saved.
type Stamp = (Option<SystemTime>, u64);

/// The directories of a lake, followed.
#[derive(Debug)]
pub(super) struct Watch {
    datasets: Option<Followed>,
    queries: Option<Followed>,
    database: String,
}

impl Watch {
    /// Takes what is there now for known.
    pub(super) fn new(directories: &Directories, database: &str) -> Self {
        let follow = |directory: &Option<PathBuf>, endings: &'static [&'static str]| {
            directory.as_ref().map(|directory| Followed::new(directory.clone(), endings))
        };
        Self {
            datasets: follow(&directories.datasets, &["json"]),
            queries: follow(&directories.queries, &["json", "sql"]),
            database: database.to_owned(),
        }
    }

    /// Gives the lake what is new or changed, and says on standard error what became of it. Never ends by itself.
    pub(super) async fn run(mut self, lake: &Lake) -> Infallible {
        loop {
            SystemClock.sleep(PAUSE).await;
            for path in self.datasets.as_mut().map(Followed::changed).unwrap_or_default() {
                take_dataset(lake, &path).await;
            }
            for path in self.queries.as_mut().map(Followed::changed).unwrap_or_default() {
                take_query(lake, &path, &self.database).await;
            }
        }
    }
}

async fn take_dataset(lake: &Lake, path: &Path) {
    let files = match DatasetFiles::read_file(path) {
        Ok(files) => files,
        Err(error) => return output::note(&format!("warning: {}", domain::chain(&error))),
    };
    let names: Vec<String> = files.names().map(ToString::to_string).collect();
    match lake.add_datasets(&files).await {
        Ok(not_live) if not_live.is_empty() => {
            output::note(&format!("dataset {} is live as {} has it", names.join(", "), path.display()));
        }
        Ok(not_live) => {
            for refused in not_live {
                let (dataset, reason) = (&refused.dataset, domain::chain(&refused.reason));
                output::note(&format!("warning: dataset {dataset} stays as it was: {reason}"));
            }
        }
        Err(error) => output::note(&format!("warning: {}: {}", path.display(), domain::chain(&error))),
    }
}

async fn take_query(lake: &Lake, path: &Path, database: &str) {
    let files = match QueryFiles::read_file(path, database) {
        Ok(files) => files,
        Err(error) => return output::note(&format!("warning: {}", domain::chain(&error))),
    };
    let names: Vec<String> = files.names().map(ToString::to_string).collect();
    match lake.put_queries(&files).await {
        Ok(()) => output::note(&format!("named query {} is as {} has it", names.join(", "), path.display())),
        Err(error) => output::note(&format!("warning: {}: {}", path.display(), domain::chain(&error))),
    }
}

/// One directory, as it was at the last look.
#[derive(Debug)]
struct Followed {
    directory: PathBuf,
    endings: &'static [&'static str],
    before: BTreeMap<PathBuf, Stamp>,
    taken: BTreeMap<PathBuf, Stamp>,
}

impl Followed {
    fn new(directory: PathBuf, endings: &'static [&'static str]) -> Self {
        let taken = stamps(&directory, endings);
        Self { directory, endings, before: taken.clone(), taken }
    }

    /// The `.json` files of which something was saved, each once it has stayed the same from one look to the next: what an
    /// editor is still writing is not half read.
    fn changed(&mut self) -> BTreeSet<PathBuf> {
        let found = stamps(&self.directory, self.endings);
        let mut changed = BTreeSet::new();
        for (path, stamp) in &found {
            if self.before.get(path) == Some(stamp) && self.taken.get(path) != Some(stamp) {
                self.taken.insert(path.clone(), *stamp);
                changed.insert(path.with_extension("json"));
            }
        }
        self.before = found;
        // A statement without its definition is no query yet.
        changed.retain(|path| path.is_file());
        changed
    }
}

/// The files with these endings. A directory that cannot be read just now has none.
fn stamps(directory: &Path, endings: &[&str]) -> BTreeMap<PathBuf, Stamp> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let files = entries.filter_map(|entry| {
        let path = entry.path();
        let ending = path.extension().and_then(|ending| ending.to_str())?;
        if !endings.contains(&ending) {
            return None;
        }
        // What a link leads to counts, and not the link.
        let metadata = std::fs::metadata(&path).ok()?;
        Some((path, (metadata.modified().ok(), metadata.len())))
    });
    files.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(changed: BTreeSet<PathBuf>) -> Vec<String> {
        changed.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn what_is_saved_is_named_once_when_it_has_settled() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        write("old.json", "{}");
        let mut followed = Followed::new(directory.path().to_owned(), &["json", "sql"]);
        assert!(followed.changed().is_empty(), "what was there is known");

        write("new.json", "{");
        write("notes.txt", "nothing");
        write("alone.sql", "SELECT 1");
        assert!(followed.changed().is_empty(), "it may still be written");
        write("new.json", "{\"name\"");
        assert!(followed.changed().is_empty(), "it is still written");
        assert_eq!(names(followed.changed()), ["new.json"]);
        assert!(followed.changed().is_empty(), "once");

        // A query changes with either of its files.
        write("new.sql", "SELECT 1");
        followed.changed();
        assert_eq!(names(followed.changed()), ["new.json"]);
        write("old.json", "{ }");
        write("alone.json", "{}");
        followed.changed();
        assert_eq!(names(followed.changed()), ["alone.json", "old.json"]);
        std::fs::remove_file(directory.path().join("old.json")).unwrap();
        followed.changed();
        assert!(followed.changed().is_empty(), "a file that is gone changes nothing");
    }
}
