use tempfile::TempDir;

use super::*;

fn file(directory: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn the_format_goes_by_the_name_then_by_how_the_file_begins() {
    let directory = TempDir::new().unwrap();
    for (name, bytes, format) in [
        ("a.ndjson", &b"[]"[..], Format::Ndjson),
        ("a.JSONL", b"", Format::Ndjson),
        ("a.json", b"{}\n{}", Format::Json),
        ("a.csv", b"{}", Format::Csv),
        ("a.b.log", b"{\"a\": 1}\n{\"b\"", Format::Ndjson),
        ("a", b"\xef\xbb\xbf\n {\"a\": 1}", Format::Ndjson),
        ("b", b"{\"a\": 1,\n\"b\": 2}", Format::Json),
        ("c", b"{\n}", Format::Json),
        ("d", b"\n\n[{}]", Format::Json),
        ("e", b"", Format::Ndjson),
        ("f", b"\xff\xfe[\0", Format::Json),
        ("log", b"INFO starting up\n{\"a\":1}\n", Format::Ndjson),
        ("a.tsv", b"", Format::Csv),
        ("f.zst", &zstd::bulk::compress(b"[{}]", 3).unwrap(), Format::Json),
    ] {
        let input = examine(&file(&directory, name, bytes), &How::default()).unwrap();
        assert_eq!(input.format, Some(format), "{name}");
    }
    let how = How { format: Some(Format::Csv), ..How::default() };
    let asked = examine(&file(&directory, "a.json", b"a,b"), &how).unwrap();
    assert_eq!(asked.format, Some(Format::Csv));
}

#[test]
fn what_cannot_be_read_is_told_before_anything_is_used() {
    let directory = TempDir::new().unwrap();
    for (path, words) in [
        (directory.path().join("none.json"), "none.json cannot be read: No such file"),
        (directory.path().to_owned(), "is a directory: name the files in it"),
        (file(&directory, "plain.json.gz", b"{}"), "is not gzip, although its name says so"),
        (file(&directory, "empty.zst", b""), "is not zstd"),
        (file(&directory, "text", b"a,b\n1,2\n"), "say what it is with --format"),
    ] {
        let error = examine(&path, &How::default()).unwrap_err();
        assert!(matches!(error, InputError::Wrong(_)) && error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_packed_file_is_known_by_its_first_bytes_whatever_its_name() {
    let directory = TempDir::new().unwrap();
    let packed = zstd::bulk::compress(b"{\"a\": 1}\n", 3).unwrap();
    let input = examine(&file(&directory, "a.ndjson", &packed), &How::default()).unwrap();
    let mut source = input.open(None, &Arc::default()).unwrap();
    assert!(source.fill().unwrap());
    assert_eq!(source.rest(), b"{\"a\": 1}\n");
}

#[test]
fn archives_are_named_with_what_to_do_whatever_the_file_is_called() {
    let directory = TempDir::new().unwrap();
    let tar_gz = &include_bytes!("../../../formats/tests/cases/archive_gnu.tar.gz")[..];
    let zip = &include_bytes!("../../../formats/tests/cases/archive.zip")[..];
    let mut tar = Vec::new();
    unpack::unpack_by_magic(Box::new(tar_gz)).unwrap().read_to_end(&mut tar).unwrap();
    let zstd = zstd::bulk::compress(&tar, 3).unwrap();
    let unpack_tar = "is a tar archive: unpack it (tar -xf), and name the files in it";
    for (name, bytes, words) in [
        ("a.tar", &*tar, unpack_tar),
        ("a.ndjson", &*tar, unpack_tar),
        ("a.tar.gz", tar_gz, unpack_tar),
        ("a.tgz", tar_gz, unpack_tar),
        ("a.json.gz", tar_gz, unpack_tar),
        ("a.tar.zst", &*zstd, unpack_tar),
        ("a.zip", zip, "is a zip archive"),
        ("a.json", zip, "is a zip archive"),
        ("b.json.gz", zip, "is a zip archive"),
        ("a.csv", b"PAR1\x15\x04\x15\x20", "is a Parquet file: write its rows as NDJSON, JSON or CSV first"),
    ] {
        for format in [None, Some(Format::Ndjson)] {
            let path = file(&directory, name, bytes);
            let error = examine(&path, &How { format, ..How::default() }).unwrap_err();
            assert!(matches!(error, InputError::Wrong(_)), "{name}: {error}");
            assert!(error.to_string().contains(&format!("{name} {words}")), "{name}: {error}");
        }
    }
}

/// A pipe's beginning is not known before it is read.
#[test]
fn an_archive_in_a_pipe_is_named_when_it_is_read() {
    let directory = TempDir::new().unwrap();
    let bytes = include_bytes!("../../../formats/tests/cases/archive_v7.tar.gz");
    let path = file(&directory, "bytes", bytes);
    let input = Input { kind: Kind::Pipe(path), ..examine_as_text(&directory) };
    let error = input.open(None, &Arc::default()).err().unwrap();
    assert!(error.to_string().starts_with("it is a tar archive"), "{error}");
}

/// What is known of a file of events.
fn examine_as_text(directory: &TempDir) -> Input {
    examine(&file(directory, "events.ndjson", b"{}"), &How::default()).unwrap()
}
