//! The sender's object, and CloudEvents 1.0 in structured form: where the fields of an event are.

use std::borrow::Cow;

use super::Rejection;
use crate::{
    json::{Fields, InvalidObject, Raw, Scanner},
    trace::TraceContext,
};

/// An event's object. Of a CloudEvent the columns are looked for in its `data` first, then among its attributes.
///
/// Whether an object is a CloudEvent is decided by nothing but the object, so that whoever reads it later decides
/// the same: it has `specversion`, `id`, `source` and `type`, and all four are strings.
#[derive(Debug)]
pub struct Event<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) data: Option<Fields<'a>>,
    cloud_event: Option<CloudEvent<'a>>,
}

/// The attributes of a CloudEvent that the lake goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudEvent<'a> {
    version: Cow<'a, str>,
    id: Cow<'a, str>,
    source: Cow<'a, str>,
    /// Its `type`.
    pub kind: Cow<'a, str>,
}

impl<'a> Event<'a> {
    /// Reads one JSON object and nothing after it.
    pub fn parse(text: &'a str) -> Result<Self, InvalidObject> {
        let fields = Fields::parse(text)?;
        Self::new(fields)
    }

    /// Takes the next value, which has to be an object.
    pub fn scan(scanner: &mut Scanner<'a>) -> Result<Self, InvalidObject> {
        let fields = Fields::scan(scanner)?;
        Self::new(fields)
    }

    fn new(fields: Fields<'a>) -> Result<Self, InvalidObject> {
        let cloud_event = CloudEvent::read(&fields);
        let data = match (&cloud_event, fields.get(DATA)) {
            (Some(_), Some(data)) if data.text().starts_with('{') => Some(Fields::parse(data.text())?),
            _ => None,
        };
        Ok(Self { fields, data, cloud_event })
    }

    /// The CloudEvent, if it is one.
    pub fn cloud_event(&self) -> Option<&CloudEvent<'a>> {
        self.cloud_event.as_ref()
    }

    /// The trace that a CloudEvent says it is of, by the extension for distributed tracing. One that is not valid is none.
    pub fn trace(&self) -> Option<TraceContext> {
        self.cloud_event.as_ref()?;
        let text = self.fields.get("traceparent").and_then(Raw::string)?;
        TraceContext::parse(text.as_bytes())
    }

    /// The value of a field, and where it is; with the place where it is expected it is found at once.
    pub(super) fn find(&self, field: &str, expected: usize) -> Option<(usize, Raw<'a>)> {
        let found = self.data.as_ref().and_then(|data| data.find(field, expected));
        found.or_else(|| self.fields.find(field, expected))
    }
}

/// The attribute that holds what happened.
pub(super) const DATA: &str = "data";

impl<'a> CloudEvent<'a> {
    fn read(fields: &Fields<'a>) -> Option<Self> {
        let string = |name| fields.get(name).and_then(Raw::string);
        let version = string("specversion")?;
        Some(Self { version, id: string("id")?, source: string("source")?, kind: string("type")? })
    }

    /// What the specification asks for, as far as the identity depends on it.
    pub(super) fn check(&self) -> Result<&Self, Rejection> {
        let wrong = if self.version != "1.0" {
            "specversion is not 1.0, the one that is supported"
        } else if self.id.is_empty() {
            "id is empty"
        } else if self.source.is_empty() || self.source.contains(char::is_whitespace) {
            "source is not a URI-reference"
        } else {
            return Ok(self);
        };
        Err(Rejection::CloudEvent(wrong))
    }

    /// Source and id, which together name the event. No source has a space, so no two of them make one text, and
    /// none makes that of a message id and a position.
    pub(super) fn identity(&self) -> String {
        format!("{} {}", self.source, self.id)
    }
}
