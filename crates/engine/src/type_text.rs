//! The types of arrays, maps and rows in casts, which the parser does not know as Athena writes them: `array(varchar)`,
//! `map(varchar, bigint)`, `row(name varchar, age integer)`, and `array<varchar>`. The parser is given the name of one type with
//! the text of the other.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType as Arrow, Field, Fields, TimeUnit},
    sql::sqlparser::{
        ast::{DataType, ObjectNamePart},
        tokenizer::{Token, TokenWithSpan},
    },
};
use trino::{Type, collapse_types, tokenize};

use crate::{error::EngineError, types::JSON};

/// The name of the type that stands for all of them.
const NESTED: &str = "nested type";

/// How many fields the rows of one type may have together.
const MAX_FIELDS: usize = 1_000;

/// The tokens with one type for each that is nested.
pub(crate) fn collapsed(tokens: &[TokenWithSpan]) -> Result<Vec<TokenWithSpan>, EngineError> {
    collapse_types(tokens, |found, tokens, _| {
        let text: String = tokens.iter().map(|token| written(&token.token)).collect();
        let text = text.trim_end();
        if found.as_ref().and_then(nested).is_none() {
            return Err(EngineError::unsupported(format!("CAST to {text}")));
        }
        Ok(vec![
            Token::make_word(NESTED, Some('"')),
            Token::LParen,
            Token::SingleQuotedString(text.to_owned()),
            Token::RParen,
        ])
    })
}

/// The token as text that is read as the same one.
fn written(token: &Token) -> String {
    match token {
        Token::Whitespace(_) => " ".to_owned(),
        Token::Word(word) if word.quote_style == Some('"') => {
            format!("\"{}\"", word.value.replace('"', "\"\""))
        }
        other => other.to_string(),
    }
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
    let mut tokens = tokenize(text).ok()?;
    tokens.retain(|token| token.token != Token::EOF);
    nested(&Type::read(&tokens)?)
}

fn nested(found: &Type) -> Option<Arrow> {
    match found {
        Type::Plain(..) => None,
        Type::Array(_) | Type::Map(..) | Type::Row(_) => known(found, &mut 0),
    }
}

/// The type as it is here. `fields` counts those of all rows.
fn known(found: &Type, fields: &mut usize) -> Option<Arrow> {
    match found {
        Type::Plain(name, numbers) => plain(name, numbers),
        Type::Array(element) => {
            let element = known(element, fields)?;
            Some(Arrow::List(Arc::new(Field::new("element", element, true))))
        }
        Type::Map(key, value) => {
            let (key, value) = (known(key, fields)?, known(value, fields)?);
            let pair: Fields =
                [Field::new("key", key, false), Field::new("value", value, true)].into_iter().collect();
            Some(Arrow::Map(Arc::new(Field::new("key_value", Arrow::Struct(pair), false)), false))
        }
        Type::Row(parts) => {
            *fields += parts.len();
            if *fields > MAX_FIELDS {
                return None;
            }
            let field = |(name, part): &(String, Type)| Some(Field::new(name, known(part, fields)?, true));
            let parts: Option<Vec<Field>> = parts.iter().map(field).collect();
            Some(Arrow::Struct(parts?.into()))
        }
    }
}

fn plain(name: &str, numbers: &[String]) -> Option<Arrow> {
    if name == "decimal" {
        return decimal(numbers);
    }
    if name == "timestamp" {
        let is_known = matches!(numbers, [] | [_]) && numbers.iter().all(|digits| digits == "3");
        return is_known.then_some(Arrow::Timestamp(TimeUnit::Millisecond, None));
    }
    let found = match name {
        "boolean" => Arrow::Boolean,
        "tinyint" => Arrow::Int8,
        "smallint" => Arrow::Int16,
        "int" | "integer" => Arrow::Int32,
        "bigint" => Arrow::Int64,
        "real" => Arrow::Float32,
        "double" => Arrow::Float64,
        "varchar" => Arrow::Utf8,
        "varbinary" => Arrow::Binary,
        "json" => JSON,
        "date" => Arrow::Date32,
        _ => return None,
    };
    numbers.is_empty().then_some(found)
}

fn decimal(numbers: &[String]) -> Option<Arrow> {
    let number = |digits: &String| digits.parse::<u8>().ok();
    let (precision, scale) = match numbers {
        [] => (38, 0),
        [precision] => (number(precision)?, 0),
        [precision, scale] => (number(precision)?, number(scale)?),
        _ => return None,
    };
    let fits = (1..=38).contains(&precision) && scale <= precision;
    fits.then(|| Arrow::Decimal128(precision, scale.cast_signed()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{syntax::tokenize, types};

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
        let wide = |fields: usize| read(&format!("array(row({}))", vec!["int"; fields].join(", ")));
        assert!(wide(1_000).is_some() && wide(1_001).is_none());
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
            (
                "SELECT CAST(a AS row(\"a \"\"b\" int)) AS \"c \"",
                "SELECT CAST(a AS \"nested type\"('row(\"a \"\"b\" int)')) AS \"c \"",
            ),
            ("SELECT CAST(a AS array(int", ""),
        ] {
            let found = collapsed(&tokenize(text).unwrap());
            let found: String =
                found.unwrap_or_default().iter().map(|token| token.token.to_string()).collect();
            assert_eq!(found.replace("EOF", ""), expected, "{text}");
        }
    }
}
