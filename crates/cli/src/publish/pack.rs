//! Events into messages, and messages into requests, within SNS's limits.

use std::{collections::VecDeque, mem, str::FromStr};

use super::{partitions::Partitions, place::Place};

/// SNS's limit of a message with its attributes, and of all messages of a request together.
pub(super) const MAX_BYTES: usize = 256 << 10;
/// SNS's limit of messages in a request.
pub(super) const MAX_ENTRIES: usize = 10;

/// The size of a packed message, its attributes included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PackSize(pub(crate) usize);

impl FromStr for PackSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, factor) = text.strip_suffix("KiB").map_or((text, 1), |digits| (digits, 1 << 10));
        let bytes = digits.parse::<usize>().ok().and_then(|number| number.checked_mul(factor));
        match bytes {
            Some(bytes) if (1 << 10..=MAX_BYTES).contains(&bytes) => Ok(Self(bytes)),
            _ => Err("expected a size from 1KiB to 256KiB, for example 64KiB".to_owned()),
        }
    }
}

/// An event that was read.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) text: String,
    /// Where it was found.
    pub(super) input: usize,
    pub(super) line: u64,
    /// The place behind it.
    pub(super) end: Place,
}

/// One message, of one event or of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) text: String,
    pub(super) events: u64,
    /// Where the first event was found.
    pub(super) input: usize,
    pub(super) line: u64,
    /// The place behind the last one.
    pub(super) end: Place,
}

/// What goes to SNS at once.
pub(super) type Request = Vec<Message>;

/// Gathers events.
#[derive(Debug)]
pub(super) struct Packer {
    /// The largest packed message, without its attributes; nothing is packed without it.
    most: Option<usize>,
    /// The bytes of a message's attributes.
    attributes: usize,
    /// Of the message that is being packed, where the lake's definition says them.
    partitions: Option<Partitions>,
    message: Option<Message>,
    request: Request,
    request_bytes: usize,
}

impl Packer {
    pub(super) fn new(size: Option<PackSize>, attributes: usize) -> Self {
        let most = size.map(|PackSize(bytes)| bytes.saturating_sub(attributes));
        Self { most, attributes, partitions: None, message: None, request: Vec::new(), request_bytes: 0 }
    }

    /// Begins another message also where one would have too many partitions.
    pub(super) fn within(self, partitions: Option<Partitions>) -> Self {
        Self { partitions, ..self }
    }

    /// Takes an event; requests that are full go to `ready`.
    pub(super) fn push(&mut self, event: Event, ready: &mut VecDeque<Request>) {
        let Event { text, input, line, end } = event;
        let Some(most) = self.most else {
            self.close(Message { text, events: 1, input, line, end }, ready);
            return;
        };
        let partition = self.partitions.as_ref().and_then(|partitions| partitions.of(&text));
        let has_room =
            self.partitions.as_ref().is_none_or(|partitions| partitions.has_room(partition.as_ref()));
        match &mut self.message {
            // A comma before it, and a bracket behind it.
            Some(open) if has_room && open.text.len() + text.len() + 2 <= most => {
                open.text.push(',');
                open.text.push_str(&text);
                open.events += 1;
                open.end = end;
            }
            _ => {
                self.close_open(ready);
                self.message = Some(Message { text: format!("[{text}"), events: 1, input, line, end });
            }
        }
        if let Some(partitions) = &mut self.partitions {
            partitions.add(partition);
        }
    }

    /// Hands out what there is, full or not.
    pub(super) fn flush(&mut self, ready: &mut VecDeque<Request>) {
        self.close_open(ready);
        self.hand_out(ready);
    }

    /// Whether there is something that waits for more.
    pub(super) fn holds_some(&self) -> bool {
        self.message.is_some() || !self.request.is_empty()
    }

    /// The message that is being packed is complete. One event needs no array.
    fn close_open(&mut self, ready: &mut VecDeque<Request>) {
        let Some(mut message) = self.message.take() else { return };
        if let Some(partitions) = &mut self.partitions {
            partitions.clear();
        }
        if message.events == 1 {
            message.text.remove(0);
        } else {
            message.text.push(']');
        }
        self.close(message, ready);
    }

    /// A complete message goes into the request.
    fn close(&mut self, message: Message, ready: &mut VecDeque<Request>) {
        let bytes = message.text.len() + self.attributes;
        if self.request_bytes + bytes > MAX_BYTES {
            self.hand_out(ready);
        }
        self.request.push(message);
        self.request_bytes += bytes;
        if self.request.len() == MAX_ENTRIES {
            self.hand_out(ready);
        }
    }

    fn hand_out(&mut self, ready: &mut VecDeque<Request>) {
        self.request_bytes = 0;
        let request = mem::take(&mut self.request);
        if !request.is_empty() {
            ready.push_back(request);
        }
    }
}

#[cfg(test)]
mod tests;
