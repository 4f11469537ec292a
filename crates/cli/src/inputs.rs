//! What a command reads events from: files, pipes and standard input, packed or not, in any encoding.

mod error;
mod fingerprint;
mod options;

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::Dataset;
use formats::{
    Format, Options, Reader, Record, Rules, Source,
    csv::Dialect,
    encoding::{self, Encoding, UTF_8},
    foreign,
    unpack::{self, Compression},
};

pub(crate) use error::InputError;
pub(crate) use fingerprint::fingerprint;
pub(crate) use options::TextOptions;

/// How the inputs are to be read, whatever they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct How {
    pub(crate) format: Option<Format>,
    /// The format of what begins like neither NDJSON nor JSON.
    pub(crate) fallback: Option<Format>,
    pub(crate) encoding: Option<&'static Encoding>,
    pub(crate) dialect: Dialect,
}

/// One of the inputs.
#[derive(Debug)]
pub(crate) struct Input {
    /// As it was asked for.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// As it is asked for, or told by the file's name or beginning. A pipe's beginning is not known yet.
    pub(crate) format: Option<Format>,
    /// As it was asked for, or told by a file's byte order mark. A pipe's mark is not known yet.
    pub(crate) encoding: Option<&'static Encoding>,
    fallback: Option<Format>,
    /// As it was asked for, with what the file's name says.
    pub(crate) dialect: Dialect,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// Can be read again, from anywhere.
    File { path: PathBuf, bytes: u64, compression: Option<Compression> },
    /// Can be read once.
    Pipe(PathBuf),
    /// Can be read once.
    Stdin,
}

/// Where a text is read from that is not read from its beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// The unpacked bytes that are passed over.
    pub(crate) offset: u64,
    /// The line that the next byte is in.
    pub(crate) line: u64,
}

/// Whether a name stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Looks at an input before anything of it is used. Of a pipe and of standard input nothing is read.
pub(crate) fn examine(path: &Path, how: &How) -> Result<Input, InputError> {
    let name = if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() };
    let wrong = |words: &str| InputError::Wrong(format!("{name} {words}"));
    let cannot = |error: io::Error| wrong(&format!("cannot be read: {error}"));
    let input = |kind| Input {
        name: name.clone(),
        kind,
        format: how.format.or_else(|| formats::by_name(path)),
        encoding: how.encoding,
        fallback: how.fallback,
        dialect: Dialect { likely: formats::delimiter_by_name(path), ..how.dialect.clone() },
    };
    if is_stdin(path) {
        return Ok(input(Kind::Stdin));
    }
    let metadata = path.metadata().map_err(cannot)?;
    if metadata.is_dir() {
        return Err(wrong("is a directory: name the files in it"));
    }
    if !metadata.is_file() {
        return Ok(input(Kind::Pipe(path.to_owned())));
    }
    let head = File::open(path).and_then(head_of).map_err(cannot)?;
    if let Some(words) = foreign::told(&head) {
        return Err(wrong(words));
    }
    let compression = Compression::by_magic(&head);
    if let Some(expected) = Compression::by_name(path)
        && compression != Some(expected)
    {
        return Err(wrong(&format!("is not {}, although its name says so", expected.name())));
    }
    let mut input = input(Kind::File { path: path.to_owned(), bytes: metadata.len(), compression });
    if compression.is_some() {
        let unpacked = input.bytes_of(&Arc::default()).and_then(head_of).map_err(cannot)?;
        if let Some(words) = foreign::told(&unpacked) {
            return Err(wrong(words));
        }
    }
    if input.encoding.is_none() {
        let bytes = input.bytes_of(&Arc::default()).map_err(cannot)?;
        let (mark, _) = encoding::beginning(bytes).map_err(cannot)?;
        input.encoding = encoding::told(&mark).map_err(cannot)?;
    }
    if input.format.is_none() {
        input.format = Some(input.sniff(&mut input.open(None, &Arc::default()).map_err(cannot)?)?);
    }
    Ok(input)
}

/// The bytes at the beginning that tell what is not read.
fn head_of(from: impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(foreign::HEAD);
    from.take(foreign::HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

impl Input {
    /// The size, where there is one, as it is on the disk.
    pub(crate) fn bytes(&self) -> Option<u64> {
        match self.kind {
            Kind::File { bytes, .. } => Some(bytes),
            Kind::Pipe(_) | Kind::Stdin => None,
        }
    }

    /// The unpacked bytes, not decoded. What is read from the disk is counted. An archive in a pipe is an error.
    fn bytes_of(&self, counter: &Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        let counted = |from: Box<dyn Read + Send>| Box::new(Counted { from, counter: Arc::clone(counter) });
        match &self.kind {
            Kind::File { path, compression, .. } => {
                unpack::unpack(counted(Box::new(File::open(path)?)), *compression)
            }
            Kind::Pipe(path) => {
                foreign::refused(unpack::unpack_by_magic(counted(Box::new(File::open(path)?)))?)
            }
            Kind::Stdin => foreign::refused(unpack::unpack_by_magic(counted(Box::new(io::stdin())))?),
        }
    }

    /// The text, from a place within if it is a file. What is read from the disk is counted.
    pub(crate) fn open(&self, from: Option<Start>, counter: &Arc<AtomicU64>) -> io::Result<Source> {
        let is_utf8 = self.encoding.is_none_or(|encoding| encoding == UTF_8);
        if let (Kind::File { path, compression: None, .. }, Some(place), true) = (&self.kind, from, is_utf8) {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(place.offset))?;
            counter.fetch_add(place.offset, Ordering::Relaxed);
            let counted = Counted { from: Box::new(file), counter: Arc::clone(counter) };
            return Ok(Source::at(Box::new(counted), place.offset, place.line));
        }
        let bytes = self.bytes_of(counter)?;
        let text = match (self.encoding, &self.kind) {
            (Some(encoding), _) => encoding::decode(bytes, encoding),
            (None, Kind::File { .. }) => bytes,
            (None, _) => {
                let (mark, bytes) = encoding::beginning(bytes)?;
                encoding::decode(bytes, encoding::told(&mark)?.unwrap_or(UTF_8))
            }
        };
        let mut source = Source::new(text);
        source.skip_to(from.map_or(0, |place| place.offset))?;
        Ok(source)
    }

    /// The events, from the beginning. `Ok(Err(_))` is what there is instead of them.
    pub(crate) fn read(
        &self,
        counter: &Arc<AtomicU64>,
        definition: Option<&Dataset>,
        rules: Rules,
    ) -> Result<Result<Reader, Record>, InputError> {
        let failed = |source| InputError::Unreadable { name: self.name.clone(), source };
        let mut source = self.open(None, counter).map_err(failed)?;
        let format = match self.format {
            Some(format) => format,
            None => self.sniff(&mut source)?,
        };
        let unwrap = definition.and_then(Dataset::unwraps).map(str::to_owned);
        let options = Options { format, dialect: self.dialect.clone(), unwrap, rewrap: true };
        Reader::begin(source, &options, definition, rules).map_err(failed)
    }

    /// The format, by how the input begins; nothing of it is taken.
    pub(crate) fn sniff(&self, source: &mut Source) -> Result<Format, InputError> {
        let failed = |source| InputError::Unreadable { name: self.name.clone(), source };
        formats::sniff(source).map_err(failed)?.or(self.fallback).ok_or_else(|| {
            InputError::Wrong(format!(
                "{} begins like neither NDJSON nor JSON: say what it is with --format ndjson, json or csv",
                self.name
            ))
        })
    }
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
