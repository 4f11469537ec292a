//! What is to be published, looked at before anything is sent.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{error::PublishError, pack::PackSize};
use crate::inputs::{self, How, Input};

/// Looks at every input.
pub(super) fn examine(paths: &[PathBuf], how: &How) -> Result<Vec<Input>, PublishError> {
    if paths.iter().filter(|path| inputs::is_stdin(path)).count() > 1 {
        return Err(PublishError::Wrong("standard input (-) is named twice: it can be read once".to_owned()));
    }
    let mut examined = Vec::with_capacity(paths.len());
    for path in paths {
        if is_size(path) {
            let name = path.display();
            return Err(PublishError::Wrong(format!(
                "{name} does not exist: if it is the size of a message, write --pack={name}"
            )));
        }
        examined.push(inputs::examine(path, how)?);
    }
    Ok(examined)
}

/// Whether it is no file and looks like a size: of `--pack 64KiB` the size is taken for a file.
fn is_size(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.parse::<PackSize>().is_ok())
        && path.metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn what_cannot_be_published_is_told_before_anything_is() {
        let directory = TempDir::new().unwrap();
        let good = directory.path().join("a.json");
        std::fs::write(&good, "{}").unwrap();
        let stdin = || PathBuf::from("-");
        for (paths, words) in [
            (
                vec![good.clone(), directory.path().join("none.json")],
                "none.json cannot be read: No such file",
            ),
            (vec![good.clone(), "64KiB".into()], "write --pack=64KiB"),
            (vec![stdin(), good, stdin()], "named twice"),
        ] {
            let error = examine(&paths, &How::default()).unwrap_err();
            assert!(error.is_wrong_input() && error.to_string().contains(words), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_called_like_a_size_is_a_file() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("2048");
        std::fs::write(&path, "{}").unwrap();
        assert_eq!(examine(&[path], &How::default()).unwrap().len(), 1);
    }
}
