//! The attributes of a message, as SNS and SQS write them.

use std::ops::Range;

use domain::{
    json::{Cursor, Fault, Span},
    trace::TraceContext,
};

use super::{
    cloud::{self, Attribute},
    members::{object, string},
    texts::Texts,
};

/// The values of the attributes that matter.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) dataset: Option<Span>,
    pub(super) encoding: Option<Span>,
    traceparent: Option<Span>,
    /// Those of a CloudEvent in binary mode.
    pub(super) cloud: Vec<Attribute>,
}

impl Attributes {
    /// Takes an object of attributes, of which each has its value under this name.
    pub(super) fn read(event: &[u8], cursor: &mut Cursor<'_>, value: &[u8]) -> Result<Self, Fault> {
        let mut found = Self::default();
        object(event, cursor, |name, cursor| {
            let (of_event, mut other) = (cloud::name(name), None);
            let attribute = match name {
                b"dataset" => &mut found.dataset,
                b"content-encoding" => &mut found.encoding,
                b"traceparent" => &mut found.traceparent,
                _ if of_event.is_some() => &mut other,
                _ => return cursor.pass(),
            };
            if cursor.peek() != Some(b'{') {
                return cursor.pass();
            }
            object(event, cursor, |name, cursor| {
                if name == value { string(cursor).map(|span| *attribute = span) } else { cursor.pass() }
            })?;
            if let (Some(name), Some(span)) = (of_event, other) {
                found.cloud.push((name.to_vec(), span));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The trace that the message was sent in. What is not valid is none; so is what has escapes.
    pub(super) fn trace(&self, of: &[u8]) -> Option<TraceContext> {
        self.traceparent.as_ref().and_then(|traceparent| TraceContext::parse(traceparent.bare(of)))
    }

    /// Dataset and encoding, among the texts.
    pub(super) fn texts(self, of: &[u8], texts: &mut Texts) -> (Option<Range<usize>>, Option<Range<usize>>) {
        let dataset = self.dataset.map(|dataset| texts.string(of, dataset));
        (dataset, self.encoding.map(|encoding| texts.string(of, encoding)))
    }
}
