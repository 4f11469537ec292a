//! What people take for files of events, and what is not read: archives, other ways to pack, and tables that are no text.
//! They are told by how they begin, whatever their names, so that a person learns what to do instead of where the JSON is
//! wrong.

use std::{
    io::{self, ErrorKind, Read},
    str,
};

/// How many bytes tell it: a tar archive's first header.
pub const HEAD: usize = 512;

/// How each begins, and what it is and what to do, behind the name of a file.
const KINDS: [(&[u8], &str); 12] = [
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"PK\x07\x08", ZIP),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive: unpack it (7z x), and name the files in it"),
    (b"Rar!\x1a\x07", "is a RAR archive: unpack it (unrar x), and name the files in it"),
    (b"BZh", "is packed with bzip2: unpack it (bunzip2), or pack it with gzip or zstd"),
    (b"\xfd7zXZ\0", "is packed with xz: unpack it (unxz), or pack it with gzip or zstd"),
    (b"PAR1", "is a Parquet file: write its rows as NDJSON, JSON or CSV first"),
    (b"Obj\x01", "is an Avro file: write its rows as NDJSON, JSON or CSV first"),
    (b"ORC", "is an ORC file: write its rows as NDJSON, JSON or CSV first"),
    (b"ARROW1\0\0", "is an Arrow file: write its rows as NDJSON, JSON or CSV first"),
    (b"SQLite format 3\0", "is an SQLite database: write its rows as NDJSON, JSON or CSV first"),
];

const ZIP: &str =
    "is a zip archive, or a workbook as .xlsx is: unpack it (unzip) or save it as CSV, and name the files";

const TAR: &str = "is a tar archive: unpack it (tar -xf), and name the files in it";

/// Those that a CSV header may begin with too, and where such a header would go on.
const LETTERS: [(&[u8], usize); 3] = [(b"BZh", 4), (b"PAR1", 4), (b"ORC", 3)];

/// What it is and what to do, as the end of a sentence that begins with its name. The first [`HEAD`] unpacked bytes are
/// enough. `None` if it may be text.
pub fn told(head: &[u8]) -> Option<&'static str> {
    let kind = KINDS.iter().find(|(magic, _)| head.starts_with(magic) && !is_text(magic, head));
    kind.map(|(_, words)| *words).or_else(|| is_tar(head).then_some(TAR))
}

/// Whether what begins with a magic of letters alone goes on as a line of text does.
fn is_text(magic: &[u8], head: &[u8]) -> bool {
    LETTERS.iter().any(|(letters, from)| {
        let behind = head.get(*from..head.len().min(from + 16)).unwrap_or_default();
        magic == *letters && behind.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n'))
    })
}

/// Whether a tar header begins here, of whatever version: the sum of its bytes is in it, in octal digits, with the place of the
/// sum counted as blanks.
fn is_tar(head: &[u8]) -> bool {
    let Some((header, _)) = head.split_first_chunk::<HEAD>() else { return false };
    let (before, rest) = header.split_at(148);
    let (sum, behind) = rest.split_at(8);
    let bytes = before.iter().chain(behind).map(|byte| u64::from(*byte));
    let counted = bytes.sum::<u64>() + 8 * u64::from(b' ');
    let digits = str::from_utf8(sum).map(|sum| sum.trim_matches(['\0', ' '])).unwrap_or_default();
    u64::from_str_radix(digits, 8) == Ok(counted)
}

/// Passes unpacked bytes on that can be read once. It waits for [`HEAD`] of them, or for less of what may be a text: its
/// first line, or the beginning of a JSON value.
///
/// # Errors
///
/// They begin like one of these kinds, or cannot be read.
pub fn refused(mut from: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let (mut head, mut piece): (Vec<u8>, [u8; HEAD]) = (Vec::with_capacity(HEAD), [0; HEAD]);
    while head.len() < HEAD && !is_begun(&head) {
        match from.read(&mut piece[..HEAD - head.len()]) {
            Ok(0) => break,
            Ok(read) => head.extend_from_slice(&piece[..read]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    match told(&head) {
        Some(words) => Err(io::Error::new(ErrorKind::InvalidData, format!("it {words}"))),
        None => Ok(Box::new(io::Cursor::new(head).chain(from))),
    }
}

/// Whether it is text as far as one can see.
fn is_begun(head: &[u8]) -> bool {
    let has_line = head.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
    head.first().is_some_and(|first| has_line || matches!(first, b'{' | b'['))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;
    use crate::unpack::unpack_by_magic;

    fn unpacked(bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        unpack_by_magic(Box::new(io::Cursor::new(bytes.to_vec()))).unwrap().read_to_end(&mut text).unwrap();
        text
    }

    /// What GNU tar, zip, bzip2 and xz made of a file of events.
    #[test]
    fn archives_of_other_programs_are_told() {
        for (bytes, words) in [
            (&include_bytes!("../tests/cases/archive_gnu.tar.gz")[..], "is a tar archive"),
            (include_bytes!("../tests/cases/archive_v7.tar.gz"), "is a tar archive"),
            (include_bytes!("../tests/cases/archive_pax.tar.gz"), "is a tar archive"),
            (include_bytes!("../tests/cases/archive.zip"), "is a zip archive"),
            (include_bytes!("../tests/cases/packed.ndjson.bz2"), "is packed with bzip2"),
            (include_bytes!("../tests/cases/packed.ndjson.xz"), "is packed with xz"),
        ] {
            let text = unpacked(bytes);
            assert!(told(&text).is_some_and(|told| told.starts_with(words)), "{words}: {:?}", told(&text));
            let error = refused(Box::new(io::Cursor::new(text.clone()))).err().unwrap();
            assert!(error.to_string().starts_with(&format!("it {words}")), "{error}");
            // One byte of a header that is another: its sum is wrong.
            if words.contains("tar") {
                let mut other = text;
                other[0] ^= 1;
                assert_eq!(told(&other), None);
            }
        }
    }

    #[test]
    fn text_is_not_taken_for_anything_else() {
        let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
        let mut files = 0;
        for entry in std::fs::read_dir(cases).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if ["archive", "packed"].iter().any(|other| name.contains(other)) {
                continue;
            }
            assert_eq!(told(&unpacked(&std::fs::read(&path).unwrap())), None, "{name}");
            files += 1;
        }
        assert!(files > 5, "{files}");
        for text in [
            "",
            "P",
            "PK,name\n",
            "BZh,ORC\n1,2\n",
            "ORC\n1\n",
            "ORC,BZh",
            "PAR1,b\n",
            "PARAMETER\n",
            "Object\n",
            "Rar!\n",
        ] {
            assert_eq!(told(text.as_bytes()), None, "{text}");
        }
    }

    /// A pipe whose writer makes a pause behind each piece: it counts how many were asked for.
    struct Pieces(Vec<&'static str>, Arc<AtomicUsize>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1.fetch_add(1, Ordering::Relaxed);
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0);
            let (now, later) = piece.split_at(piece.len().min(buffer.len()));
            if !later.is_empty() {
                self.0.insert(0, later);
            }
            buffer[..now.len()].copy_from_slice(now.as_bytes());
            Ok(now.len())
        }
    }

    #[test]
    fn a_pipe_is_waited_for_no_longer_than_its_first_line() {
        for (pieces, asked) in [
            (vec!["{\"a\"", ": 1}\n", "{}\n"], 1),
            (vec!["[", "]"], 1),
            (vec!["id,n", "ame\n", "1,a\n"], 2),
            (vec!["PK,name\r", "1,a\r"], 1),
            (vec![], 1),
        ] {
            let (counter, whole) = (Arc::new(AtomicUsize::new(0)), pieces.concat());
            let mut text = refused(Box::new(Pieces(pieces, Arc::clone(&counter)))).unwrap();
            assert_eq!(counter.load(Ordering::Relaxed), asked, "{whole}");
            let mut read = String::new();
            text.read_to_string(&mut read).unwrap();
            assert_eq!(read, whole);
        }
    }
}
