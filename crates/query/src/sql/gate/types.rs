//! The types of arrays, maps and rows in casts, which the parser does not know as Athena writes them: `array(varchar)`,
//! `row(name varchar, tags array(varchar))`. The parser is given a plain one.

use sqlparser::tokenizer::{Token, TokenWithSpan};
use trino::collapse_types;

use super::{Refused, refused::not_supported};
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

/// The tokens with `>` twice for each `>>` that ends two types, so that every parser reads them alike. Athena knows no operator
/// `>>`: outside of a type it is refused.
pub(super) fn with_ends_apart(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>, Refused> {
    if !tokens.iter().any(is_joined) {
        return Ok(tokens);
    }
    // What is no type there is refused by `collapsed`.
    let outside = collapse_types(&tokens, |_, _, _| Ok::<_, Refused>(Vec::new()))?;
    if let Some(joined) = outside.into_iter().find(is_joined) {
        return Err(Refused::at(not_supported(&joined.token), joined.span.start));
    }
    let apart = tokens.into_iter().flat_map(|token| {
        let is_joined = is_joined(&token);
        let first = if is_joined { TokenWithSpan::new(Token::Gt, token.span) } else { token };
        let second = is_joined.then(|| first.clone());
        std::iter::once(first).chain(second)
    });
    Ok(apart.collect())
}

fn is_joined(token: &TokenWithSpan) -> bool {
    token.token == Token::ShiftRight
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::gate::token;

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
            ("SELECT CAST(a AS array<array<int>>)", "SELECT CAST ( a AS row )"),
            ("SELECT CAST(a AS map<int, array<array<int>>>) > 1", "SELECT CAST ( a AS row ) > 1"),
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
    fn what_ends_two_types_is_written_as_two_ends() {
        for (sql, expected) in [
            ("SELECT CAST(a AS array<array<int>>)", "SELECT CAST ( a AS array < array < int > > )"),
            (
                "SELECT CAST(a AS array<array<array<int>>>) >= CAST(b AS array<array<int> >), c > d",
                "SELECT CAST ( a AS array < array < array < int > > > ) >= CAST ( b AS array < array < int > > ) , \
                 c > d",
            ),
        ] {
            let (tokens, _) = token::admit(sql).unwrap();
            let words: Vec<String> = tokens.iter().map(|token| token.token.to_string()).collect();
            assert_eq!(words.join(" "), expected, "{sql}");
        }
        let refused = token::admit("SELECT a, b >> 1").unwrap_err();
        assert_eq!(
            (refused.to_string().contains("is not supported"), refused.place()),
            (true, Some((1, 13)))
        );
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
            "SELECT a >> 1",
            "SELECT CAST(a AS int) >> 1",
            "SELECT CAST(a >> 1 AS array<array<int>>)",
            "SELECT CAST(CAST(a AS array<array<int>>) >> 1 AS int)",
            "SELECT CAST(a AS array<array<int>> >> 1)",
            "SELECT CAST(a AS array<int>>)",
            "SELECT CAST(a AS array(varchar(a >> 1)))",
            "SELECT f(a AS array<array<int>>)",
            "SELECT array<array<int>>",
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
