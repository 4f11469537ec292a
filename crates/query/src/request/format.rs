//! The formats an answer can have, and which of them a caller wants.

use crate::problem::{Problem, ProblemKind, quote};

/// The format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// An array of records.
    Json,
    /// An object of columns, each an object of values by row number: pandas' `orient="columns"`.
    Columns,
    /// RFC 4180.
    Csv,
    /// Records, each a line.
    NdJson,
    /// A Parquet file.
    #[cfg(feature = "columnar")]
    Parquet,
    /// Arrow's IPC stream.
    #[cfg(feature = "columnar")]
    Arrow,
}

const AVAILABLE: &[(&str, Format)] = &[
    ("json", Format::Json),
    ("columns", Format::Columns),
    ("csv", Format::Csv),
    ("ndjson", Format::NdJson),
    #[cfg(feature = "columnar")]
    ("parquet", Format::Parquet),
    #[cfg(feature = "columnar")]
    ("arrow", Format::Arrow),
];

/// The media types that `Accept` chooses from, the preferred ones first. `columns` has none of its own, and `ndjson`
/// has two names, neither of them registered.
const BY_MEDIA_TYPE: &[(&str, &str, Format)] = &[
    ("application", "json", Format::Json),
    ("text", "csv", Format::Csv),
    ("application", "x-ndjson", Format::NdJson),
    ("application", "jsonl", Format::NdJson),
    #[cfg(feature = "columnar")]
    ("application", "vnd.apache.parquet", Format::Parquet),
    #[cfg(feature = "columnar")]
    ("application", "vnd.apache.arrow.stream", Format::Arrow),
];

impl Format {
    /// The `Content-Type`.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json | Self::Columns => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::NdJson => "application/x-ndjson",
            #[cfg(feature = "columnar")]
            Self::Parquet => "application/vnd.apache.parquet",
            #[cfg(feature = "columnar")]
            Self::Arrow => "application/vnd.apache.arrow.stream",
        }
    }

    /// Whether bodies become shorter by compression: Parquet has its own within.
    pub(crate) fn is_compressible(self) -> bool {
        match self {
            Self::Json | Self::Columns | Self::Csv | Self::NdJson => true,
            #[cfg(feature = "columnar")]
            Self::Arrow => true,
            #[cfg(feature = "columnar")]
            Self::Parquet => false,
        }
    }

    /// The names of all.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        AVAILABLE.iter().map(|(name, _)| *name)
    }

    /// The media types of all, each once.
    pub(crate) fn media_types() -> impl Iterator<Item = &'static str> {
        let others = AVAILABLE.iter().map(|(_, format)| *format).filter(|format| *format != Self::Columns);
        others.map(|format| format.content_type().split(';').next().unwrap_or_default())
    }

    /// Its name as the parameter `format` has it.
    pub(crate) fn name(self) -> &'static str {
        AVAILABLE.iter().find(|(_, format)| *format == self).map_or("json", |(name, _)| name)
    }

    /// The format of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        AVAILABLE.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// What the caller wants: the parameter `format` if there is one, else the best that `Accept` allows.
    pub(crate) fn choose(parameter: Option<&str>, accept: Option<&str>) -> Result<Self, Problem> {
        Self::choose_of(parameter, accept, |_| true)
    }

    /// The same of the formats that the caller may have. If `Accept` allows none of these, it is the best of all, so that
    /// the caller can be told which there are.
    pub(crate) fn choose_of(
        parameter: Option<&str>,
        accept: Option<&str>,
        may_have: impl Fn(Self) -> bool,
    ) -> Result<Self, Problem> {
        if let Some(name) = parameter {
            return Self::named(name);
        }
        let accept = accept.unwrap_or("*/*");
        best(accept, may_have).or_else(|| best(accept, |_| true)).ok_or_else(|| not_acceptable(accept))
    }

    fn named(name: &str) -> Result<Self, Problem> {
        let names = AVAILABLE.iter().map(|(known, _)| *known);
        if let Some((_, format)) = AVAILABLE.iter().find(|(known, _)| *known == name) {
            return Ok(*format);
        }
        Err(Problem::new(ProblemKind::InvalidValue, format!("unknown format {}", quote(name)))
            .with("parameter", "format")
            .suggesting(name, "available", names))
    }
}

/// Picks by RFC 9110: for each format the most specific range that matches it says how much it is wanted.
fn best(accept: &str, may_have: impl Fn(Format) -> bool) -> Option<Format> {
    let ranges: Vec<(&str, &str, f32)> = accept.split(',').filter_map(range).collect();
    let wanted = |kind: &str, subtype: &str| {
        ranges
            .iter()
            .filter_map(|(range_kind, range_subtype, quality)| {
                let specific = match (*range_kind, *range_subtype) {
                    ("*", "*") => 0,
                    (k, "*") if k.eq_ignore_ascii_case(kind) => 1,
                    (k, s) if k.eq_ignore_ascii_case(kind) && s.eq_ignore_ascii_case(subtype) => 2,
                    _ => return None,
                };
                Some((specific, *quality))
            })
            .max_by_key(|(specific, _)| *specific)
            .map_or(0.0, |(_, quality)| quality)
    };
    let mut best: Option<(f32, Format)> = None;
    // Last, since it shares its media type: for who may have no other JSON.
    let columns = ("application", "json", Format::Columns);
    let all = BY_MEDIA_TYPE.iter().copied().chain([columns]);
    for (kind, subtype, format) in all.filter(|(_, _, format)| may_have(*format)) {
        let quality = wanted(kind, subtype);
        if quality > best.map_or(0.0, |(known, _)| known) {
            best = Some((quality, format));
        }
    }
    best.map(|(_, format)| format)
}

fn not_acceptable(accept: &str) -> Problem {
    let available: Vec<String> =
        BY_MEDIA_TYPE.iter().map(|(kind, subtype, _)| format!("{kind}/{subtype}")).collect();
    let detail = format!(
        "Accept {} allows none of the formats available: {}, and format=columns",
        quote(accept),
        available.join(", ")
    );
    Problem::new(ProblemKind::NotAcceptable, detail).with("available", available)
}

/// One media range with its quality. One that does not parse asks for nothing.
fn range(text: &str) -> Option<(&str, &str, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let (kind, subtype) = parts.next()?.split_once('/')?;
    let quality = parts
        .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
        .map_or(Some(1.0), |text| text.parse().ok().filter(|quality| (0.0..=1.0).contains(quality)))?;
    Some((kind, subtype, quality))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn accepts(accept: &str, format: Format) {
        assert_eq!(Format::choose(None, Some(accept)), Ok(format), "{accept}");
    }

    #[test]
    fn accept_is_weighed() {
        accepts("*/*", Format::Json);
        accepts("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Format::Json);
        accepts("application/*", Format::Json);
        accepts("text/*", Format::Csv);
        accepts("Text/CSV", Format::Csv);
        accepts("application/json;q=0.5, text/csv", Format::Csv);
        accepts("*/*, application/json;q=0", Format::Csv);
        accepts("application/x-ndjson", Format::NdJson);
        accepts("application/jsonl, application/json;q=0.9", Format::NdJson);
        for none in ["application/vnd.apache.orc", "", "json", "application/json;q=0", "text/csv;q=2"] {
            let problem = Format::choose(None, Some(none)).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::NotAcceptable, "{none}");
        }
    }

    #[test]
    fn a_caller_gets_what_it_may_have_of_what_it_accepts() {
        let choose = |accept, allowed: &[Format]| {
            Format::choose_of(None, accept, |format| allowed.contains(&format)).unwrap()
        };
        for any in [None, Some("*/*"), Some("text/html, */*;q=0.1")] {
            assert_eq!(choose(any, &[Format::Csv]), Format::Csv);
            assert_eq!(choose(any, &[Format::NdJson, Format::Csv]), Format::Csv);
            assert_eq!(choose(any, &[Format::Columns]), Format::Columns);
            assert_eq!(choose(any, &[Format::Columns, Format::Json]), Format::Json);
            // Nothing at all: told so by who knows the key.
            assert_eq!(choose(any, &[]), Format::Json);
        }
        assert_eq!(choose(Some("application/json"), &[Format::Csv]), Format::Json, "which is then refused");
        assert_eq!(choose(Some("application/json, text/csv;q=0.1"), &[Format::Csv]), Format::Csv);
        let named = Format::choose_of(Some("json"), None, |format| format == Format::Csv);
        assert_eq!(named, Ok(Format::Json), "which is then refused");
    }

    #[test]
    fn the_parameter_decides_before_accept() {
        assert_eq!(Format::choose(Some("columns"), Some("text/csv")), Ok(Format::Columns));
        assert_eq!(Format::choose(None, None), Ok(Format::Json));
        let unknown = Format::choose(Some("jsn"), None).unwrap_err();
        assert_eq!(unknown.to_string(), "unknown format \"jsn\": did you mean \"json\"?");
    }

    #[test]
    fn every_format_is_found_by_its_name_and_its_media_type() {
        for &(name, format) in AVAILABLE {
            assert_eq!(Format::choose(Some(name), None), Ok(format));
            assert_eq!(format.is_compressible(), name != "parquet");
            if format != Format::Columns {
                let (media_type, _) =
                    format.content_type().split_once(';').unwrap_or((format.content_type(), ""));
                accepts(media_type, format);
            }
        }
        assert_eq!(AVAILABLE.len(), if cfg!(feature = "columnar") { 6 } else { 4 });
    }
}
