//! What a caller is told when there is no answer: RFC 9457 `application/problem+json`.
//!
//! A problem is for the caller: it quotes what the caller wrote and names what would work. SQL, keys, the
//! engine's words and anything else of ours go to the log instead. The one exception is SQL that the caller wrote:
//! what the engine says against it is told (`execution::mistake`).

mod kind;

use serde_json::{Map, Value};

pub(crate) use kind::ProblemKind;

/// The media type of every problem.
pub(crate) const CONTENT_TYPE: &str = "application/problem+json";

/// How much of a caller's text a problem quotes, in characters.
const QUOTED: usize = 60;

/// Beyond this a text is no misspelt name.
const LONGEST_NAME: usize = 70;

/// One problem.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct Problem {
    kind: ProblemKind,
    detail: String,
    fields: Map<String, Value>,
    retry_after: Option<u32>,
    allow: Option<&'static str>,
}

impl Problem {
    /// A problem with the sentence that explains it, of [`domain::MOST_CHARACTERS`] at most.
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: domain::bounded(detail), fields: Map::new(), retry_after: None, allow: None }
    }

    /// Adds a member for programs to read.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Adds the nearest of the names that would work, or where none is near, some of them.
    pub(crate) fn suggesting<'a>(
        mut self,
        wanted: &str,
        what: &str,
        names: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        match nearest(wanted, names.clone()) {
            Some(name) => {
                self.detail.push_str(&format!(": did you mean {name:?}?"));
                self.with("suggestion", name)
            }
            None => {
                self.detail.push_str(&format!("; {what}: {}", listing(names)));
                self
            }
        }
    }

    /// Goes on with the sentence.
    pub(crate) fn adding(mut self, words: &str) -> Self {
        self.detail.push_str(words);
        self
    }

    /// Says after how many seconds the same request may succeed.
    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Says which methods the path has.
    pub(crate) fn allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.kind.parts().0
    }

    /// The value of `Retry-After`, if any.
    pub(crate) fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after
    }

    /// The value of `Allow`, if any.
    pub(crate) fn allowed_methods(&self) -> Option<&'static str> {
        self.allow
    }

    /// Whether the connection cannot go on: a rest of the request is still on its way, and nobody reads it.
    pub(crate) fn closes(&self) -> bool {
        self.kind == ProblemKind::SlowBody
    }

    /// The value of `WWW-Authenticate`, if any.
    pub(crate) fn challenge(&self) -> Option<&'static str> {
        (self.kind == ProblemKind::Unauthorized).then_some("Bearer realm=\"tributary\"")
    }

    /// The body.
    pub(crate) fn to_json(&self) -> String {
        let (status, slug, title) = self.kind.parts();
        let mut members = Map::new();
        members.insert("type".into(), format!("urn:tributary:problem:{slug}").into());
        members.insert("title".into(), title.into());
        members.insert("status".into(), status.into());
        members.insert("detail".into(), self.detail.as_str().into());
        members.extend(self.fields.clone());
        Value::Object(members).to_string()
    }

    /// Whether it is of this kind.
    pub(crate) fn is(&self, kind: ProblemKind) -> bool {
        self.kind == kind
    }

    #[cfg(test)]
    pub(crate) fn kind(&self) -> ProblemKind {
        self.kind
    }
}

/// A caller's text in double quotes, cut where it is long.
pub(crate) fn quote(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(QUOTED).collect();
    if characters.next().is_some() { format!("{:?}", start + "…") } else { format!("{start:?}") }
}

/// The candidate that was probably meant.
pub(crate) fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance is quadratic in the lengths; no name has more characters than this.
    if wanted.len() > LONGEST_NAME { None } else { domain::suggest::nearest(wanted, candidates) }
}

/// `a, b and 3 more`: names for a sentence, not too many of them.
pub(crate) fn listing<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 20;
    let names: Vec<&str> = names.into_iter().collect();
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests;
