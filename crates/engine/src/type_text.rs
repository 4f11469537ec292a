//! The types of arrays, maps and rows in casts, which the parser does not know as Athena writes them: `array(varchar)`,
//! `map(varchar, bigint)`, `row(name varchar, age integer)`, and `array<varchar>`. The parser is given the name of one type with
//! the text of the other.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType as Arrow, Field, Fields, TimeUnit},
    sql::sqlparser::{
        ast::{DataType, ObjectNamePart},
        keywords::Keyword,
        tokenizer::{Token, TokenWithSpan},
    },
};
use trino::keyword;

use crate::{error::EngineError, types::JSON};

/// The name of the type that stands for all of them.
const NESTED: &str = "nested type";

/// How deep they may nest.
const MAX_DEPTH: usize = 16;

/// How many fields the rows of one type may have together.
const MAX_FIELDS: usize = 1_000;

/// The tokens with one type for each that is nested.
pub(crate) fn collapsed(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>, EngineError> {
    let mut written: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    // Of each parenthesis that is open, whether it is that of a cast.
    let mut open: Vec<bool> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    // The last token that is no white space.
    let mut last = Token::EOF;
    while let Some(token) = tokens.next() {
        if matches!(token.token, Token::Whitespace(_)) {
            written.push(token);
            continue;
        }
        match &token.token {
            Token::LParen => open.push(matches!(keyword(&last), Some(Keyword::CAST | Keyword::TRY_CAST))),
            Token::RParen => {
                open.pop();
            }
            _ => {}
        }
        let begins =
            keyword(&last) == Some(Keyword::AS) && open.last() == Some(&true) && is_nested(&token.token);
        if !begins {
            last = token.token.clone();
            written.push(token);
            continue;
        }
        let span = token.span;
        let mut text = token.token.to_string();
        let mut depth = 0_usize;
        while let Some(next) = tokens.next_if(|next| depth > 0 || next.token != Token::RParen) {
            match next.token {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ => {}
            }
            match &next.token {
                Token::Whitespace(_) => text.push(' '),
                other => text.push_str(&other.to_string()),
            }
        }
        let text = text.trim_end();
        if read(text).is_none() {
            return Err(EngineError::unsupported(format!("CAST to {text}")));
        }
        let stands_for = [
            Token::make_word(NESTED, Some('"')),
            Token::LParen,
            Token::SingleQuotedString(text.to_owned()),
            Token::RParen,
        ];
        written.extend(stands_for.into_iter().map(|token| TokenWithSpan::new(token, span)));
        last = Token::RParen;
    }
    Ok(written)
}

/// The text of the type, if it is one that stands for a nested one.
pub(crate) fn text_of(data_type: &DataType) -> Option<&str> {
    let DataType::Custom(name, modifiers) = data_type else { return None };
    let [ObjectNamePart::Identifier(name)] = name.0.as_slice() else { return None };
    let [text] = modifiers.as_slice() else { return None };
    (name.value == NESTED && read(text).is_some()).then_some(text.as_str())
}

/// The type, in Athena's words. `None`: it is not nested, or there is none here.
pub(crate) fn read(text: &str) -> Option<Arrow> {
    let mut reader = Reader { text, at: 0, fields: 0 };
    let found = reader.data_type(MAX_DEPTH)?;
    let is_nested = matches!(found, Arrow::List(_) | Arrow::Map(..) | Arrow::Struct(_));
    (is_nested && reader.rest().trim().is_empty()).then_some(found)
}

fn is_nested(token: &Token) -> bool {
    matches!(token, Token::Word(word)
        if word.quote_style.is_none() && ["array", "map", "row"].contains(&word.value.to_lowercase().as_str()))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    fields: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take(&mut self, sign: char) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len_utf8();
        }
        found
    }

    /// A word without quotes, perhaps an empty one.
    fn word(&mut self) -> &'t str {
        self.skip_space();
        let rest = self.rest();
        let end =
            rest.find(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_')).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn number(&mut self) -> Option<u8> {
        self.word().parse().ok()
    }

    fn data_type(&mut self, depth: usize) -> Option<Arrow> {
        let depth = depth.checked_sub(1)?;
        Some(match self.word().to_ascii_lowercase().as_str() {
            "boolean" => Arrow::Boolean,
            "tinyint" => Arrow::Int8,
            "smallint" => Arrow::Int16,
            "int" | "integer" => Arrow::Int32,
            "bigint" => Arrow::Int64,
            "real" => Arrow::Float32,
            "double" => Arrow::Float64,
            "varchar" if !self.rest().trim_start().starts_with('(') => Arrow::Utf8,
            "varbinary" => Arrow::Binary,
            "json" => JSON,
            "date" => Arrow::Date32,
            "timestamp" => {
                if self.take('(') && !(self.number()? == 3 && self.take(')')) {
                    return None;
                }
                Arrow::Timestamp(TimeUnit::Millisecond, None)
            }
            "decimal" => self.decimal()?,
            "array" => {
                let close = self.open()?;
                let element = self.data_type(depth)?;
                self.close(close)?;
                Arrow::List(Arc::new(Field::new("element", element, true)))
            }
            "map" => {
                let close = self.open()?;
                let key = self.data_type(depth)?;
                if !self.take(',') {
                    return None;
                }
                let value = self.data_type(depth)?;
                self.close(close)?;
                let pair: Fields =
                    [Field::new("key", key, false), Field::new("value", value, true)].into_iter().collect();
                Arrow::Map(Arc::new(Field::new("key_value", Arrow::Struct(pair), false)), false)
            }
            "row" => self.row(depth)?,
            _ => return None,
        })
    }

    fn decimal(&mut self) -> Option<Arrow> {
        let (mut precision, mut scale) = (38, 0);
        if self.take('(') {
            precision = self.number()?;
            if self.take(',') {
                scale = self.number()?;
            }
            self.close(')')?;
        }
        let fits = (1..=38).contains(&precision) && scale <= precision;
        fits.then(|| Arrow::Decimal128(precision, scale.cast_signed()))
    }

    fn row(&mut self, depth: usize) -> Option<Arrow> {
        if !self.take('(') {
            return None;
        }
        let mut fields = Vec::new();
        loop {
            self.fields += 1;
            if self.fields > MAX_FIELDS {
                return None;
            }
            let name = self.name();
            fields.push(Field::new(name, self.data_type(depth)?, true));
            if !self.take(',') {
                self.close(')')?;
                return Some(Arrow::Struct(fields.into()));
            }
        }
    }

    /// The name of a field; an empty one, where its type follows at once.
    fn name(&mut self) -> String {
        if self.take('"') {
            let mut name = String::new();
            while let Some(end) = self.rest().find('"') {
                name.push_str(self.rest().get(..end).unwrap_or_default());
                self.at += end + 1;
                // A quote within a name is doubled.
                if !self.rest().starts_with('"') {
                    break;
                }
                name.push('"');
                self.at += 1;
            }
            return name;
        }
        let before = self.at;
        let name = self.word();
        self.skip_space();
        let type_follows = self.rest().starts_with(|sign: char| sign.is_ascii_alphabetic());
        if !type_follows {
            self.at = before;
            return String::new();
        }
        name.to_ascii_lowercase()
    }

    /// The sign that ends what is opened.
    fn open(&mut self) -> Option<char> {
        if self.take('(') {
            Some(')')
        } else if self.take('<') {
            Some('>')
        } else {
            None
        }
    }

    fn close(&mut self, sign: char) -> Option<()> {
        self.take(sign).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{statement::tokenize, types};

    #[test]
    fn types_are_read_as_athena_writes_them() {
        for (text, expected) in [
            ("array(varchar)", Some("array(varchar)")),
            ("ARRAY < INT >", Some("array(integer)")),
            ("array<array<int>>", Some("array(array(integer))")),
            ("map(varchar, decimal(12, 2))", Some("map(varchar, decimal(12,2))")),
            ("row(name varchar, Age integer)", Some("row(name varchar, age integer)")),
            ("row(varchar, bigint)", Some("row(varchar, bigint)")),
            ("row(\"a \"\"b\" date, array(timestamp(3)))", Some("row(a \"b date, array(timestamp))")),
            ("row(date date)", Some("row(date date)")),
            ("row(x row(y map(bigint, json)))", Some("row(x row(y map(bigint, json)))")),
            ("array(varchar(3))", None),
            ("array(decimal(39))", None),
            ("array(decimal(3, 4))", None),
            ("array(timestamp(6))", None),
            ("array(hyperloglog)", None),
            ("array(varchar", None),
            ("array(varchar))", None),
            ("array", None),
            ("row()", None),
            ("varchar", None),
            ("", None),
        ] {
            assert_eq!(read(text).and_then(|found| types::name(&found)).as_deref(), expected, "{text}");
        }
        assert_eq!(read(&format!("{}int{}", "array(".repeat(40), ")".repeat(40))), None);
    }

    #[test]
    fn casts_to_nested_types_are_collapsed() {
        for (text, expected) in [
            ("SELECT CAST(a AS array(varchar))", "SELECT CAST(a AS \"nested type\"('array(varchar)'))"),
            (
                "SELECT try_cast ( f(a, b) AS row(x int, y map(int, int)) ) AS row, 1",
                "SELECT try_cast ( f(a, b) AS \"nested type\"('row(x int, y map(int, int))')) AS row, 1",
            ),
            (
                "SELECT CAST(CAST(a AS map<int,int>) AS varchar)",
                "SELECT CAST(CAST(a AS \"nested type\"('map<int,int>')) AS varchar)",
            ),
            ("SELECT f(a) AS map, (SELECT b AS array)", "SELECT f(a) AS map, (SELECT b AS array)"),
            ("SELECT CAST(a AS varchar)", "SELECT CAST(a AS varchar)"),
            ("SELECT CAST(a AS array(int", ""),
        ] {
            let found = collapsed(tokenize(text).unwrap());
            let found: String =
                found.unwrap_or_default().iter().map(|token| token.token.to_string()).collect();
            assert_eq!(found.replace("EOF", ""), expected, "{text}");
        }
    }
}
