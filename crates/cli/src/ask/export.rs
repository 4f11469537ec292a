//! All rows of an answer into a file, page by page: however many they are, a page of them is in memory.

use std::{
    fs::Permissions,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

use super::Form;
use crate::failure::Failure;

/// A file that appears under its name when it is complete, and not at all if the export breaks off.
pub(super) struct Export {
    file: NamedTempFile,
    path: PathBuf,
    form: Form,
    pages: u64,
}

impl Export {
    /// Opens it beside where it is to be.
    pub(super) fn open(path: &Path, form: Form) -> Result<Self, Failure> {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        // As any other file that a person writes: less what the umask takes.
        let permissions = Permissions::from_mode(0o666);
        let file = Builder::new().permissions(permissions).tempfile_in(directory.unwrap_or(Path::new(".")));
        Ok(Self { file: file.map_err(Failure::Output)?, path: path.to_owned(), form, pages: 0 })
    }

    /// Appends a page, which is a whole document of its form: of CSV, every page but the first without its header.
    pub(super) fn push(&mut self, page: &[u8]) -> Result<(), Failure> {
        let from = if self.form == Form::Csv && self.pages > 0 { header(page) } else { 0 };
        self.pages += 1;
        self.file.write_all(&page[from..]).map_err(Failure::Output)
    }

    /// Gives it its name, in place of a file that has it.
    pub(super) fn finish(self) -> Result<(), Failure> {
        self.file.as_file().sync_all().map_err(Failure::Output)?;
        self.file.persist(&self.path).map_err(|error| Failure::Output(error.error))?;
        Ok(())
    }
}

/// The bytes of the first line of CSV, its line break included. A name in quotes may have one in it.
fn header(csv: &[u8]) -> usize {
    let mut quoted = false;
    let end = csv.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b'\n' && !quoted
    });
    end.map_or(csv.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exported(form: Form, pages: &[&str]) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows");
        let mut export = Export::open(&path, form).unwrap();
        for page in pages {
            export.push(page.as_bytes()).unwrap();
        }
        assert!(!path.exists(), "it appears when it is complete");
        export.finish().unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn pages_become_one_document() {
        assert_eq!(
            exported(Form::Csv, &["a,b\r\n1,2\r\n", "a,b\r\n3,4\r\n", "a,b\r\n"]),
            "a,b\r\n1,2\r\n3,4\r\n"
        );
        let strange = "\"a\r\n\"\"x\",b\r\n";
        assert_eq!(
            exported(Form::Csv, &[&format!("{strange}1,2\r\n"), &format!("{strange}3,4\r\n")]),
            format!("{strange}1,2\r\n3,4\r\n")
        );
        assert_eq!(exported(Form::Ndjson, &["{\"a\":1}\n", "{\"a\":2}\n"]), "{\"a\":1}\n{\"a\":2}\n");
    }

    #[test]
    fn what_breaks_off_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.csv");
        std::fs::write(&path, "before").unwrap();
        let mut export = Export::open(&path, Form::Csv).unwrap();
        export.push(b"a\r\n1\r\n").unwrap();
        drop(export);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
