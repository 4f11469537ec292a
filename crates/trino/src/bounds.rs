//! How much a statement may ask of the parser.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

use crate::tokens::{keyword, may_nest};

/// What a statement may have. The parser and all that walks its tree descend on the stack, and an overflow would end the
/// process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of text.
    pub bytes: usize,
    /// Keywords and operators. Each may nest the one before it, in chains that the parser's own bound does not see, and a
    /// tree is dropped on the stack.
    pub operators: usize,
    /// Levels that the parser itself may descend.
    pub levels: usize,
    /// How often the type `array<...>` may be written: the parser descends into these without looking where it is.
    pub array_types: usize,
}

/// Of free SQL and named queries. It is stricter than [`LOCAL`]: strangers send free SQL, and every process of the API
/// parses that of many at a time.
pub const API: Bounds = Bounds { bytes: 65_536, operators: 1_500, levels: 16, array_types: 20 };

/// Of the local Athena, whose statements are its developer's own. The bytes are Athena's bound.
pub const LOCAL: Bounds = Bounds { bytes: 262_144, operators: 1_500, levels: 25, array_types: 25 };

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutOfBounds {
    /// More than [`Bounds::bytes`].
    #[error("{found} bytes, more than {most}")]
    Bytes {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// More than [`Bounds::operators`].
    #[error("{found} keywords and operators, more than {most}")]
    Operators {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// More than [`Bounds::array_types`].
    #[error("array<> more than {most} times")]
    ArrayTypes {
        /// How many there may be.
        most: usize,
    },
}

impl Bounds {
    /// Whether so long a text is within the bounds.
    pub fn text(&self, sql: &str) -> Result<(), OutOfBounds> {
        if sql.len() > self.bytes {
            return Err(OutOfBounds::Bytes { found: sql.len(), most: self.bytes });
        }
        Ok(())
    }

    /// Whether the tokens are; answers how many keywords and operators they have.
    pub fn tokens(&self, tokens: &[TokenWithSpan]) -> Result<usize, OutOfBounds> {
        let found = tokens.iter().filter(|token| may_nest(&token.token)).count();
        if found > self.operators {
            return Err(OutOfBounds::Operators { found, most: self.operators });
        }
        let words = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
        let nested = words
            .clone()
            .zip(words.skip(1))
            .filter(|(word, next)| next.token == Token::Lt && keyword(&word.token) == Some(Keyword::ARRAY));
        if nested.count() > self.array_types {
            return Err(OutOfBounds::ArrayTypes { most: self.array_types });
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenize;

    const SMALL: Bounds = Bounds { bytes: 40, operators: 5, levels: 3, array_types: 1 };

    #[test]
    fn what_nests_is_counted_and_what_does_not_is_free() {
        for (sql, expected) in [
            ("", Ok(0)),
            ("SELECT a, 'b', 1, (c) FROM t", Ok(2)),
            ("SELECT a + b * c FROM t", Ok(4)),
            ("SELECT -- NOT NOT NOT NOT NOT NOT\n \"not\"", Ok(1)),
            ("NOT NOT NOT NOT NOT a", Ok(5)),
            ("NOT NOT NOT NOT NOT -a", Err(OutOfBounds::Operators { found: 6, most: 5 })),
            ("array < array", Ok(3)),
            ("array < \n array<a", Err(OutOfBounds::ArrayTypes { most: 1 })),
            ("\"array\" < \"array\" < a", Ok(2)),
        ] {
            assert_eq!(SMALL.tokens(&tokenize(sql).unwrap()), expected, "{sql}");
        }
    }

    #[test]
    fn the_documents_have_the_bounds_of_the_local_athena() {
        let texts = [include_str!("../../../docs/limits.md"), include_str!("../../../docs/local-aws.md")];
        let [limits, local] = texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        let Bounds { bytes, operators, levels, array_types } = LOCAL;
        let grouped = |n: usize| format!("{},{:03}", n / 1_000, n % 1_000);
        for row in [
            format!("| bytes of a statement of Athena, its own bound | {} |", grouped(bytes)),
            format!("the values of an `IN` list are none | {} |", grouped(operators)),
            format!("a query takes several | {levels} |"),
            format!("the type `array<...>` | {array_types} |"),
        ] {
            assert!(limits.contains(&row), "{row}");
        }
        for sentence in [
            format!("more than {} keywords and operators", grouped(operators)),
            format!("the type `array<...>` more than {array_types} times"),
            format!("descends more than {levels} levels"),
        ] {
            assert!(local.contains(&sentence), "{sentence}");
        }
    }

    #[test]
    fn bytes_are_counted_and_not_characters() {
        assert_eq!(SMALL.text(&"ä".repeat(20)), Ok(()));
        assert_eq!(SMALL.text(&"ä".repeat(21)), Err(OutOfBounds::Bytes { found: 42, most: 40 }));
    }
}
