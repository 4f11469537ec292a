//! Short names for what is compared and not kept: the SHA-256 of parts, each with its length before it, so that no
//! two lists of parts are the same bytes.

use sha2::{Digest as _, Sha256};

/// The hash so far.
#[derive(Debug, Clone)]
pub(crate) struct Digest(Sha256);

impl Digest {
    /// Nothing yet. The purpose keeps digests of different things apart.
    pub(crate) fn new(purpose: &str) -> Self {
        Self(Sha256::new()).text(purpose)
    }

    /// With these bytes.
    pub(crate) fn bytes(mut self, part: &[u8]) -> Self {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
        self
    }

    /// With this text.
    pub(crate) fn text(self, part: &str) -> Self {
        self.bytes(part.as_bytes())
    }

    /// With a text or none; none is not the empty text.
    pub(crate) fn option(self, part: Option<&str>) -> Self {
        match part {
            Some(text) => self.text("some").text(text),
            None => self.text("none"),
        }
    }

    /// With all of these.
    pub(crate) fn all<'a>(self, parts: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let counted = self.bytes(&(parts.len() as u64).to_be_bytes());
        parts.fold(counted, Self::text)
    }

    /// The first 16 bytes. That the rest is cut also keeps anybody from continuing the hash of a secret.
    pub(crate) fn finish(self) -> [u8; 16] {
        let mut short = [0; 16];
        short.copy_from_slice(&self.0.finalize()[..16]);
        short
    }

    /// [`Self::finish`] in 32 hexadecimal digits.
    pub(crate) fn hexadecimal(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart() {
        let of = |parts: &[&str]| Digest::new("test").all(parts.iter().copied()).hexadecimal();
        let all = [of(&[]), of(&[""]), of(&["a", "b"]), of(&["ab"]), of(&["a", "", "b"]), of(&["", "ab"])];
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert!(all.iter().all(|text| text.len() == 32));
        assert_ne!(Digest::new("a").finish(), Digest::new("b").finish());
        assert_ne!(Digest::new("a").option(None).finish(), Digest::new("a").option(Some("")).finish());
    }
}
