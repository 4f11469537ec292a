//! JSON text as tokens, one after the other, as the parser that Trino uses (Jackson) reads it: what is behind a token is not
//! looked at before it is asked for. Nothing here descends on the stack.

use std::borrow::Cow;

/// How deep arrays and objects may be within each other. It is Jackson's own bound.
const MAX_DEPTH: usize = 1_000;

/// The text is no JSON from here on, or is nested too deep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::functions) struct Malformed;

/// A token. Texts and names are what is between the quotes, as it is written: see [`unescaped`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::functions) enum Token<'d> {
    StartObject,
    EndObject,
    StartArray,
    EndArray,
    Name(&'d str),
    Text(&'d str),
    Integer(&'d str),
    /// A number with a point or an exponent.
    Float(&'d str),
    True,
    False,
    Null,
}

impl Token<'_> {
    /// Whether further tokens belong to its value.
    pub(in crate::functions) fn is_start(self) -> bool {
        matches!(self, Self::StartObject | Self::StartArray)
    }
}

/// The tokens of a text.
#[derive(Debug, Clone)]
pub(in crate::functions) struct Tokens<'d> {
    text: &'d str,
    at: usize,
    /// Whether what is open is an object, from the outermost on.
    open: Vec<bool>,
    awaits: Awaits,
}

/// What may come within an array or an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaits {
    /// A first element or name, or the end.
    First,
    /// A comma, or the end.
    More,
    /// The value of a name.
    Value,
}

impl<'d> Tokens<'d> {
    pub(in crate::functions) fn new(text: &'d str) -> Self {
        Self { text, at: 0, open: Vec::new(), awaits: Awaits::More }
    }

    /// How many bytes of the text are behind the last token.
    pub(in crate::functions) fn at(&self) -> usize {
        self.at
    }

    /// The next token; `None` at the end of the text. Several values may stand side by side.
    pub(in crate::functions) fn next(&mut self) -> Result<Option<Token<'d>>, Malformed> {
        self.space();
        let Some(mut byte) = self.peek() else {
            return if self.open.is_empty() { Ok(None) } else { Err(Malformed) };
        };
        if let Some(is_object) = self.open.last().copied()
            && self.awaits != Awaits::Value
        {
            let end = if is_object { b'}' } else { b']' };
            if byte == end {
                self.at += 1;
                self.open.pop();
                self.awaits = Awaits::More;
                return Ok(Some(if is_object { Token::EndObject } else { Token::EndArray }));
            }
            if self.awaits == Awaits::More {
                if byte != b',' {
                    return Err(Malformed);
                }
                self.at += 1;
                self.space();
                byte = self.peek().ok_or(Malformed)?;
            }
            if is_object {
                let name = self.string()?;
                self.space();
                if self.peek() != Some(b':') {
                    return Err(Malformed);
                }
                self.at += 1;
                self.awaits = Awaits::Value;
                return Ok(Some(Token::Name(name)));
            }
        }
        self.value(byte).map(Some)
    }

    /// The next token, which has to be there.
    pub(in crate::functions) fn expect(&mut self) -> Result<Token<'d>, Malformed> {
        self.next()?.ok_or(Malformed)
    }

    /// Goes to the end of the value that begins with the last token.
    pub(in crate::functions) fn skip(&mut self, last: Token<'d>) -> Result<(), Malformed> {
        if !last.is_start() {
            return Ok(());
        }
        let depth = self.open.len();
        while self.open.len() >= depth {
            self.expect()?;
        }
        Ok(())
    }

    fn value(&mut self, first: u8) -> Result<Token<'d>, Malformed> {
        let token = match first {
            b'{' => return self.enter(true),
            b'[' => return self.enter(false),
            b'"' => Token::Text(self.string()?),
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word("true", Token::True)?,
            b'f' => self.word("false", Token::False)?,
            b'n' => self.word("null", Token::Null)?,
            _ => return Err(Malformed),
        };
        self.awaits = Awaits::More;
        Ok(token)
    }

    fn enter(&mut self, is_object: bool) -> Result<Token<'d>, Malformed> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Malformed);
        }
        self.at += 1;
        self.open.push(is_object);
        self.awaits = Awaits::First;
        Ok(if is_object { Token::StartObject } else { Token::StartArray })
    }

    fn word(&mut self, word: &str, token: Token<'d>) -> Result<Token<'d>, Malformed> {
        let rest = self.rest().strip_prefix(word).ok_or(Malformed)?;
        let goes_on = |next: char| next.is_alphanumeric() || next == '_' || next == '$';
        if rest.starts_with(goes_on) {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(token)
    }

    fn number(&mut self) -> Result<Token<'d>, Malformed> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let digits = self.digits()?;
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(Malformed);
        }
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            is_whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_whole = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let is_apart = matches!(self.peek(), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
        if self.open.is_empty() && !is_apart {
            return Err(Malformed);
        }
        let text = self.text.get(start..self.at).ok_or(Malformed)?;
        Ok(if is_whole { Token::Integer(text) } else { Token::Float(text) })
    }

    /// At least one.
    fn digits(&mut self) -> Result<&'d str, Malformed> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.text.get(start..self.at).filter(|digits| !digits.is_empty()).ok_or(Malformed)
    }

    /// What is between the quotes.
    fn string(&mut self) -> Result<&'d str, Malformed> {
        if self.peek() != Some(b'"') {
            return Err(Malformed);
        }
        let start = self.at + 1;
        self.at = start;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                None | Some(0..0x20) => return Err(Malformed),
                Some(_) => self.at += 1,
            }
        }
        let text = self.text.get(start..self.at).ok_or(Malformed)?;
        self.at += 1;
        Ok(text)
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = bytes.get(self.at + 2..self.at + 6).ok_or(Malformed)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Malformed);
                }
                self.at += 6;
            }
            _ => return Err(Malformed),
        }
        Ok(())
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'d str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

/// The text that is written so. `None`: there is half of a surrogate pair in it, which no UTF-8 has.
pub(in crate::functions) fn unescaped(written: &str) -> Option<Cow<'_, str>> {
    read(written, None)
}

/// The same, with `?` for half of a surrogate pair, as Java encodes it.
pub(in crate::functions) fn shown(written: &str) -> Cow<'_, str> {
    read(written, Some('?')).unwrap_or_default()
}

fn read(written: &str, half: Option<char>) -> Option<Cow<'_, str>> {
    if !written.contains('\\') {
        return Some(Cow::Borrowed(written));
    }
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let simple = match escape.bytes().next() {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let (character, length) = unicode(escape);
                text.push(character.or(half)?);
                rest = escape.get(length..).unwrap_or_default();
                continue;
            }
            Some(other) => char::from(other),
            None => return Some(Cow::Owned(text)),
        };
        text.push(simple);
        rest = escape.get(1..).unwrap_or_default();
    }
    text.push_str(rest);
    Some(Cow::Owned(text))
}

/// The character of an escape that begins with its `u`, and how many bytes the escape has; with that of the second half if
/// there is one.
fn unicode(escape: &str) -> (Option<char>, usize) {
    let unit =
        |from: usize| escape.get(from..from + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let first = unit(1).unwrap_or(0xd800);
    if let Some(character) = char::from_u32(first) {
        return (Some(character), 5);
    }
    let second = if escape.get(5..7) == Some("\\u") { unit(7) } else { None };
    match second {
        Some(second @ 0xdc00..=0xdfff) if first < 0xdc00 => {
            (char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)), 11)
        }
        _ => (None, 5),
    }
}

#[cfg(test)]
mod tests;
