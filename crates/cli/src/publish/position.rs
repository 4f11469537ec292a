//! How far the publishing is, kept in a file, so that it can go on from there.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use formats::{Format, encoding::UTF_8};
use serde::{Deserialize, Serialize};

use super::{error::PublishError, place::Place};
use crate::inputs::{Input, Kind, fingerprint};

/// The form of the file that this version writes. It reads the one before too, unless that was left within an array.
const FORMAT: u32 = 2;
const BEFORE: u32 = 1;

/// The content of a position file.
#[derive(Debug, Serialize, Deserialize)]
struct Position {
    format: u32,
    dataset: String,
    topic: String,
    inputs: Vec<Known>,
    /// Everything before this is acknowledged.
    reached: Place,
}

/// What a file of the form before says of its place: whether it is in an array, and not whether that array is the one of an
/// object around it.
#[derive(Debug, Deserialize)]
struct Before {
    reached: PlaceBefore,
}

#[derive(Debug, Deserialize)]
struct PlaceBefore {
    in_array: bool,
}

/// An input as it was when it was published.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    name: String,
    format: Option<Format>,
    /// What it was decoded from, if not from UTF-8: offsets are those of the decoded text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    bytes: u64,
    sha256: String,
}

/// Writes the position file.
#[derive(Debug)]
pub(super) struct Keeper {
    path: PathBuf,
    position: Position,
}

impl Keeper {
    /// Reads the file if it is there, and holds it against what is to be published.
    pub(super) fn open(
        path: &Path,
        dataset: &str,
        topic: &str,
        inputs: &[Input],
    ) -> Result<Self, PublishError> {
        let inputs = inputs.iter().map(known).collect::<Result<Vec<_>, _>>()?;
        let mut position = Position {
            format: FORMAT,
            dataset: dataset.to_owned(),
            topic: topic.to_owned(),
            inputs,
            reached: Place::default(),
        };
        let wrong = |words: String| {
            let path = path.display();
            PublishError::Wrong(format!(
                "the position file {path} {words}; to begin anew, delete it or name another"
            ))
        };
        match fs::read(path) {
            Ok(bytes) => {
                let before = parse(&bytes).map_err(wrong)?;
                position.reached = agreed(&before, &position).map_err(wrong)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
        }
        Ok(Self { path: path.to_owned(), position })
    }

    /// Where to go on.
    pub(super) fn reached(&self) -> Place {
        self.position.reached
    }

    /// Replaces the file; whoever reads it sees the old one or the new one.
    pub(super) fn save(&mut self, reached: Place) -> Result<(), PublishError> {
        self.position.reached = reached;
        self.replace().map_err(|source| PublishError::Position { path: self.path.clone(), source })
    }

    fn replace(&self) -> io::Result<()> {
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
        serde_json::to_writer(&mut file, &self.position)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

fn known(input: &Input) -> Result<Known, PublishError> {
    let name = input.name.clone();
    let Kind::File { path, bytes, .. } = &input.kind else {
        return Err(PublishError::Wrong(format!(
            "{name} can be read only once, so there is no going on from a position: leave out --position, or name files"
        )));
    };
    match fingerprint(path, *bytes) {
        Ok(sha256) => {
            let encoding = input.encoding.filter(|encoding| *encoding != UTF_8);
            let encoding = encoding.map(|encoding| encoding.name().to_owned());
            Ok(Known { name, format: input.format, encoding, bytes: *bytes, sha256 })
        }
        Err(source) => Err(PublishError::Input { name, source }),
    }
}

fn parse(bytes: &[u8]) -> Result<Position, String> {
    let broken = |error: serde_json::Error| format!("does not parse: {error}");
    let position: Position = serde_json::from_slice(bytes).map_err(broken)?;
    match position.format {
        FORMAT => Ok(position),
        BEFORE if serde_json::from_slice::<Before>(bytes).map_err(broken)?.reached.in_array => {
            Err("is of an older version, which stopped within a JSON array and did not keep which".to_owned())
        }
        BEFORE => Ok(position),
        format => Err(format!("has the form {format}, which this version does not read")),
    }
}

/// The place of the file, or why it is not for this publishing. Files may be added behind those that it names.
fn agreed(before: &Position, now: &Position) -> Result<Place, String> {
    for (what, was, is) in [("dataset", &before.dataset, &now.dataset), ("topic", &before.topic, &now.topic)]
    {
        if was != is {
            return Err(format!("is of the {what} {was}, not {is}"));
        }
    }
    for (index, was) in before.inputs.iter().enumerate() {
        let name = &was.name;
        match now.inputs.get(index) {
            None => return Err(format!("is also of {name}, which is not named now")),
            Some(is) if (is.bytes, &is.sha256) != (was.bytes, &was.sha256) => {
                return Err(if is.name == *name {
                    format!(
                        "is of {name} as it was before it changed ({} bytes then, {} now)",
                        was.bytes, is.bytes
                    )
                } else {
                    format!("is of {name}, where {} is named now", is.name)
                });
            }
            Some(is) if is.format != was.format => {
                return Err(format!("is of {name} in another format"));
            }
            Some(is) if is.encoding != was.encoding => {
                return Err(format!("is of {name} in another encoding"));
            }
            Some(_) => {}
        }
    }
    if before.reached.input > before.inputs.len() {
        return Err("is damaged: it is beyond its last file".to_owned());
    }
    Ok(before.reached)
}

#[cfg(test)]
mod tests;
