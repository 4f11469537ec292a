//! Statements that are no queries, named by what they begin with.

use datafusion::sql::sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

use crate::{error::EngineError, names::Originals, syntax::end};

/// Names what is no query by its first word, also where the parser would not know it.
pub(crate) fn other_statements(
    tokens: &[TokenWithSpan],
    originals: &Originals,
    sql: &str,
) -> Result<(), EngineError> {
    let first = tokens.iter().find(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
    let Some(first) = first else {
        return Err(not_a_statement(&end(sql), "<EOF>"));
    };
    let place = first.span.start;
    let not_a_query = || {
        let written = originals.at(place).map_or_else(|| first.token.to_string(), str::to_owned);
        not_a_statement(&format!("{}:{}", place.line, place.column), &written)
    };
    match &first.token {
        Token::LParen => Ok(()),
        Token::Word(word) => match word.keyword {
            Keyword::SELECT | Keyword::WITH | Keyword::VALUES => Ok(()),
            _ if OTHER_STATEMENTS.contains(&word.value.to_uppercase().as_str()) => {
                Err(EngineError::unsupported(word.value.to_uppercase()))
            }
            _ => Err(not_a_query()),
        },
        _ => Err(not_a_query()),
    }
}

/// Names it, since the parser does not know it.
pub(crate) fn match_recognize(tokens: &[TokenWithSpan]) -> Result<(), EngineError> {
    let mut words = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).peekable();
    while let Some(token) = words.next() {
        let is_word = matches!(&token.token, Token::Word(word) if word.quote_style.is_none() && word.value == "match_recognize");
        if is_word && words.peek().is_some_and(|next| next.token == Token::LParen) {
            return Err(EngineError::unsupported("MATCH_RECOGNIZE"));
        }
    }
    Ok(())
}

/// What a statement may begin with in Athena, besides a query: the words of its own complaint, and those of the
/// statements that its Hive parser takes.
const OTHER_STATEMENTS: [&str; 32] = [
    "ALTER",
    "ANALYZE",
    "CALL",
    "COMMENT",
    "COMMIT",
    "CREATE",
    "DEALLOCATE",
    "DELETE",
    "DENY",
    "DESC",
    "DESCRIBE",
    "DROP",
    "EXECUTE",
    "EXPLAIN",
    "GRANT",
    "INSERT",
    "MERGE",
    "MSCK",
    "OPTIMIZE",
    "PREPARE",
    "REFRESH",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SET",
    "SHOW",
    "START",
    "TRUNCATE",
    "UNLOAD",
    "UPDATE",
    "USE",
    "VACUUM",
];

fn not_a_statement(place: &str, found: &str) -> EngineError {
    let hive_only = ["MSCK", "OPTIMIZE", "VACUUM"];
    let words = OTHER_STATEMENTS.iter().filter(|word| !hive_only.contains(word));
    let expected: String = words.map(|word| format!("'{word}', ")).collect();
    EngineError::rejected(format!("line {place}: mismatched input '{found}'. Expecting: {expected}<query>"))
}
