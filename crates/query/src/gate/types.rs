//! The types of arrays, maps and rows in casts, which the parser does not know as Athena writes them: `array(varchar)`,
//! `row(name varchar, tags array(varchar))`. The parser is given a plain one.

use sqlparser::tokenizer::{Token, TokenWithSpan};
use trino::collapse_types;

use super::Refused;
use crate::problem::quote;

/// What the parser takes for any of them.
const STANDS_FOR_ALL: &str = "row";

/// The tokens with a plain type in the place of each that is nested. What is no type of Athena's there is refused.
pub(super) fn collapsed(tokens: &[TokenWithSpan]) -> Result<Vec<TokenWithSpan>, Refused> {
    collapse_types(tokens, |found, tokens, place| {
        if found.is_some() {
            return Ok(vec![Token::make_word(STANDS_FOR_ALL, None)]);
        }
        let name = tokens.first().map(|token| token.token.to_string()).unwrap_or_default();
        let name = quote(&name);
        let message = format!("the type that begins with {name} is not one of Athena's, or nests too deep");
        Err(Refused::at(message, place))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::token;

    fn written(sql: &str) -> Result<String, Refused> {
        let (tokens, _) = token::admit(sql)?;
        let words: Vec<String> = collapsed(&tokens)?.iter().map(|token| token.token.to_string()).collect();
        Ok(words.join(" "))
    }

    #[test]
    fn nested_types_in_casts_become_plain_ones() {
        for (sql, expected) in [
            ("SELECT CAST(a AS array(varchar))", "SELECT CAST ( a AS row )"),
            ("SELECT CAST(a AS array<varchar(3)>)", "SELECT CAST ( a AS row )"),
            ("SELECT try_cast(f(a) AS map(varchar, array(bigint)))", "SELECT try_cast ( f ( a ) AS row )"),
            (
                "SELECT CAST(a AS row(x decimal(12, 2), \"y z\" row(timestamp(3), date date), json)) AS row",
                "SELECT CAST ( a AS row ) AS row",
            ),
            ("SELECT CAST(a AS varchar) AS map, 1", "SELECT CAST ( a AS varchar ) AS map , 1"),
            ("SELECT f(a) AS array", "SELECT f ( a ) AS array"),
        ] {
            assert_eq!(written(sql).unwrap(), expected, "{sql}");
        }
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for sql in [
            "SELECT CAST(a AS array(SELECT 1))",
            "SELECT CAST(a AS array((SELECT 1)))",
            "SELECT CAST(a AS row(x f(1)))",
            "SELECT CAST(a AS row(x varchar FROM secrets))",
            "SELECT CAST(a AS row())",
            "SELECT CAST(a AS map(varchar))",
            "SELECT CAST(a AS array(varchar)",
            "SELECT CAST(a AS array(varchar) + 1)",
            "SELECT CAST(a AS array(hyperloglog))",
            "SELECT CAST(a AS array(varchar('x')))",
            "SELECT CAST(a AS row)",
        ] {
            assert!(written(sql).is_err(), "{sql}");
        }
        let deep =
            |depth: usize| format!("SELECT CAST(a AS {}int{})", "array(".repeat(depth), ")".repeat(depth));
        assert!(written(&deep(15)).is_ok());
        assert!(written(&deep(16)).is_err());
        assert!(written(&deep(10_000)).is_err());
    }
}
