//! A type from its text.

use std::str::FromStr;

use super::{DataType, Decimal, Field, MAX_PRECISION};
use crate::name::{self, InvalidName};

/// How deep types may nest. Beyond a few levels no SQL reads well; this only bounds the recursion.
const MAX_DEPTH: usize = 16;

/// How many fields the structs of one column may have together.
const MAX_FIELDS: usize = 1_000;

/// Why a text is not a type; each message says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidType {
    /// No such type.
    #[error(
        "unknown type {0:?}; supported: boolean, int, bigint, float, double, decimal(p,s), string, date, \
         timestamp, binary, array<…>, struct<name:…>, map<string,…>"
    )]
    Unknown(String),
    /// A decimal without its digits, or with too many.
    #[error(
        "type {0:?}: write decimal(p,s) with 1 to {MAX_PRECISION} digits in all and s of them after the point, as decimal(12,2)"
    )]
    Decimal(String),
    /// Brackets, colons or commas that are not where they should be.
    #[error("type {text:?} ends or goes on in the wrong place: {expected} expected after {read:?}")]
    Form {
        /// The whole text.
        text: String,
        /// As far as it was understood.
        read: String,
        /// What should come next.
        expected: &'static str,
    },
    /// A map whose keys are not text.
    #[error("type {0:?}: the keys of a map are strings, since JSON has no others: write map<string,…>")]
    MapKey(String),
    /// Bytes within another type: Athena has no way to give them as JSON there.
    #[error(
        "type {0:?}: binary cannot stand in array, struct or map: make it a column, or a string of base64"
    )]
    NestedBinary(String),
    /// A struct's field name.
    #[error(transparent)]
    FieldName(#[from] InvalidName),
    /// Two fields of one struct with one name.
    #[error("the struct has two fields {0:?}: rename one of them")]
    DuplicateField(String),
    /// More than anybody means.
    #[error("the type nests deeper than {MAX_DEPTH} levels or has more than {MAX_FIELDS} fields")]
    TooLarge,
}

impl FromStr for DataType {
    type Err = InvalidType;

    fn from_str(text: &str) -> Result<Self, InvalidType> {
        let mut parser = Parser { text, at: 0, fields: 0 };
        let data_type = parser.data_type(MAX_DEPTH)?;
        if parser.at == text.len() { Ok(data_type) } else { Err(parser.form("nothing more")) }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    fields: usize,
}

impl<'a> Parser<'a> {
    fn data_type(&mut self, depth: usize) -> Result<DataType, InvalidType> {
        let Some(depth) = depth.checked_sub(1) else { return Err(InvalidType::TooLarge) };
        let word = self.word();
        match word {
            "boolean" => Ok(DataType::Boolean),
            "int" => Ok(DataType::Int),
            "bigint" => Ok(DataType::BigInt),
            "float" => Ok(DataType::Float),
            "double" => Ok(DataType::Double),
            "decimal" => self.decimal(),
            "string" => Ok(DataType::String),
            "date" => Ok(DataType::Date),
            "timestamp" => Ok(DataType::Timestamp),
            "binary" => Ok(DataType::Binary),
            "array" => {
                self.expect('<', "\"<\"")?;
                let element = self.part(depth)?;
                self.expect('>', "\">\"")?;
                Ok(DataType::Array(Box::new(element)))
            }
            "map" => {
                self.expect('<', "\"<\"")?;
                if self.data_type(depth)? != DataType::String {
                    return Err(InvalidType::MapKey(self.text.to_owned()));
                }
                self.expect(',', "\",\"")?;
                let value = self.part(depth)?;
                self.expect('>', "\">\"")?;
                Ok(DataType::Map(Box::new(value)))
            }
            "struct" => self.fields(depth),
            _ => Err(InvalidType::Unknown(if word.is_empty() { self.text } else { word }.to_owned())),
        }
    }

    /// What an array, a struct or a map is made of.
    fn part(&mut self, depth: usize) -> Result<DataType, InvalidType> {
        match self.data_type(depth)? {
            DataType::Binary => Err(InvalidType::NestedBinary(self.text.to_owned())),
            other => Ok(other),
        }
    }

    fn decimal(&mut self) -> Result<DataType, InvalidType> {
        let malformed = || InvalidType::Decimal(self.text.to_owned());
        let (digits, rest) =
            self.rest().strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or_else(malformed)?;
        let (precision, scale) = digits.split_once(',').ok_or_else(malformed)?;
        let number = |text: &str| text.trim().parse::<u8>().ok();
        let decimal = number(precision).zip(number(scale)).and_then(|(p, s)| Decimal::new(p, s));
        let decimal = decimal.ok_or_else(malformed)?;
        self.at = self.text.len() - rest.len();
        Ok(DataType::Decimal(decimal))
    }

    fn fields(&mut self, depth: usize) -> Result<DataType, InvalidType> {
        self.expect('<', "\"<\"")?;
        let mut fields: Vec<Field> = Vec::new();
        loop {
            self.fields += 1;
            if self.fields > MAX_FIELDS {
                return Err(InvalidType::TooLarge);
            }
            let name = name::field(self.word())?;
            if fields.iter().any(|field| field.name == name) {
                return Err(InvalidType::DuplicateField(name));
            }
            self.expect(':', "\":\" and a type")?;
            fields.push(Field { name, data_type: self.part(depth)?, from: None });
            if !self.take(',') {
                self.expect('>', "\",\" or \">\"")?;
                return Ok(DataType::Struct(fields));
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(' ').len();
    }

    /// Letters, digits and underscores, or nothing.
    fn word(&mut self) -> &'a str {
        self.space();
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        let word = &rest[..end];
        self.space();
        word
    }

    fn take(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        self.space();
        found
    }

    fn expect(&mut self, wanted: char, expected: &'static str) -> Result<(), InvalidType> {
        if self.take(wanted) { Ok(()) } else { Err(self.form(expected)) }
    }

    fn form(&self, expected: &'static str) -> InvalidType {
        InvalidType::Form { text: self.text.to_owned(), read: self.text[..self.at].to_owned(), expected }
    }
}
