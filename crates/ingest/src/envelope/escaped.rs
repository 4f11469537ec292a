//! A notification in the body of a queue's message, read while it is still a string's text: quotes are `\"` there, and
//! line breaks `\n`. So a body is gone over once, and of all its texts only the message is unescaped, both times at once.
//!
//! This takes what SNS writes, and leaves anything else to the reader of bodies that are unescaped first.

use std::ops::Range;

use chrono::DateTime;
use domain::{json::bare, trace::TraceContext, value::rfc3339};

use super::{Parts, cloud, texts::Texts};

/// Reads the body whose characters begin at `from`, behind its quote. Answers its message, and the place behind the
/// body's closing quote; `None` if it is not a notification as SNS writes them, and the texts are as they were.
pub(super) fn notification(event: &[u8], from: usize, texts: &mut Texts) -> Option<(Parts, usize)> {
    let mark = texts.mark();
    let mut reader = Reader { event, at: from };
    let read = reader.notification(texts).and_then(|parts| Some((parts, reader.end()?)));
    if read.is_none() {
        texts.forget(mark);
    }
    read
}

/// Goes over the text of a string that is JSON.
struct Reader<'e> {
    event: &'e [u8],
    at: usize,
}

impl<'e> Reader<'e> {
    fn notification(&mut self, texts: &mut Texts) -> Option<Parts> {
        let (mut kind, mut id, mut topic, mut timestamp): (_, _, _, Option<&[u8]>) = (None, None, None, None);
        let (mut message, mut dataset, mut encoding, mut traceparent) = (None, None, None, None);
        self.object(|name, reader| {
            match name {
                b"Type" => kind = Some(reader.string()?),
                b"MessageId" => id = Some(reader.string()?),
                b"TopicArn" => topic = Some(reader.string()?),
                b"Timestamp" => timestamp = Some(reader.string()?),
                b"Message" => message = Some(reader.message(texts)?),
                b"MessageAttributes" => reader.object(|name, reader| match name {
                    b"dataset" => reader.attribute(&mut dataset),
                    b"content-encoding" => reader.attribute(&mut encoding),
                    b"traceparent" => reader.attribute(&mut traceparent),
                    // Rare, and left to the reader of what is unescaped.
                    name if cloud::is_marked(name) => None,
                    _ => reader.attribute(&mut None),
                })?,
                _ => drop(reader.string()?),
            }
            Some(())
        })?;
        let sent_at = rfc3339(timestamp?).and_then(DateTime::from_timestamp_millis)?;
        if kind? != b"Notification" {
            return None;
        }
        Some(Parts {
            id: texts.append(id?),
            sent_at,
            topic: texts.append(topic?),
            dataset: dataset.map(|dataset| texts.append(dataset)),
            encoding: encoding.map(|encoding| texts.append(encoding)),
            trace: traceparent.and_then(TraceContext::parse),
            body: message?,
            ..Parts::default()
        })
    }

    /// Takes an attribute, and its value if that has no escapes of its own.
    fn attribute(&mut self, value: &mut Option<&'e [u8]>) -> Option<()> {
        self.object(|name, reader| {
            let read = reader.string()?;
            if name == b"Value" {
                *value = Some(read);
            }
            Some(())
        })
    }

    /// Takes an object, and lets `each` take the values.
    fn object(&mut self, mut each: impl FnMut(&'e [u8], &mut Self) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            let name = self.string()?;
            self.pass(br" : ").or_else(|| self.take(b':'))?;
            each(name, self)?;
            if self.pass(br",\n  ").or_else(|| self.take(b',')).is_none() {
                return self.take(b'}');
            }
        }
    }

    /// Takes a text if it is next: one that SNS writes between what matters, which is sooner than to look at each byte.
    fn pass<const N: usize>(&mut self, wanted: &[u8; N]) -> Option<()> {
        (self.event.get(self.at..)?.first_chunk() == Some(wanted)).then(|| self.at += N)
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        self.skip_space();
        (*self.event.get(self.at)? == wanted).then(|| self.at += 1)
    }

    fn skip_space(&mut self) {
        loop {
            match self.event.get(self.at..) {
                Some([b' ', ..]) => self.at += 1,
                Some([b'\\', b'n' | b'r' | b't', ..]) => self.at += 2,
                _ => return,
            }
        }
    }

    fn quote(&mut self) -> Option<()> {
        if self.pass(br#"\""#).is_some() {
            return Some(());
        }
        self.skip_space();
        self.pass(br#"\""#)
    }

    /// Takes a string that has no escapes.
    fn string(&mut self) -> Option<&'e [u8]> {
        self.quote()?;
        let string = bare(self.event.get(self.at..)?);
        self.at += string.len();
        self.pass(br#"\""#)?;
        Some(string)
    }

    fn message(&mut self, texts: &mut Texts) -> Option<Range<usize>> {
        self.quote()?;
        let (message, end) = texts.unescape_twice(self.event, self.at)?;
        self.at = end;
        Some(message)
    }

    /// The end of the body; nothing may be before it.
    fn end(&mut self) -> Option<usize> {
        self.skip_space();
        (*self.event.get(self.at)? == b'"').then_some(self.at + 1)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::Batch;

    /// Id, topic, time, dataset, encoding, trace, body and what is wrong with it, of the only message.
    fn read(body: &str) -> Vec<String> {
        let event = format!(
            r#"{{"Records":[{{"messageId":"q","body":{body},"eventSource":"aws:sqs","eventSourceARN":"a:queue"}}]}}"#
        );
        let batch = Batch::read(event.as_bytes()).unwrap();
        batch.messages(DateTime::UNIX_EPOCH).unwrap().iter().map(|message| format!("{message:?}")).collect()
    }

    /// The same string, written so that only the other reader takes it.
    fn written_otherwise(body: &str) -> String {
        body.replacen('{', r"\u007b", 1)
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![any::<String>(), Just("Notification".to_owned()), "[ -~é\n]{0,99}"];
        let attribute = text.clone().prop_map(|value| json!({"Type": "String", "Value": value}));
        let other = prop_oneof![attribute, Just(json!(null)), Just(json!({"dataset": {"Value": "d"}}))];
        prop_oneof![3 => text.prop_map(Value::from), 1 => other]
    }

    fn traceparent() -> impl Strategy<Value = Value> {
        let valid = "00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]";
        let attribute = valid.prop_map(|value| json!({"Type": "String", "Value": value}));
        prop_oneof![3 => attribute, 1 => value()]
    }

    proptest! {
        #[test]
        fn both_readers_read_the_same(
            message in value(), kind in value(), dataset in value(), subject in value(), traceparent in traceparent(),
            pretty: bool, cut in 0_usize..4_000,
        ) {
            let whole = json!({
                "Type": "Notification", "MessageId": "m", "TopicArn": "a:t", "Message": message, "Subject": subject,
                "Timestamp": "2026-11-23T10:04:59.123Z",
                "MessageAttributes": {
                    "dataset": dataset, "content-encoding": {"Type": "String", "Value": "gzip"},
                    "traceparent": traceparent,
                },
            });
            let mut other = whole.clone();
            other["Type"] = kind;
            let mut dull = whole.clone();
            dull["Subject"] = "s".into();
            dull["MessageAttributes"]["dataset"] = json!({"Type": "String", "Value": "d"});
            for notification in [whole, other, dull] {
                let mut text = notification.to_string();
                if pretty {
                    text = serde_json::to_string_pretty(&notification).unwrap();
                }
                if let Some(cut) = text.get(..cut) {
                    text = cut.to_owned();
                }
                let body = serde_json::to_string(&text).unwrap();
                prop_assert_eq!(read(&body), read(&written_otherwise(&body)));
            }
        }
    }

    #[test]
    fn what_sns_writes_is_taken() {
        let text = "{\"a\": \"line\\nbreak \\u00f1 ñ\"}";
        let body = json!({
            "Type": "Notification", "MessageId": "m", "TopicArn": "a:t", "Message": text,
            "Timestamp": "2026-11-23T10:04:59.123Z", "MessageAttributes": {"dataset": {"Type": "String", "Value": "d"}},
        });
        let event = serde_json::to_string(&serde_json::to_string_pretty(&body).unwrap()).unwrap();
        let mut texts = super::Texts::of(event.len());
        let (parts, end) = super::notification(event.as_bytes(), 1, &mut texts).unwrap();
        assert_eq!((texts.text_at(parts.body).unwrap(), end), (text, event.len()));
    }
}
