//! Sample data: NDJSON, a JSON array, or CSV; plain, gzip or zstd; a file or standard input.

mod csv;

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use domain::json::Scanner;

use crate::failure::Failure;

/// The most that is read of a sample, unpacked.
const MOST_BYTES: usize = 64 << 20;
const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// The events of a sample, each as its JSON text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) events: Vec<String>,
    /// What is no event, and why.
    pub(super) bad: Vec<String>,
    /// Whether there was more.
    pub(super) is_cut: bool,
}

/// Reads a sample.
pub(super) fn read(path: &Path, most_events: usize) -> Result<Sample, Failure> {
    let failed = |source| Failure::File { path: path.to_owned(), source };
    let file: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(failed)?)
    };
    let (bytes, is_cut) = unpack(file, MOST_BYTES).map_err(failed)?;
    split(&bytes, is_cut, most_events)
        .map_err(|reason| Failure::Input(format!("{} {reason}", path.display())))
}

/// The beginning of what is packed, and whether there is more.
fn unpack(packed: impl Read, most: usize) -> io::Result<(Vec<u8>, bool)> {
    let mut packed = BufReader::new(packed);
    let start = packed.fill_buf()?;
    let unpacked: Box<dyn Read + '_> = if start.starts_with(GZIP) {
        Box::new(flate2::bufread::MultiGzDecoder::new(packed))
    } else if start.starts_with(ZSTD) {
        Box::new(zstd::Decoder::with_buffer(packed)?)
    } else {
        Box::new(packed)
    };
    let mut bytes = Vec::new();
    unpacked.take(most as u64 + 1).read_to_end(&mut bytes)?;
    let is_cut = bytes.len() > most;
    bytes.truncate(most);
    Ok((bytes, is_cut))
}

/// Splits the bytes into events. Where they are cut, what is cut in the middle is left out.
fn split(bytes: &[u8], is_cut: bool, most_events: usize) -> Result<Sample, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if is_cut && error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) => return Err(format!("is not UTF-8: {error}")),
    };
    let mut sample = match text.trim_start().as_bytes().first() {
        None => return Err("is empty: there is nothing to infer from".to_owned()),
        Some(b'[') => array(text, is_cut, most_events),
        Some(b'{') => objects(text, is_cut, most_events),
        Some(_) => csv::events(text, is_cut, most_events)?,
    };
    sample.is_cut |= is_cut;
    Ok(sample)
}

fn array(text: &str, is_cut: bool, most_events: usize) -> Sample {
    let mut sample = Sample::default();
    let mut scanner = Scanner::new(text);
    scanner.take(b'[');
    let mut more = !scanner.take(b']');
    while more {
        if sample.events.len() == most_events {
            sample.is_cut = true;
            return sample;
        }
        match scanner.value() {
            Ok(element) => sample.events.push(element.text().to_owned()),
            // Nobody can tell what follows.
            Err(fault) => {
                if !is_cut {
                    sample.bad.push(format!("the array: {fault}; nothing behind it is read"));
                }
                return sample;
            }
        }
        more = scanner.take(b',');
    }
    if !scanner.take(b']') && !is_cut {
        let fault = scanner.fault("expected \",\" or \"]\"");
        sample.bad.push(format!("the array: {fault}; nothing behind it is read"));
    }
    sample
}

/// Objects one after the other, a line each or many.
fn objects(text: &str, is_cut: bool, most_events: usize) -> Sample {
    let mut sample = Sample::default();
    let mut at = 0;
    loop {
        let mut scanner = Scanner::resume(text, at);
        if scanner.peek().is_none() {
            return sample;
        }
        if sample.events.len() == most_events {
            sample.is_cut = true;
            return sample;
        }
        let start = scanner.at();
        match scanner.value() {
            Ok(object) => {
                sample.events.push(object.text().to_owned());
                at = scanner.at();
            }
            Err(fault) => {
                let end = text[start..].find('\n').map(|end| start + end);
                if end.is_none() && is_cut {
                    return sample;
                }
                let line = text[..start].matches('\n').count() + 1;
                sample.bad.push(format!("line {line}: {fault}"));
                let Some(end) = end else { return sample };
                at = end;
            }
        }
    }
}

#[cfg(test)]
mod tests;
