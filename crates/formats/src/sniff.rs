//! How events are written, told by a file's name or by how a text begins.

use std::{io, path::Path};

use crate::{Format, Source, extent::are_values, unpack::Compression};

/// How far is looked for the end of the first line, in bytes.
const FIRST_LINE: usize = 256 << 10;

/// How many lines may stand before the first object: what a program says when it starts.
const PREAMBLE: usize = 20;

/// The format that a file's name tells.
pub fn by_name(path: &Path) -> Option<Format> {
    match ending(path)?.as_str() {
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        "json" => Some(Format::Json),
        "csv" | "tsv" => Some(Format::Csv),
        _ => None,
    }
}

/// What a file's name says is between two cells. Of `.csv` anything may be.
pub fn delimiter_by_name(path: &Path) -> Option<u8> {
    (ending(path)? == "tsv").then_some(b'\t')
}

/// The end of a file's name, without that of its compression.
fn ending(path: &Path) -> Option<String> {
    let unpacked = if Compression::by_name(path).is_some() { path.file_stem().map(Path::new)? } else { path };
    Some(unpacked.extension()?.to_str()?.to_ascii_lowercase())
}

/// The format, by how the text begins; nothing of it is taken. `None` if it is neither NDJSON nor JSON: whether that is
/// CSV, its beginning does not tell.
pub fn sniff(source: &mut Source) -> io::Result<Option<Format>> {
    let (mut is_open, mark) = (true, b"\xef\xbb\xbf");
    loop {
        let rest = source.rest();
        let text = rest.strip_prefix(mark).unwrap_or(rest).trim_ascii_start();
        let line = memchr::memchr2(b'\n', b'\r', text).map(|end| &text[..end]);
        let is_enough = !is_open || rest.len() >= FIRST_LINE;
        match (text.first(), line) {
            (Some(b'['), _) => return Ok(Some(Format::Json)),
            (Some(b'{'), Some(line)) => return Ok(Some(by_first_line(line))),
            (Some(b'{') | None, _) if is_enough => return Ok(Some(by_first_line(text))),
            (Some(b'{') | None, _) => {}
            (Some(_), _) => match has_objects(text, is_enough) {
                Some(true) => return Ok(Some(Format::Ndjson)),
                Some(false) => return Ok(None),
                None => {}
            },
        }
        is_open = source.fill()?;
    }
}

/// Objects that end within their line make NDJSON; the JSON reader takes these too, but not as they are.
fn by_first_line(line: &[u8]) -> Format {
    if line.trim_ascii().is_empty() || are_values(line) { Format::Ndjson } else { Format::Json }
}

/// Whether lines that are objects follow the first lines, which are none. `None` if that is not known yet.
fn has_objects(text: &[u8], is_all: bool) -> Option<bool> {
    let mut lines = text.split(|byte| matches!(byte, b'\n' | b'\r')).peekable();
    let mut others = 0;
    while let Some(line) = lines.next() {
        // The last piece may be the beginning of a line.
        let is_whole = is_all || lines.peek().is_some();
        if !is_whole {
            return None;
        }
        if line.starts_with(b"{") && are_values(line) {
            return Some(true);
        }
        others += usize::from(!line.is_empty());
        if others == PREAMBLE {
            return Some(false);
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::Trickle;

    #[test]
    fn the_beginning_tells_ndjson_from_json() {
        for (text, format) in [
            (&b"{\"a\": 1}\n{\"b\""[..], Some(Format::Ndjson)),
            (b"\xef\xbb\xbf\n {\"a\": 1}", Some(Format::Ndjson)),
            (b"{\"a\": 1}\r{\"a\": 2}\r", Some(Format::Ndjson)),
            (b"{\"a\": 1,\n\"b\": 2}", Some(Format::Json)),
            (b"{\"a\": 1} {\"a\": 2}[]\n{\"b\"", Some(Format::Ndjson)),
            (b"\n\n[{}]", Some(Format::Json)),
            (b"", Some(Format::Ndjson)),
            (b"INFO starting up\n{\"a\":1}\n{\"a\":2}\n", Some(Format::Ndjson)),
            (b"INFO starting up\n\nWARN\r\n{\"a\":1}", Some(Format::Ndjson)),
            (b"id,name\n1,a\n", None),
            (b"id,json\n1,{}\n", None),
            (b"json\n{not json}\n", None),
        ] {
            for piece in [1, 5, 1_000] {
                let mut source = Source::new(Box::new(Trickle(text.to_vec(), piece)));
                assert_eq!(sniff(&mut source).unwrap(), format, "{:?}", String::from_utf8_lossy(text));
                assert_eq!(source.offset(), 0);
            }
        }
    }

    #[test]
    fn a_name_tells_by_its_end() {
        for (name, format) in [
            ("a.ndjson", Some(Format::Ndjson)),
            ("a.JSONL.gz", Some(Format::Ndjson)),
            ("a.json.zst", Some(Format::Json)),
            ("a.csv", Some(Format::Csv)),
            ("a.tsv.gz", Some(Format::Csv)),
            ("a.b.log", None),
            ("a", None),
        ] {
            assert_eq!(by_name(Path::new(name)), format, "{name}");
        }
        for (name, delimiter) in
            [("a.tsv", Some(b'\t')), ("a.TSV.gz", Some(b'\t')), ("a.csv", None), ("tsv", None)]
        {
            assert_eq!(delimiter_by_name(Path::new(name)), delimiter, "{name}");
        }
    }
}
