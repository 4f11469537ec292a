use datafusion::sql::sqlparser::{
    ast::{Query, Statement},
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::{Token, TokenWithSpan, Tokenizer},
};

use crate::{
    caller, check, derived,
    dialect::Athena,
    error::EngineError,
    forms, frames, lambda, literal,
    names::{self, Originals, OutputNames},
    nesting, operand, parameter, rows, type_text, unnest, views, written,
};

/// Athena's own bound.
const MAX_SQL_BYTES: usize = 262_144;

/// How many keywords and operators a statement may have. Each may nest the one before, and the parser's tree
/// is dropped on the thread's stack. (Later steps descend with larger frames: see `nesting`.)
const MAX_OPERATORS: usize = 1_500;

/// How deep the parser itself may descend, for the same reason.
const MAX_DEPTH: usize = 25;

/// The stack that it has for that, in bytes: unoptimized, a level of joins in parentheses takes more than 150 KB.
const STACK: usize = 16 << 20;

/// How often the type `array<...>` may be written: the parser descends into these without a bound of its own.
const MAX_ARRAY_TYPES: usize = 25;

/// A query that was parsed and checked, with its parameters in their places. It has not seen any table yet.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(crate) query: Box<Query>,
    pub(crate) names: OutputNames,
    database: String,
}

impl Prepared {
    pub(crate) fn new(sql: &str, parameters: &[String], database: &str) -> Result<Self, EngineError> {
        let (mut query, originals) = read(sql, parameters, database)?;
        let names = OutputNames::take(&mut query, &originals);
        Ok(Self { query, names, database: database.to_owned() })
    }

    /// The query with those of its views in the places of their names. `views` gives the SQL of a view of the database.
    pub fn with_views(self, views: &dyn Fn(&str) -> Option<String>) -> Result<Self, EngineError> {
        self.expanded(None, views)
    }

    /// The same for the query of a view that is to have this name in the database: neither it nor a view within may be of the
    /// name.
    pub fn of_view(self, name: &str, views: &dyn Fn(&str) -> Option<String>) -> Result<Self, EngineError> {
        self.expanded(Some(name), views)
    }

    fn expanded(
        mut self,
        made: Option<&str>,
        views: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, EngineError> {
        if views::expand(&mut self.query, &self.database, made, views)? {
            nesting::bound(&mut self.query.clone())?;
            nesting::bound_inlined(&self.query)?;
        }
        Ok(self)
    }
}

/// The query of a view, whose columns keep their names.
pub(crate) fn view(sql: &str, database: &str) -> Result<Box<Query>, EngineError> {
    let (mut query, _) = read(sql, &[], database)?;
    names::mark_unnamed(&mut query);
    Ok(query)
}

/// Parses and checks a query, and rewrites what the two engines read differently.
fn read(sql: &str, parameters: &[String], database: &str) -> Result<(Box<Query>, Originals), EngineError> {
    if sql.len() > MAX_SQL_BYTES {
        return Err(EngineError::rejected(format!("the query is longer than {MAX_SQL_BYTES} bytes")));
    }
    let (tokens, originals) = fold(tokenize(sql)?);
    bound(&tokens)?;
    reject_other_statements(&tokens, &originals, sql)?;
    reject_match_recognize(&tokens)?;
    let mut tokens = type_text::collapsed(rows::in_parentheses(tokens))?;
    tokens.retain(|token| token.token != Token::EOF);
    let mut query = parse(tokens, sql)?;
    nesting::bound(&mut query)?;
    unnest::recognize(&mut query);
    check::query(&mut query)?;
    nesting::bound_inlined(&query)?;
    parameter::bind(&mut query, parameters)?;
    caller::rewrite(&mut query, database);
    forms::rewrite(&mut query);
    lambda::name_apart(&mut query)?;
    unnest::fold(&mut query);
    literal::rewrite(&mut query)?;
    frames::rewrite(&mut query)?;
    derived::name(&mut query);
    Ok((query, originals))
}

/// The text as tokens, with their places.
pub(crate) fn tokenize(sql: &str) -> Result<Vec<TokenWithSpan>, EngineError> {
    Tokenizer::new(&Athena::new(0), sql).tokenize_with_location().map_err(|error| {
        let place = error.location;
        EngineError::rejected(format!("line {}:{}: {}", place.line, place.column, error.message))
    })
}

/// The parser's complaint in Athena's form: `line 1:8: mismatched input 'FROM'. Expecting: an expression`.
pub(crate) fn syntax_error(error: ParserError, sql: &str) -> EngineError {
    let text = match error {
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text,
        ParserError::RecursionLimitExceeded => {
            return EngineError::rejected(format!("the query nests deeper than {MAX_DEPTH} levels"));
        }
    };
    let (message, place) = match text.rsplit_once(" at Line: ") {
        Some((message, place)) => (message, place.replace(", Column: ", ":")),
        None => (text.as_str(), end(sql)),
    };
    let mismatch = message.strip_prefix("Expected: ").and_then(|rest| rest.rsplit_once(", found: "));
    let Some((expected, found)) = mismatch else {
        return EngineError::rejected(format!("line {place}: {message}"));
    };
    let found = if found == "EOF" { "<EOF>" } else { found };
    EngineError::rejected(format!("line {place}: mismatched input '{found}'. Expecting: {expected}"))
}

/// The place just behind the text.
fn end(sql: &str) -> String {
    let last = sql.rsplit('\n').next().unwrap_or_default();
    format!("{}:{}", sql.matches('\n').count() + 1, last.chars().count() + 1)
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
    let words = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
    let nested = words.clone().zip(words.skip(1)).filter(|(word, next)| {
        next.token == Token::Lt && matches!(&word.token, Token::Word(word) if word.keyword == Keyword::ARRAY)
    });
    if nested.count() > MAX_ARRAY_TYPES {
        return Err(EngineError::unsupported(format!("array<> more than {MAX_ARRAY_TYPES} times")));
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
                | Keyword::DECIMAL
                | Keyword::FALSE
                | Keyword::NULL
                | Keyword::REAL
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
fn reject_other_statements(
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
fn reject_match_recognize(tokens: &[TokenWithSpan]) -> Result<(), EngineError> {
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

/// Parses on a thread of its own, whose stack is long enough: an overflow would end the process.
fn parse(tokens: Vec<TokenWithSpan>, sql: &str) -> Result<Box<Query>, EngineError> {
    std::thread::scope(|scope| {
        let parser = std::thread::Builder::new().stack_size(STACK);
        let parser = parser.spawn_scoped(scope, || descend(tokens, sql));
        let parser = parser.map_err(|error| EngineError::Internal(error.into()))?;
        parser.join().unwrap_or_else(|_| Err(EngineError::Internal("the parser panicked".into())))
    })
}

fn descend(tokens: Vec<TokenWithSpan>, sql: &str) -> Result<Box<Query>, EngineError> {
    let athena = Athena::new(tokens.len());
    let mut parser = Parser::new(&athena).with_recursion_limit(MAX_DEPTH).with_tokens_with_locations(tokens);
    let mut statements = parser.parse_statements().map_err(|error| syntax_error(error, sql))?;
    // The parser takes END for the end of a block, and leaves what follows unread.
    let next = parser.peek_token_ref();
    if next.token != Token::EOF {
        let place = next.span.start;
        let message = format!(
            "line {}:{}: mismatched input '{next}'. Expecting: end of statement",
            place.line, place.column
        );
        return Err(EngineError::rejected(message));
    }
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(mut query)), true) => {
            operand::check(&query)?;
            written::rewrite(&mut query)?;
            Ok(query)
        }
        (Some(other), true) => {
            let text = other.to_string();
            Err(EngineError::unsupported(text.split(' ').next().unwrap_or_default()))
        }
        (Some(_), false) => {
            Err(EngineError::rejected(format!("Only one sql statement is allowed. Got: {sql}")))
        }
        (None, _) => Err(not_a_statement(&end(sql), "<EOF>")),
    }
}
