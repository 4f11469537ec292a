//! The rows of VALUES. In Athena `VALUES 1, 2` are two rows of one column; the parser asks for parentheses around each. And
//! behind ANY, ALL and SOME it knows no query but a SELECT.

use std::collections::{HashMap, HashSet};

use crate::keyword;
use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

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
pub(crate) fn in_parentheses(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let (mut rows, mut closes) = (Vec::new(), HashMap::new());
    let (mut parentheses, mut open) = (Vec::new(), Vec::<Open>::new());
    for (place, token) in tokens.iter().enumerate() {
        let token = &token.token;
        if matches!(token, Token::Whitespace(_)) {
            continue;
        }
        if let Some(values) = open.last_mut().filter(|values| values.depth == parentheses.len()) {
            let ends = matches!(token, Token::RParen | Token::SemiColon | Token::EOF)
                || keyword(token).is_some_and(|keyword| AFTER.contains(&keyword));
            if ends || *token == Token::Comma {
                rows.extend(values.row.take());
            } else {
                values.row = Some((values.row.map_or(place, |(first, _)| first), place));
            }
            if ends {
                open.pop();
            }
        }
        match token {
            Token::LParen => parentheses.push(place),
            Token::RParen => {
                closes.extend(parentheses.pop().map(|opens| (opens, place)));
                if let Some(values) = open.last_mut().filter(|values| values.depth == parentheses.len()) {
                    values.row = values.row.map(|(first, _)| (first, place));
                }
            }
            _ if keyword(token) == Some(Keyword::VALUES) => {
                open.push(Open { depth: parentheses.len(), row: None });
            }
            _ => {}
        }
    }
    // A parenthesis that nobody closes is the parser's to refuse.
    if parentheses.is_empty() {
        rows.extend(open.into_iter().filter_map(|values| values.row));
    }
    rows.retain(|(first, last)| {
        let is_row = keyword(&tokens[*first].token) == Some(Keyword::ROW);
        !is_row && closes.get(first) != Some(last)
    });
    let compared = compared(&tokens);
    let ends: HashSet<usize> = compared.iter().filter_map(|opens| closes.get(opens)).copied().collect();
    let opened: HashMap<usize, usize> = rows.iter().copied().collect();
    let closed: HashMap<usize, usize> = rows.into_iter().map(|(first, last)| (last, first)).collect();
    let mut written = Vec::with_capacity(tokens.len() + 2 * opened.len());
    for (place, token) in tokens.into_iter().enumerate() {
        let span = token.span;
        if opened.contains_key(&place) {
            written.push(TokenWithSpan::new(Token::LParen, span));
        }
        if ends.contains(&place) {
            written.push(TokenWithSpan::new(Token::RParen, span));
        }
        written.push(token);
        if compared.contains(&place) {
            let select =
                [Token::make_keyword("SELECT"), Token::Mul, Token::make_keyword("FROM"), Token::LParen];
            written.extend(select.map(|token| TokenWithSpan::new(token, span)));
        }
        if closed.contains_key(&place) {
            written.push(TokenWithSpan::new(Token::RParen, span));
        }
    }
    written
}

/// The parentheses of `ANY (VALUES ...)`, and of ALL and SOME.
fn compared(tokens: &[TokenWithSpan]) -> HashSet<usize> {
    let words = tokens.iter().enumerate().filter(|(_, token)| !matches!(token.token, Token::Whitespace(_)));
    let words: Vec<(usize, &Token)> = words.map(|(place, token)| (place, &token.token)).collect();
    let opens = words.windows(3).filter_map(|three| {
        let [(_, before), (place, Token::LParen), (_, after)] = three else { return None };
        let compares = matches!(keyword(before), Some(Keyword::ANY | Keyword::ALL | Keyword::SOME));
        (compares && keyword(after) == Some(Keyword::VALUES)).then_some(*place)
    });
    opens.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenize;

    #[test]
    fn rows_of_one_value_get_parentheses() {
        for (text, expected) in [
            ("VALUES 1, 2", "VALUES (1), (2)"),
            ("VALUES (1), (2, 3)", "VALUES (1), (2, 3)"),
            ("VALUES (1 + 2) * 3, f(4, 5)", "VALUES ((1 + 2) * 3), (f(4, 5))"),
            ("VALUES 1, (2) ORDER BY 1", "VALUES (1), (2) ORDER BY 1"),
            (
                "SELECT a, b FROM (VALUES 'a', NULL) AS t (x), u",
                "SELECT a, b FROM (VALUES ('a'), (NULL)) AS t (x), u",
            ),
            (
                "VALUES 1 + (SELECT max(x) FROM (VALUES 2, 3) AS t (x)), 4",
                "VALUES (1 + (SELECT max(x) FROM (VALUES (2), (3)) AS t (x))), (4)",
            ),
            ("SELECT 1 IN (VALUES 1, -2), 3", "SELECT 1 IN (VALUES (1), (-2)), 3"),
            ("SELECT 1 = SOME (VALUES 1, 2)", "SELECT 1 = SOME (SELECT*FROM(VALUES (1), (2)))"),
            ("VALUES 1 UNION ALL VALUES 2, 3", "VALUES (1) UNION ALL VALUES (2), (3)"),
            ("VALUES ROW(1, 2), ROW(3, 4)", "VALUES ROW(1, 2), ROW(3, 4)"),
            ("SELECT \"values\" FROM t", "SELECT \"values\" FROM t"),
            ("VALUES", "VALUES"),
            ("VALUES ,", "VALUES ,"),
            ("VALUES (", "VALUES ("),
            ("VALUES )", "VALUES )"),
        ] {
            let written = in_parentheses(tokenize(text).unwrap());
            let written = written.iter().filter(|token| token.token != Token::EOF);
            let written: String = written.map(|token| token.token.to_string()).collect();
            assert_eq!(written.split_whitespace().collect::<Vec<_>>().join(" "), expected, "{text}");
        }
    }
}
