use datafusion::sql::sqlparser::{
    ast::{Query, Statement},
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::{Token, TokenWithSpan, Tokenizer},
};

use crate::{
    check,
    dialect::Athena,
    error::EngineError,
    literal,
    names::{Originals, OutputNames},
    nesting, parameter,
};

/// Athena's own bound.
const MAX_SQL_BYTES: usize = 262_144;

/// How many keywords and operators a statement may have. Each may nest the one before, and the parser's tree
/// is dropped on the thread's stack. (Later steps descend with larger frames: see `nesting`.)
const MAX_OPERATORS: usize = 1_500;

/// How deep the parser itself may descend, for the same reason.
const MAX_DEPTH: usize = 25;

/// A query that was parsed and checked, with its parameters in their places. It has not seen any table yet.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(crate) query: Box<Query>,
    pub(crate) names: OutputNames,
}

impl Prepared {
    pub(crate) fn new(sql: &str, parameters: &[String]) -> Result<Self, EngineError> {
        if sql.len() > MAX_SQL_BYTES {
            return Err(EngineError::rejected(format!("the query is longer than {MAX_SQL_BYTES} bytes")));
        }
        let (mut tokens, originals) = fold(tokenize(sql)?);
        bound(&tokens)?;
        reject_other_statements(&tokens)?;
        tokens.retain(|token| token.token != Token::EOF);
        let mut query = parse(tokens)?;
        nesting::bound(&mut query)?;
        check::query(&mut query)?;
        parameter::bind(&mut query, parameters)?;
        literal::rewrite(&mut query)?;
        let names = OutputNames::take(&mut query, &originals);
        Ok(Self { query, names })
    }
}

/// The text as tokens, with their places.
pub(crate) fn tokenize(sql: &str) -> Result<Vec<TokenWithSpan>, EngineError> {
    Tokenizer::new(&Athena, sql).tokenize_with_location().map_err(|error| {
        let place = error.location;
        EngineError::rejected(format!("line {}:{}: {}", place.line, place.column, error.message))
    })
}

/// The parser's complaint with the place in front, as Athena has it.
pub(crate) fn syntax_error(error: ParserError) -> EngineError {
    let text = match error {
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text,
        ParserError::RecursionLimitExceeded => {
            return EngineError::rejected(format!("the query nests deeper than {MAX_DEPTH} levels"));
        }
    };
    let Some((message, place)) = text.rsplit_once(" at Line: ") else {
        return EngineError::rejected(text);
    };
    EngineError::rejected(format!("line {}: {message}", place.replace(", Column: ", ":")))
}

/// Athena folds every name to lower case, also in quotes. Words keep their place, by which the text as it
/// was written is found again where it shows: in the names of the result's columns.
fn fold(tokens: Vec<TokenWithSpan>) -> (Vec<TokenWithSpan>, Originals) {
    let mut originals = Originals::default();
    let fold_one = |mut token: TokenWithSpan| {
        if let Token::Word(word) = &mut token.token {
            let folded = word.value.to_lowercase();
            if folded != word.value {
                originals.note(token.span.start, std::mem::replace(&mut word.value, folded));
            }
        }
        token
    };
    let tokens = tokens.into_iter().map(fold_one).collect();
    (tokens, originals)
}

fn bound(tokens: &[TokenWithSpan]) -> Result<(), EngineError> {
    let operators = tokens.iter().filter(|token| may_nest(&token.token)).count();
    if operators > MAX_OPERATORS {
        return Err(EngineError::unsupported(format!(
            "a query of {operators} keywords and operators (more than {MAX_OPERATORS}; IN lists do not count)"
        )));
    }
    Ok(())
}

fn may_nest(token: &Token) -> bool {
    match token {
        Token::Word(word) => !matches!(
            word.keyword,
            Keyword::NoKeyword
                | Keyword::AS
                | Keyword::DATE
                | Keyword::FALSE
                | Keyword::NULL
                | Keyword::TIMESTAMP
                | Keyword::TRUE
        ),
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Comma
        | Token::Period
        | Token::LParen
        | Token::RParen
        | Token::Placeholder(_)
        | Token::SemiColon
        | Token::Whitespace(_)
        | Token::EOF => false,
        _ => true,
    }
}

/// Names what is no query by its first word, also where the parser would not know it.
fn reject_other_statements(tokens: &[TokenWithSpan]) -> Result<(), EngineError> {
    let first = tokens.iter().find(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
    let Some(first) = first else {
        return Err(EngineError::rejected("the query is empty"));
    };
    match &first.token {
        Token::LParen => Ok(()),
        Token::Word(word) => match word.keyword {
            Keyword::SELECT | Keyword::WITH | Keyword::VALUES => Ok(()),
            Keyword::NoKeyword => Err(not_a_query(first)),
            _ => Err(EngineError::unsupported(word.value.to_uppercase())),
        },
        _ => Err(not_a_query(first)),
    }
}

fn not_a_query(first: &TokenWithSpan) -> EngineError {
    let place = first.span.start;
    EngineError::rejected(format!(
        "line {}:{}: mismatched input '{}'. Expecting: 'SELECT', 'WITH'",
        place.line, place.column, first.token
    ))
}

fn parse(tokens: Vec<TokenWithSpan>) -> Result<Box<Query>, EngineError> {
    let mut parser = Parser::new(&Athena).with_recursion_limit(MAX_DEPTH).with_tokens_with_locations(tokens);
    let mut statements = parser.parse_statements().map_err(syntax_error)?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => Ok(query),
        (Some(other), true) => {
            let text = other.to_string();
            Err(EngineError::unsupported(text.split(' ').next().unwrap_or_default()))
        }
        (Some(_), false) => Err(EngineError::rejected("only one statement is allowed")),
        (None, _) => Err(EngineError::rejected("the query is empty")),
    }
}
