//! Listing in the order of the keys' UTF-8 bytes, reading no directory that cannot hold a wanted key.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{error::StoreError, path, store::Store};

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Position {
    Start,
    /// After this key.
    AfterKey(String),
    /// After every key that begins so: the common prefix has been listed.
    PastPrefix(String),
}

impl Position {
    /// The position after `marker`, which may be a key or a common prefix of an earlier page.
    pub(super) fn after(marker: String, prefix: &str, delimiter: Option<&str>) -> Self {
        let is_common = delimiter.is_some_and(|delimiter| {
            common_prefix(&marker, prefix, delimiter).is_some_and(|common| common.len() == marker.len())
        });
        if is_common { Self::PastPrefix(marker) } else { Self::AfterKey(marker) }
    }

    pub(super) fn to_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(match self {
            Self::Start => "s".to_owned(),
            Self::AfterKey(key) => format!("k{key}"),
            Self::PastPrefix(prefix) => format!("p{prefix}"),
        })
    }

    pub(super) fn from_token(token: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        match text.split_at_checked(1)? {
            ("s", "") => Some(Self::Start),
            ("k", key) => Some(Self::AfterKey(key.to_owned())),
            ("p", prefix) => Some(Self::PastPrefix(prefix.to_owned())),
            _ => None,
        }
    }

    /// The key or prefix that it names, as `NextMarker`.
    pub(super) fn marker(&self) -> Option<&str> {
        match self {
            Self::Start => None,
            Self::AfterKey(text) | Self::PastPrefix(text) => Some(text),
        }
    }

    fn admits(&self, key: &str) -> bool {
        match self {
            Self::Start => true,
            Self::AfterKey(after) => key > after.as_str(),
            Self::PastPrefix(past) => key > past.as_str() && !key.starts_with(past.as_str()),
        }
    }

    /// Whether some key under this directory (it ends in `/`) may be admitted.
    fn admits_below(&self, directory: &str) -> bool {
        match self {
            Self::Start => true,
            Self::AfterKey(after) => directory > after.as_str() || after.starts_with(directory),
            Self::PastPrefix(past) => {
                !directory.starts_with(past.as_str())
                    && (directory > past.as_str() || past.starts_with(directory))
            }
        }
    }
}

/// One object of a listing.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) size: u64,
    pub(super) modified: SystemTime,
    pub(super) etag: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) objects: Vec<Listed>,
    pub(super) prefixes: Vec<String>,
    /// There is more, from here.
    pub(super) next: Option<Position>,
}

/// One page of at most `max` objects and common prefixes.
pub(super) fn list(
    store: &Store,
    bucket: &str,
    prefix: &str,
    delimiter: Option<&str>,
    from: Position,
    max: usize,
) -> Result<Page, StoreError> {
    let root = store.bucket(bucket)?;
    let mut page = Page::default();
    if max == 0 {
        return Ok(page);
    }
    let mut walk = Walk::new(store, (&root, bucket), prefix, from)?;
    let mut last = Position::Start;
    while let Some((key, path)) = walk.next()? {
        let common = delimiter.and_then(|delimiter| common_prefix(&key, prefix, delimiter));
        let metadata = match &common {
            Some(_) => None,
            None => match fs::metadata(&path) {
                Ok(metadata) => Some(metadata),
                Err(error) if gone(&error) => continue,
                Err(error) => return Err(error.into()),
            },
        };
        if page.objects.len() + page.prefixes.len() == max {
            page.next = Some(last);
            return Ok(page);
        }
        if let Some(common) = common {
            last = Position::PastPrefix(common.to_owned());
            walk.from = last.clone();
            page.prefixes.push(common.to_owned());
        } else if let Some(metadata) = metadata {
            let record = store.record(bucket, &key).filter(|record| record.describes(&metadata));
            last = Position::AfterKey(key.clone());
            page.objects.push(Listed {
                key,
                size: metadata.len(),
                modified: metadata.modified()?,
                etag: record.map(|record| record.etag),
            });
        }
    }
    Ok(page)
}

/// What the key is rolled up into: up to the first delimiter after the prefix, delimiter included.
fn common_prefix<'a>(key: &'a str, prefix: &str, delimiter: &str) -> Option<&'a str> {
    let rest = key.strip_prefix(prefix)?;
    let at = rest.find(delimiter).filter(|_| !delimiter.is_empty())?;
    key.get(..prefix.len() + at + delimiter.len())
}

/// The files below a prefix, in the order of their keys.
struct Walk<'a> {
    store: &'a Store,
    bucket: &'a str,
    from: Position,
    prefix: String,
    open: Vec<Directory>,
}

struct Directory {
    path: PathBuf,
    /// The keys below it begin so; empty for the bucket itself.
    key: String,
    /// Names in descending order, so that the next one is at the end; a directory's ends in `/`, which puts it
    /// where its keys belong. The empty one is the object whose key is the directory's, if there is one.
    names: Vec<String>,
}

impl<'a> Walk<'a> {
    fn new(
        store: &'a Store,
        (root, bucket): (&Path, &'a str),
        prefix: &str,
        from: Position,
    ) -> io::Result<Self> {
        let mut walk = Self { store, bucket, from, prefix: prefix.to_owned(), open: Vec::new() };
        let base = prefix.rfind('/').map_or("", |slash| &prefix[..=slash]);
        let directory = match base {
            "" => root.to_owned(),
            base => match path::object(root, base) {
                Ok(directory) => directory,
                // No object has such a key.
                Err(_) => return Ok(walk),
            },
        };
        walk.enter(directory, base.to_owned())?;
        Ok(walk)
    }

    fn next(&mut self) -> io::Result<Option<(String, PathBuf)>> {
        while let Some(directory) = self.open.last_mut() {
            let Some(name) = directory.names.pop() else {
                self.open.pop();
                continue;
            };
            let key = format!("{}{name}", directory.key);
            match name.strip_suffix('/') {
                // The position may have moved on since the directory was read.
                Some(name) if self.from.admits_below(&key) => {
                    let path = directory.path.join(name);
                    self.enter(path, key)?;
                }
                None if self.from.admits(&key) => {
                    let path = if name.is_empty() {
                        self.store.marker(self.bucket, &key)
                    } else {
                        directory.path.join(&name)
                    };
                    return Ok(Some((key, path)));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    fn enter(&mut self, path: PathBuf, key: String) -> io::Result<()> {
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if gone(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            let Ok(mut name) = entry.file_name().into_string() else { continue };
            let is_directory = match entry.file_type() {
                Ok(kind) => kind.is_dir(),
                Err(error) if gone(&error) => continue,
                Err(error) => return Err(error),
            };
            if is_directory {
                name.push('/');
            }
            let full = format!("{key}{name}");
            let wanted = if is_directory {
                (full.starts_with(&self.prefix) || self.prefix.starts_with(&full))
                    && self.from.admits_below(&full)
            } else {
                full.starts_with(&self.prefix) && self.from.admits(&full)
            };
            if wanted {
                names.push(name);
            }
        }
        let is_wanted = key.starts_with(&self.prefix) && self.from.admits(&key);
        if is_wanted && !key.is_empty() && self.store.marker(self.bucket, &key).is_file() {
            names.push(String::new());
        }
        names.sort_unstable_by(|a, b| b.cmp(a));
        self.open.push(Directory { path, key, names });
        Ok(())
    }
}

fn gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
    )
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn positions_survive_as_tokens() {
        for position in [Position::Start, Position::AfterKey("ä/b".into()), Position::PastPrefix("a/".into())]
        {
            assert_eq!(Position::from_token(&position.to_token()), Some(position));
        }
        assert_eq!(Position::from_token("not a token"), None);
        assert_eq!(Position::from_token(""), None);
    }

    #[test]
    fn directories_are_skipped_exactly_when_no_key_in_them_is_wanted() {
        let after = Position::AfterKey("b/5".into());
        for (directory, wanted) in
            [("a/", false), ("b/", true), ("b/4/", false), ("b/5/", true), ("c/", true)]
        {
            assert_eq!(after.admits_below(directory), wanted, "{directory}");
        }
        let past = Position::PastPrefix("b/5".into());
        for (directory, wanted) in
            [("b/", true), ("b/5/", false), ("b/55/", false), ("b/6/", true), ("b/4/", false)]
        {
            assert_eq!(past.admits_below(directory), wanted, "{directory}");
        }
    }

    #[test]
    fn a_marker_that_is_a_common_prefix_skips_it() {
        let past = Position::after("a/b/".into(), "a/", Some("/"));
        assert_eq!(past, Position::PastPrefix("a/b/".into()));
        let key = Position::after("a/b/c".into(), "a/", Some("/"));
        assert_eq!(key, Position::AfterKey("a/b/c".into()));
    }
}
