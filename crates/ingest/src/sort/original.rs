//! What is kept of what is refused.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    event::Rejection,
    quarantine::{self, Holds, Kind},
};

use crate::message::Message;

/// Why an event is rejected: what kind of reason it is, for who counts, and in words.
#[derive(Debug)]
pub(super) struct Reason(pub(super) Kind, pub(super) String);

impl From<Rejection> for Reason {
    fn from(rejection: Rejection) -> Self {
        Self(rejection.kind(), rejection.to_string())
    }
}

/// What is kept of a rejected event.
#[derive(Clone, Copy)]
pub(super) struct Original<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) holds: Holds,
    /// Not unpacked.
    pub(super) as_it_came: bool,
    /// Refused for where it came from.
    pub(super) untrusted: bool,
}

impl<'b> Original<'b> {
    /// All of a message, as it came.
    pub(super) fn message(message: &Message<'b>) -> Self {
        Self { bytes: message.body, holds: message.holds, as_it_came: true, untrusted: false }
    }

    /// A part of an unpacked message.
    pub(super) fn part(bytes: &'b [u8], holds: Holds) -> Self {
        Self { bytes, holds, as_it_came: false, untrusted: false }
    }

    pub(super) fn text(self) -> quarantine::Original {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => quarantine::Original::Text(text.to_owned()),
            Err(_) => quarantine::Original::Base64(STANDARD.encode(self.bytes)),
        }
    }
}

/// The longest message id, ARN, topic and attribute, in bytes: twice what AWS has for the first two, and eight times
/// what a dataset's name may have.
const MAX_NAME: usize = 512;

/// Why the names around a message are not kept with each of its events.
pub(super) fn too_long(message: &Message<'_>) -> Option<String> {
    let names = [
        ("message id", Some(message.id)),
        ("topic", Some(message.topic)),
        ("topic's ARN", message.arn),
        ("attribute \"dataset\"", message.dataset),
        ("attribute \"content-encoding\"", message.encoding),
    ];
    names.into_iter().find_map(|(what, text)| {
        let length = text.map(str::len).filter(|length| *length > MAX_NAME)?;
        Some(format!("the {what} has {length} bytes: at most {MAX_NAME} are taken"))
    })
}
