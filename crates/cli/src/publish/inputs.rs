//! What is to be published: files, pipes and standard input, packed or not.

mod fingerprint;
mod unpack;

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::de::IgnoredAny;

use super::{
    args::{Format, PackSize},
    error::PublishError,
    position::Place,
    read::Source,
};
use unpack::{Compression, unpack};

pub(super) use fingerprint::fingerprint;

/// How far is looked for the end of the first line, to tell the format by it.
const FIRST_LINE: usize = 256 << 10;

/// One of the inputs.
#[derive(Debug)]
pub(super) struct Input {
    /// As it was asked for.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// As it is asked for, or told by the file's name or beginning. A pipe's beginning is not known yet.
    pub(super) format: Option<Format>,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// Can be read again, from anywhere.
    File { path: PathBuf, bytes: u64, compression: Option<Compression> },
    /// Can be read once.
    Pipe(PathBuf),
    /// Can be read once.
    Stdin,
}

/// Looks at every file before anything is sent.
pub(super) fn examine(paths: &[PathBuf], asked: Option<Format>) -> Result<Vec<Input>, PublishError> {
    if paths.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(PublishError::Wrong("standard input (-) is named twice: it can be read once".to_owned()));
    }
    paths.iter().map(|path| examine_one(path, asked)).collect()
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn examine_one(path: &Path, asked: Option<Format>) -> Result<Input, PublishError> {
    let name = if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() };
    let wrong = |words: &str| PublishError::Wrong(format!("{name} {words}"));
    let cannot = |error: io::Error| wrong(&format!("cannot be read: {error}"));
    let format = asked.or_else(|| by_name(path));
    if is_stdin(path) {
        return Ok(Input { name, kind: Kind::Stdin, format });
    }
    let metadata = match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound && name.parse::<PackSize>().is_ok() => {
            return Err(wrong(&format!(
                "does not exist: if it is the size of a message, write --pack={name}"
            )));
        }
        other => other.map_err(cannot)?,
    };
    if metadata.is_dir() {
        return Err(wrong("is a directory: name the files in it"));
    }
    if !metadata.is_file() {
        return Ok(Input { name, kind: Kind::Pipe(path.to_owned()), format });
    }
    let mut file = File::open(path).map_err(cannot)?;
    let compression = Compression::of(&mut file).map_err(cannot)?;
    if let Some(expected) = Compression::by_name(path)
        && compression != Some(expected)
    {
        return Err(wrong(&format!("is not {}, although its name says so", expected.name())));
    }
    let mut input = Input {
        name: name.clone(),
        kind: Kind::File { path: path.to_owned(), bytes: metadata.len(), compression },
        format,
    };
    if input.format.is_none() {
        input.format = Some(input.sniff(&mut input.open(None, &Arc::default()).map_err(cannot)?)?);
    }
    Ok(input)
}

/// The format that a file's name tells.
fn by_name(path: &Path) -> Option<Format> {
    let unpacked = if Compression::by_name(path).is_some() { path.file_stem().map(Path::new)? } else { path };
    match unpacked.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        "json" => Some(Format::Json),
        "csv" => Some(Format::Csv),
        _ => None,
    }
}

impl Input {
    /// The size, where there is one, as it is on the disk.
    pub(super) fn bytes(&self) -> Option<u64> {
        match self.kind {
            Kind::File { bytes, .. } => Some(bytes),
            Kind::Pipe(_) | Kind::Stdin => None,
        }
    }

    /// The unpacked bytes, from a place within if it is a file. What is read from the disk is counted.
    pub(super) fn open(&self, from: Option<&Place>, counter: &Arc<AtomicU64>) -> io::Result<Source> {
        let counted = |from: Box<dyn Read + Send>| Box::new(Counted { from, counter: Arc::clone(counter) });
        match &self.kind {
            Kind::File { path, compression: None, .. } => {
                let mut file = File::open(path)?;
                let Some(place) = from else { return Ok(Source::new(counted(Box::new(file)))) };
                file.seek(SeekFrom::Start(place.offset))?;
                counter.fetch_add(place.offset, Ordering::Relaxed);
                Ok(Source::at(counted(Box::new(file)), place.offset, place.line))
            }
            Kind::File { path, compression, .. } => {
                let mut source = Source::new(unpack(counted(Box::new(File::open(path)?)), *compression)?);
                source.skip_to(from.map_or(0, |place| place.offset))?;
                Ok(source)
            }
            Kind::Pipe(path) => Ok(Source::new(unpack::by_magic(counted(Box::new(File::open(path)?)))?)),
            Kind::Stdin => Ok(Source::new(unpack::by_magic(counted(Box::new(io::stdin())))?)),
        }
    }

    /// The format, by how the input begins; nothing of it is taken.
    pub(super) fn sniff(&self, source: &mut Source) -> Result<Format, PublishError> {
        let failed = |source| PublishError::Input { name: self.name.clone(), source };
        let (mut is_open, bom) = (true, b"\xef\xbb\xbf");
        loop {
            let rest = source.rest();
            let text = rest.strip_prefix(bom).unwrap_or(rest).trim_ascii_start();
            let line = memchr::memchr(b'\n', text).map(|end| &text[..end]);
            let is_enough = !is_open || rest.len() >= FIRST_LINE;
            match (text.first(), line) {
                // UTF-16: whoever reads it says so.
                (Some(0xff | 0xfe), _) => return Ok(Format::Ndjson),
                (Some(b'['), _) => return Ok(Format::Json),
                (Some(b'{'), Some(line)) => return Ok(by_first_line(line)),
                (Some(b'{') | None, _) if is_enough => return Ok(by_first_line(text)),
                (Some(b'{') | None, _) => {}
                _ => {
                    return Err(PublishError::Wrong(format!(
                        "{} begins like neither NDJSON nor JSON: say what it is with --format ndjson, json or csv",
                        self.name
                    )));
                }
            }
            is_open = source.fill().map_err(failed)?;
        }
    }
}

/// Objects that end within their line make NDJSON; the JSON reader takes these too, but not as they are.
fn by_first_line(line: &[u8]) -> Format {
    let is_whole =
        line.trim_ascii().is_empty() || serde_json::from_slice::<IgnoredAny>(line.trim_ascii()).is_ok();
    if is_whole { Format::Ndjson } else { Format::Json }
}

/// Counts what is read.
struct Counted {
    from: Box<dyn Read + Send>,
    counter: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.counter.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
