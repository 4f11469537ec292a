//! What paths lead to.

use std::borrow::Cow;

use super::number::Number;
use crate::functions::json::{
    document::double,
    string,
    token::{Token, Tokens, shown},
};

/// A part of a document, or what was calculated.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item<'d> {
    Null,
    Boolean(bool),
    Number(Number),
    /// A whole number of more digits than SQL has.
    Huge(Cow<'d, str>),
    Text(Cow<'d, str>),
    /// Its text, which is what [`crate::functions::json::document::kept`] gives, as that of an object is.
    Array(Cow<'d, str>),
    Object(Cow<'d, str>),
}

impl<'d> Item<'d> {
    /// The document, which is of that form.
    pub(super) fn of(document: &'d str) -> Self {
        let mut tokens = Tokens::new(document);
        tokens.expect().map_or(Self::Null, |first| part(document, &mut tokens, first))
    }

    /// The elements of an array; `None` of what is none.
    pub(super) fn elements(&self) -> Option<Vec<Item<'d>>> {
        match self {
            Self::Array(Cow::Borrowed(text)) => Some(elements(text)),
            Self::Array(Cow::Owned(text)) => Some(elements(text).into_iter().map(Item::into_owned).collect()),
            _ => None,
        }
    }

    /// The members of an object, in its order; `None` of what is none.
    pub(super) fn members(&self) -> Option<Vec<(Cow<'d, str>, Item<'d>)>> {
        match self {
            Self::Object(Cow::Borrowed(text)) => Some(members(text)),
            Self::Object(Cow::Owned(text)) => {
                let owned = |(name, item): (Cow<'_, str>, Item<'_>)| {
                    (Cow::Owned(name.into_owned()), item.into_owned())
                };
                Some(members(text).into_iter().map(owned).collect())
            }
            _ => None,
        }
    }

    pub(super) fn is_nested(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Object(_))
    }

    /// How many bytes its text has, about.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Array(text) | Self::Object(text) | Self::Text(text) | Self::Huge(text) => text.len(),
            Self::Null | Self::Boolean(_) | Self::Number(_) => 0,
        }
    }

    /// How many bytes a clone has to copy: those of a text that is not borrowed from the document.
    pub(super) fn owned(&self) -> usize {
        match self {
            Self::Array(Cow::Owned(text))
            | Self::Object(Cow::Owned(text))
            | Self::Text(Cow::Owned(text))
            | Self::Huge(Cow::Owned(text)) => text.len(),
            _ => 0,
        }
    }

    /// What `type()` says.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "boolean",
            Self::Number(_) | Self::Huge(_) => "number",
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// Writes it as JSON.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Boolean(true) => out.extend_from_slice(b"true"),
            Self::Boolean(false) => out.extend_from_slice(b"false"),
            Self::Number(Number::Integer(number)) => out.extend_from_slice(number.to_string().as_bytes()),
            Self::Number(Number::BigInt(number)) => out.extend_from_slice(number.to_string().as_bytes()),
            Self::Number(Number::Decimal(units, places)) => {
                let places = usize::try_from(*places).unwrap_or_default();
                crate::text::number::json_decimal(out, *units, places);
            }
            Self::Number(Number::Double(number)) => double(out, *number),
            Self::Text(text) => string(out, text),
            Self::Huge(text) | Self::Array(text) | Self::Object(text) => {
                out.extend_from_slice(text.as_bytes());
            }
        }
    }

    pub(super) fn into_owned(self) -> Item<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Null => Item::Null,
            Self::Boolean(value) => Item::Boolean(value),
            Self::Number(number) => Item::Number(number),
            Self::Huge(text) => Item::Huge(owned(text)),
            Self::Text(text) => Item::Text(owned(text)),
            Self::Array(text) => Item::Array(owned(text)),
            Self::Object(text) => Item::Object(owned(text)),
        }
    }
}

/// What begins with the token, which is read to its end.
fn part<'d>(document: &'d str, tokens: &mut Tokens<'d>, first: Token<'d>) -> Item<'d> {
    match first {
        Token::StartArray | Token::StartObject => {
            let start = tokens.at() - 1;
            // It was read before, and has an end.
            let _ = tokens.skip(first);
            let text = Cow::Borrowed(document.get(start..tokens.at()).unwrap_or_default());
            if first == Token::StartArray { Item::Array(text) } else { Item::Object(text) }
        }
        Token::Text(written) | Token::Name(written) => Item::Text(shown(written)),
        Token::Integer(digits) => {
            Number::whole(digits).map_or(Item::Huge(Cow::Borrowed(digits)), Item::Number)
        }
        Token::Float(digits) => Item::Number(Number::Double(digits.parse().unwrap_or(f64::NAN))),
        Token::True => Item::Boolean(true),
        Token::False => Item::Boolean(false),
        Token::Null | Token::EndArray | Token::EndObject => Item::Null,
    }
}

fn elements(text: &str) -> Vec<Item<'_>> {
    let mut tokens = Tokens::new(text);
    let mut found = Vec::new();
    if tokens.expect() == Ok(Token::StartArray) {
        while let Ok(first) = tokens.expect()
            && first != Token::EndArray
        {
            found.push(part(text, &mut tokens, first));
        }
    }
    found
}

fn members(text: &str) -> Vec<(Cow<'_, str>, Item<'_>)> {
    let mut tokens = Tokens::new(text);
    let mut found = Vec::new();
    if tokens.expect() == Ok(Token::StartObject) {
        while let Ok(Token::Name(written)) = tokens.expect()
            && let Ok(first) = tokens.expect()
        {
            found.push((shown(written), part(text, &mut tokens, first)));
        }
    }
    found
}
