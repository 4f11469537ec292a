//! From keys to paths, and nowhere outside the bucket's directory.

use std::path::{Path, PathBuf};

/// What nearly every file system takes as one name.
const MAX_SEGMENT: usize = 255;

/// Why a key has no place in a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unstorable {
    #[error("it has an empty segment, or one that is '.' or '..'")]
    Segment,
    #[error("it has a segment of more than {MAX_SEGMENT} bytes")]
    Long,
    #[error("it has a character that no file name has")]
    Character,
    #[error("another object's key is a part of it, or it is a part of theirs")]
    Occupied,
}

/// The file of an object; for a key that ends in `/`, the directory.
pub(crate) fn object(bucket: &Path, key: &str) -> Result<PathBuf, Unstorable> {
    let key = key.strip_suffix('/').unwrap_or(key);
    let mut path = bucket.to_owned();
    for segment in key.split('/') {
        check(segment)?;
        path.push(segment);
    }
    Ok(path)
}

fn check(segment: &str) -> Result<(), Unstorable> {
    if segment.is_empty() || segment == "." || segment == ".." {
        return Err(Unstorable::Segment);
    }
    if segment.len() > MAX_SEGMENT {
        return Err(Unstorable::Long);
    }
    // A backslash or a colon is no part of a name on Windows, and would leave the bucket there.
    if segment.contains('\0') || cfg!(windows) && segment.contains(['\\', ':']) {
        return Err(Unstorable::Character);
    }
    Ok(())
}

/// Whether a text is one directory's name: a bucket's, or an upload's id.
pub(crate) fn is_plain_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && !text.starts_with('.')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Unstorable, is_plain_name, object};

    #[test]
    fn no_key_leaves_the_bucket() {
        let bucket = Path::new("/data/s3/b");
        assert_eq!(object(bucket, "a/b=1/c.x"), Ok(bucket.join("a/b=1/c.x")));
        for key in ["../x", "a/../../x", "/etc/passwd", "a//b", ".", "a/./b", "", "/", "a//", "../"] {
            assert_eq!(object(bucket, key), Err(Unstorable::Segment), "{key:?}");
        }
        assert_eq!(object(bucket, "a/b/"), Ok(bucket.join("a/b")));
        assert_eq!(object(bucket, &"x".repeat(256)), Err(Unstorable::Long));
        assert_eq!(object(bucket, "a\0b"), Err(Unstorable::Character));
    }

    #[test]
    fn plain_names_are_one_segment() {
        assert!(is_plain_name("tributary"));
        for bad in ["", ".", "..", "a/b", "A", ".upload"] {
            assert!(!is_plain_name(bad), "{bad:?}");
        }
    }
}
