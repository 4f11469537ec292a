//! Where an event comes from in the trace of whoever sent it.
//!
//! A trace context comes from senders, so it is a type of a fixed size that only a valid text makes. What is not valid is
//! dropped: a bad header is no reason to refuse an event. Rules: <https://www.w3.org/TR/trace-context/> and, for X-Ray,
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Bytes of a `traceparent` of version 00.
const LENGTH: usize = 55;

/// More than any X-Ray header has: what is longer is not looked at.
const LONGEST_XRAY: usize = 512;

/// The lowest bit of the flags: whoever sent it records the trace.
const SAMPLED: u8 = 1;

/// The id of a trace: 32 lower-case hexadecimal digits, not all of them 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId([u8; 16]);

impl TraceId {
    /// Reads the 32 digits.
    pub fn parse(text: &str) -> Option<Self> {
        digits(text.as_bytes()).map(Self)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What a sender says of its trace: the trace, the span that sent the message, and whether it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TraceContext {
    trace_id: TraceId,
    parent_id: [u8; 8],
    flags: u8,
}

/// The text is no trace context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a traceparent such as 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
pub struct InvalidTraceContext;

impl TraceContext {
    /// Bytes of [`TraceContext::to_bytes`].
    pub const BYTES: usize = 25;

    /// Reads a `traceparent`. Of a version after 00 it takes what 00 has, as the recommendation asks, and leaves the rest.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (known, rest) = text.split_at_checked(LENGTH)?;
        let [v, w, b'-', known @ ..] = known else { return None };
        let [version] = bytes::<1>(&[*v, *w])?;
        let is_complete = match version {
            0 => rest.is_empty(),
            0xff => false,
            _ => rest.first().is_none_or(|next| *next == b'-'),
        };
        let (trace_id, known) = known.split_at_checked(32)?;
        let [b'-', known @ ..] = known else { return None };
        let (parent_id, known) = known.split_at_checked(16)?;
        let [b'-', flags @ ..] = known else { return None };
        let [flags] = bytes::<1>(flags)?;
        let context = Self { trace_id: TraceId(digits(trace_id)?), parent_id: digits(parent_id)?, flags };
        is_complete.then_some(context)
    }

    /// Reads the header of X-Ray: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`. One that
    /// names no parent is dropped: a trace context has one.
    pub fn of_xray(text: &[u8]) -> Option<Self> {
        if text.len() > LONGEST_XRAY {
            return None;
        }
        let (mut root, mut parent, mut flags) = (None, None, 0);
        for part in text.split(|byte| *byte == b';') {
            match part.trim_ascii() {
                [b'R', b'o', b'o', b't', b'=', value @ ..] => root = Some(value),
                [b'P', b'a', b'r', b'e', b'n', b't', b'=', value @ ..] => parent = Some(value),
                b"Sampled=1" => flags = SAMPLED,
                _ => {}
            }
        }
        let (time, unique) = root?.strip_prefix(b"1-")?.split_at_checked(8)?;
        let unique = unique.strip_prefix(b"-").filter(|unique| unique.len() == 24)?;
        let trace_id = TraceId(digits(&[time, unique].concat())?);
        Some(Self { trace_id, parent_id: digits(parent?)?, flags })
    }

    /// The trace that it belongs to.
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// Whether whoever sent it records the trace.
    pub fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// The same as bytes: trace, parent, flags.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let parts = self.trace_id.0.iter().chain(&self.parent_id).chain([&self.flags]);
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// The inverse of [`TraceContext::to_bytes`].
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Option<Self> {
        let (trace_id, rest) = bytes.split_first_chunk::<16>()?;
        let (parent_id, flags) = rest.split_first_chunk::<8>()?;
        let is_valid = *trace_id != [0; 16] && *parent_id != [0; 8];
        let context = Self { trace_id: TraceId(*trace_id), parent_id: *parent_id, flags: *flags.first()? };
        is_valid.then_some(context)
    }
}

impl fmt::Display for TraceContext {
    /// As a `traceparent` of version 00.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-", self.trace_id)?;
        self.parent_id.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, "-{:02x}", self.flags)
    }
}

impl TryFrom<String> for TraceContext {
    type Error = InvalidTraceContext;
    fn try_from(text: String) -> Result<Self, InvalidTraceContext> {
        Self::parse(text.as_bytes()).ok_or(InvalidTraceContext)
    }
}

impl From<TraceContext> for String {
    fn from(context: TraceContext) -> Self {
        context.to_string()
    }
}

/// So many bytes as lower-case hexadecimal digits, not all of them 0: what an id is.
fn digits<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    bytes(text).filter(|id| *id != [0; N])
}

/// So many bytes as lower-case hexadecimal digits, and nothing else. It is done for the id of each message.
pub(crate) fn bytes<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (to, from) in bytes.chunks_mut(4).zip(text.chunks(8)) {
        // Zeros behind them, where there are fewer.
        let mut digits = [b'0'; 8];
        digits.get_mut(..from.len())?.copy_from_slice(from);
        let length = to.len();
        to.copy_from_slice(eight(digits)?.get(..length)?);
    }
    Some(bytes)
}

/// Each byte of a word.
const EACH: u64 = 0x0101_0101_0101_0101;

/// The four bytes of eight digits, which are the bytes of one word.
fn eight(digits: [u8; 8]) -> Option<[u8; 4]> {
    let word = u64::from_le_bytes(digits);
    // Of the letters, which have bit 6, the lower four bits are 1 for a. None of these sums leaves its byte.
    let values = (word & (EACH * 15)) + 9 * ((word >> 6) & EACH);
    let letters = ((values + EACH * 6) >> 4) & EACH;
    let again = values + EACH * u64::from(b'0') + letters * u64::from(b'a' - b'0' - 10);
    if again != word || values & (EACH * 16) != 0 {
        return None;
    }
    // The value of the first digit of two goes above that of the second; then the four bytes move together.
    let pairs = ((values << 4) | (values >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | (pairs >> 8)) & 0x0000_ffff_0000_ffff;
    let [a, b, c, d, ..] = (fours | (fours >> 16)).to_le_bytes();
    Some([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of the recommendation.
    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_examples_of_the_recommendation_are_read() {
        let context = TraceContext::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(context.to_string(), EXAMPLE);
        assert_eq!(context.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(context.is_sampled());
        let unsampled = EXAMPLE.replace("-01", "-00");
        assert!(!TraceContext::parse(unsampled.as_bytes()).unwrap().is_sampled());
        // A later version: what follows is left, and what is kept is of version 00.
        for later in
            [EXAMPLE.replacen("00", "cc", 1), EXAMPLE.replacen("00", "01", 1) + "-what-the-future-is"]
        {
            assert_eq!(TraceContext::parse(later.as_bytes()).unwrap().to_string(), EXAMPLE, "{later}");
        }
    }

    #[test]
    fn what_senders_may_write_instead_is_dropped() {
        let long = format!("{EXAMPLE}-{}", "a".repeat(1 << 20));
        for bad in [
            "",
            "00",
            "00-",
            &EXAMPLE[..54],
            &format!("{EXAMPLE}-"),
            &format!("{EXAMPLE} "),
            &format!(" {EXAMPLE}"),
            &long,
            &EXAMPLE.to_uppercase(),
            &EXAMPLE.replacen("00", "ff", 1),
            &EXAMPLE.replacen("00", "0g", 1),
            &EXAMPLE.replacen("00-", "01_", 1),
            &(EXAMPLE.replacen("00", "01", 1) + "x"),
            &EXAMPLE.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &EXAMPLE.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &EXAMPLE.replace("4bf9", "4b\nf"),
            &EXAMPLE.replace("4bf9", "4bñ"),
            &EXAMPLE.replace('-', "\0"),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0\"",
            "{\"traceparent\": \"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa\"}",
        ] {
            assert_eq!(TraceContext::parse(bad.as_bytes()), None, "{bad:.80}");
        }
    }

    #[test]
    fn the_header_of_x_ray_is_the_same_trace() {
        let root = "Root=1-5759e988-bd862e3fe1be46a994272793";
        let expected = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8";
        for (header, flags) in [
            (format!("{root};Parent=53995c3f42cd8ad8;Sampled=1"), "01"),
            (format!("Sampled=0; Parent=53995c3f42cd8ad8; {root}"), "00"),
            (
                format!("Self=1-67891234-12456789abcdef012345678;{root};Parent=53995c3f42cd8ad8;Sampled=?"),
                "00",
            ),
            (format!("{root};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1|68fd508a:5"), "01"),
        ] {
            let context = TraceContext::of_xray(header.as_bytes()).map(|context| context.to_string());
            assert_eq!(context, Some(format!("{expected}-{flags}")), "{header}");
        }
        for bad in [
            String::new(),
            root.to_owned(),
            "Parent=53995c3f42cd8ad8".to_owned(),
            format!("{root};Parent=53995c3f42cd8ad"),
            format!("{root};Parent={}", "0".repeat(16)),
            format!("{root}0;Parent=53995c3f42cd8ad8"),
            "Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8".to_owned(),
            "Root=1-5759e988bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8".to_owned(),
            format!("{root};Parent=53995c3f42cd8ad8;{}", ";".repeat(LONGEST_XRAY)),
        ] {
            assert_eq!(TraceContext::of_xray(bad.as_bytes()), None, "{bad:.80}");
        }
    }

    proptest! {
        #[test]
        fn bytes_and_text_say_the_same(trace in "[0-9a-f]{32}", parent in "[0-9a-f]{16}", flags in "[0-9a-f]{2}") {
            let text = format!("00-{trace}-{parent}-{flags}");
            let context = TraceContext::parse(text.as_bytes());
            let is_id = |digits: &str| digits.bytes().any(|digit| digit != b'0');
            prop_assert_eq!(context.is_some(), is_id(&trace) && is_id(&parent));
            if let Some(context) = context {
                prop_assert_eq!(context.to_string(), text.clone());
                prop_assert_eq!(TraceContext::from_bytes(context.to_bytes()), Some(context));
                let json = serde_json::to_string(&context).unwrap();
                prop_assert_eq!(&json, &format!("\"{text}\""));
                prop_assert_eq!(serde_json::from_str::<TraceContext>(&json).unwrap(), context);
            }
        }

        #[test]
        fn no_bytes_are_too_much_for_it(bytes: Vec<u8>) {
            let _none = (TraceContext::parse(&bytes), TraceContext::of_xray(&bytes));
        }
    }

    #[test]
    fn each_byte_at_each_place_is_a_digit_or_none() {
        for place in 0..8 {
            for byte in 0..=u8::MAX {
                let mut text = *b"1a2b9f0e";
                text[place] = byte;
                let is_digit = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                let read = |text: &str| u32::from_str_radix(text, 16).unwrap().to_be_bytes();
                let expected = is_digit.then(|| read(std::str::from_utf8(&text).unwrap()));
                assert_eq!(eight(text), expected, "{byte} at {place}");
                assert_eq!(bytes::<4>(&text), expected);
            }
        }
        assert_eq!(bytes::<5>(b"00ff10a501"), Some([0, 255, 16, 165, 1]));
        assert_eq!((bytes::<1>(b"7f"), bytes::<1>(b"7"), bytes::<1>(b"7F")), (Some([127]), None, None));
    }

    #[test]
    fn no_context_has_an_id_of_zeros() {
        assert_eq!(TraceContext::from_bytes([0; TraceContext::BYTES]), None);
    }
}
