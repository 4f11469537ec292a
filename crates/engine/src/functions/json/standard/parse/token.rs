//! Names, texts, numbers, words and signs.

use super::{super::number::Number, NoPath, Read, Reader};

impl<'t> Reader<'t> {
    pub(super) fn name(&mut self) -> Read<String> {
        self.space();
        if self.rest.starts_with('"') {
            return self.text();
        }
        self.identifier().map(str::to_owned).ok_or(NoPath::Malformed)
    }

    pub(super) fn identifier(&mut self) -> Option<&'t str> {
        if !self.rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            return None;
        }
        let is_part = |next: char| next.is_ascii_alphanumeric() || next == '_';
        let end = self.rest.find(|next: char| !is_part(next)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(name)
    }

    /// A quote in it is written twice.
    pub(super) fn text(&mut self) -> Read<String> {
        let mut text = String::new();
        let mut rest = self.rest.strip_prefix('"').ok_or(NoPath::Malformed)?;
        loop {
            let end = rest.find('"').ok_or(NoPath::Malformed)?;
            text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    text.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        self.rest = rest;
        Ok(text)
    }

    pub(super) fn number(&mut self) -> Read<Number> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let text = self.rest;
        let whole = digits(text);
        let mut end = whole;
        // `1..a` is no number with a point.
        if text[end..].starts_with('.') && !text[end..].starts_with("..") {
            end += 1 + digits(&text[end + 1..]);
        }
        if end == 1 && whole == 0 {
            return Err(NoPath::Malformed);
        }
        let has_point = end > whole;
        let exponent = text[end..].strip_prefix(['e', 'E']).map(|after| {
            let unsigned = after.strip_prefix(['+', '-']).unwrap_or(after);
            (after.len() - unsigned.len(), digits(unsigned))
        });
        let number = match exponent {
            Some((sign, count)) if count > 0 => {
                end += 1 + sign + count;
                text[..end].parse().ok().map(Number::Double)
            }
            _ if has_point => Number::decimal(&text[..end]),
            _ => Number::whole(&text[..end]),
        };
        self.rest = &text[end..];
        number.ok_or(NoPath::Malformed)
    }

    /// Goes behind the word if it is next.
    pub(super) fn word(&mut self, word: &str) -> bool {
        self.space();
        let before = self.rest;
        let is_next = self.identifier() == Some(word);
        if !is_next {
            self.rest = before;
        }
        is_next
    }

    pub(super) fn is_sign(&mut self, sign: &str) -> bool {
        self.space();
        self.rest.starts_with(sign)
    }

    /// Goes behind the sign if it is next.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn expect(&mut self, sign: &str) -> Read<()> {
        if self.sign(sign) { Ok(()) } else { Err(NoPath::Malformed) }
    }

    pub(super) fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\r', '\n', '\t']);
    }
}
