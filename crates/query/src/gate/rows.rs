//! The rows of VALUES. In Athena `VALUES 1, 2` are two rows of one column; the parser asks for parentheses around each. Only the
//! parser sees these: what is sent is what was written.

use std::collections::{HashMap, HashSet};

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

use super::token::is_keyword;

/// What may follow VALUES in a query.
const AFTER: [Keyword; 7] = [
    Keyword::EXCEPT,
    Keyword::FETCH,
    Keyword::INTERSECT,
    Keyword::LIMIT,
    Keyword::OFFSET,
    Keyword::ORDER,
    Keyword::UNION,
];

/// A VALUES that has not ended.
struct Open {
    /// How many parentheses are open around it.
    depth: usize,
    /// The first and the last token of the row that is read.
    row: Option<(usize, usize)>,
}

/// The tokens with parentheses around each row that is a single value.
pub(super) fn in_parentheses(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let (mut rows, mut closes) = (Vec::new(), HashMap::new());
    let (mut parentheses, mut open) = (Vec::new(), Vec::<Open>::new());
    for (place, token) in tokens.iter().enumerate() {
        if let Some(values) = open.last_mut().filter(|values| values.depth == parentheses.len()) {
            let ends =
                token.token == Token::RParen || AFTER.iter().any(|keyword| is_keyword(token, *keyword));
            if ends || token.token == Token::Comma {
                rows.extend(values.row.take());
            } else {
                values.row = Some((values.row.map_or(place, |(first, _)| first), place));
            }
            if ends {
                open.pop();
            }
        }
        match &token.token {
            Token::LParen => parentheses.push(place),
            Token::RParen => {
                closes.extend(parentheses.pop().map(|opens| (opens, place)));
                if let Some(values) = open.last_mut().filter(|values| values.depth == parentheses.len()) {
                    values.row = values.row.map(|(first, _)| (first, place));
                }
            }
            _ if is_keyword(token, Keyword::VALUES) => {
                open.push(Open { depth: parentheses.len(), row: None });
            }
            _ => {}
        }
    }
    rows.extend(open.into_iter().filter_map(|values| values.row));
    rows.retain(|(first, last)| {
        !is_keyword(&tokens[*first], Keyword::ROW) && closes.get(first) != Some(last)
    });
    let opened: HashSet<usize> = rows.iter().map(|(first, _)| *first).collect();
    let closed: HashSet<usize> = rows.into_iter().map(|(_, last)| last).collect();
    let mut written = Vec::with_capacity(tokens.len() + 2 * opened.len());
    for (place, token) in tokens.iter().enumerate() {
        if opened.contains(&place) {
            written.push(TokenWithSpan::new(Token::LParen, token.span));
        }
        written.push(token.clone());
        if closed.contains(&place) {
            written.push(TokenWithSpan::new(Token::RParen, token.span));
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::token::admit;

    #[test]
    fn rows_of_one_value_get_parentheses() {
        for (text, expected) in [
            ("VALUES 1, 2", "VALUES ( 1 ) , ( 2 )"),
            ("VALUES (1), (2, 3)", "VALUES ( 1 ) , ( 2 , 3 )"),
            ("VALUES (1 + 2) * 3, f(4, 5)", "VALUES ( ( 1 + 2 ) * 3 ) , ( f ( 4 , 5 ) )"),
            ("VALUES 1, (2) ORDER BY 1, 2", "VALUES ( 1 ) , ( 2 ) ORDER BY 1 , 2"),
            (
                "SELECT a, b FROM (VALUES 'a', NULL) AS t (x), u",
                "SELECT a , b FROM ( VALUES ( 'a' ) , ( NULL ) ) AS t ( x ) , u",
            ),
            ("SELECT 1 IN (VALUES 1, -2), 3", "SELECT 1 IN ( VALUES ( 1 ) , ( - 2 ) ) , 3"),
            ("VALUES 1 UNION ALL VALUES 2, 3", "VALUES ( 1 ) UNION ALL VALUES ( 2 ) , ( 3 )"),
            ("VALUES ROW(1, 2), ROW(3, 4)", "VALUES ROW ( 1 , 2 ) , ROW ( 3 , 4 )"),
            (
                "VALUES 1 + (SELECT max(x) FROM (VALUES 2, 3) AS t (x)), 4",
                "VALUES ( 1 + ( SELECT max ( x ) FROM ( VALUES ( 2 ) , ( 3 ) ) AS t ( x ) ) ) , ( 4 )",
            ),
            ("SELECT \"values\", 1 FROM t", "SELECT \"values\" , 1 FROM t"),
            ("VALUES", "VALUES"),
            ("VALUES ,", "VALUES ,"),
            ("VALUES (", "VALUES ("),
            ("VALUES )", "VALUES )"),
        ] {
            let (tokens, _) = admit(text).unwrap();
            let written: Vec<String> =
                in_parentheses(&tokens).iter().map(|token| token.token.to_string()).collect();
            assert_eq!(written.join(" "), expected, "{text}");
        }
    }
}
