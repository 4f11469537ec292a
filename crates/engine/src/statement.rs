use datafusion::sql::sqlparser::{
    ast::Query,
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};
use trino::{LOCAL, OutOfBounds, Place, Unparsed};

use crate::{
    caller, check, derived,
    error::EngineError,
    fields, forms, frames, having, lambda, literal,
    names::{self, Originals, OutputNames},
    nesting, operand, padded, parameter, replaced, type_text, unnest, views, with_names, written,
};

/// A query that was parsed and checked, with its parameters in their places. It has not seen any table yet.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(crate) query: Box<Query>,
    pub(crate) names: OutputNames,
    pub(crate) characters: padded::Columns,
    database: String,
}

impl Prepared {
    pub(crate) fn new(sql: &str, parameters: &[String], database: &str) -> Result<Self, EngineError> {
        let Read { mut query, originals, characters } = read(sql, parameters, database)?;
        let names = OutputNames::take(&mut query, &originals);
        if names::order_by_tables(&mut query) {
            nesting::bound(&mut query.clone())?;
            nesting::bound_inlined(&query)?;
        }
        Ok(Self { query, names, characters, database: database.to_owned() })
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
        if made.is_some() {
            refuse_characters(&self.characters)?;
        }
        if views::expand(&mut self.query, &self.database, made, views)? {
            nesting::bound(&mut self.query.clone())?;
            with_names::rename(&mut self.query)?;
            nesting::bound_inlined(&self.query)?;
        }
        Ok(self)
    }
}

/// The query of a view, whose columns keep their names.
pub(crate) fn view(sql: &str, database: &str) -> Result<Box<Query>, EngineError> {
    let Read { mut query, characters, .. } = read(sql, &[], database)?;
    refuse_characters(&characters)?;
    names::mark_unnamed(&mut query);
    if names::order_view_by_tables(&mut query) {
        nesting::bound(&mut query.clone())?;
    }
    Ok(query)
}

/// The query of a view is within another one, where the type of such a column would be forgotten.
fn refuse_characters(characters: &padded::Columns) -> Result<(), EngineError> {
    if characters.is_empty() {
        return Ok(());
    }
    Err(EngineError::unsupported("a view with a column of char(n) (write CAST(... AS varchar))"))
}

/// A query that was read.
struct Read {
    query: Box<Query>,
    originals: Originals,
    /// The columns of the result that are of a type `char(n)`.
    characters: padded::Columns,
}

/// Parses and checks a query, and rewrites what the two engines read differently.
fn read(sql: &str, parameters: &[String], database: &str) -> Result<Read, EngineError> {
    LOCAL.text(sql).map_err(out_of_bounds)?;
    let (tokens, originals) = fold(tokenize(sql)?);
    LOCAL.tokens(&tokens).map_err(out_of_bounds)?;
    bound_identifiers(&tokens)?;
    reject_other_statements(&tokens, &originals, sql)?;
    reject_match_recognize(&tokens)?;
    let mut tokens = type_text::collapsed(&tokens)?;
    tokens.retain(|token| token.token != Token::EOF);
    let mut query = parse(tokens, sql)?;
    nesting::bound(&mut query)?;
    unnest::recognize(&mut query);
    having::aggregate(&mut query);
    with_names::rename(&mut query)?;
    check::query(&mut query)?;
    nesting::bound_inlined(&query)?;
    parameter::bind(&mut query, parameters)?;
    caller::rewrite(&mut query, database);
    fields::name(&mut query, database);
    let characters = padded::rewrite(&mut query)?;
    forms::rewrite(&mut query);
    if replaced::rewrite(&mut query) {
        nesting::bound(&mut query.clone())?;
        nesting::bound_inlined(&query)?;
    }
    lambda::name_apart(&mut query)?;
    unnest::fold(&mut query);
    literal::rewrite(&mut query)?;
    frames::rewrite(&mut query)?;
    derived::name(&mut query);
    Ok(Read { query, originals, characters })
}

/// The most bytes of an identifier. Athena's catalog has names of 255 characters at the most; an alias may be longer there.
const MAX_IDENTIFIER: usize = 1_024;

/// Refuses identifiers that are too long: the planner writes the name of a relation before that of each of its columns, and there
/// may be thousands of these.
fn bound_identifiers(tokens: &[TokenWithSpan]) -> Result<(), EngineError> {
    let length = |token: &TokenWithSpan| match &token.token {
        Token::Word(word) => word.value.len(),
        _ => 0,
    };
    match tokens.iter().map(length).max() {
        Some(longest) if longest > MAX_IDENTIFIER => Err(EngineError::unsupported(format!(
            "an identifier of {longest} bytes (more than {MAX_IDENTIFIER})"
        ))),
        _ => Ok(()),
    }
}

/// The text as tokens, with their places.
pub(crate) fn tokenize(sql: &str) -> Result<Vec<TokenWithSpan>, EngineError> {
    trino::tokenize(sql).map_err(|error| {
        let place = error.location;
        EngineError::rejected(format!("line {}:{}: {}", place.line, place.column, error.message))
    })
}

fn out_of_bounds(error: OutOfBounds) -> EngineError {
    match error {
        // So does Athena.
        OutOfBounds::Bytes { most, .. } => {
            EngineError::rejected(format!("the query is longer than {most} bytes"))
        }
        OutOfBounds::Operators { found, most } => EngineError::unsupported(format!(
            "a query of {found} keywords and operators (more than {most}; IN lists do not count)"
        )),
        OutOfBounds::ArrayTypes { most } => {
            EngineError::unsupported(format!("array<> more than {most} times"))
        }
    }
}

/// The parser's complaint in Athena's form: `line 1:8: mismatched input 'FROM'. Expecting: an expression`.
pub(crate) fn syntax_error(error: Unparsed, sql: &str) -> EngineError {
    let written =
        |place: Option<Place>| place.map_or_else(|| end(sql), |(line, column)| format!("{line}:{column}"));
    let (message, place) = match error {
        Unparsed::Syntax { message, place } => (message, place),
        Unparsed::Rest { is_ended: true, .. } => {
            return EngineError::rejected(format!("Only one sql statement is allowed. Got: {sql}"));
        }
        Unparsed::Rest { found, place, is_ended: false } => {
            return mismatched(&written(place), &found, "end of statement");
        }
        Unparsed::TooDeep { levels } => {
            return EngineError::rejected(format!("the query nests deeper than {levels} levels"));
        }
        Unparsed::TooLong => {
            return EngineError::rejected("the query takes too long to parse: write it flatter");
        }
        error @ (Unparsed::NoThread(_) | Unparsed::Panicked) => return EngineError::Internal(error.into()),
    };
    let place = written(place);
    let mismatch = message.strip_prefix("Expected: ").and_then(|rest| rest.rsplit_once(", found: "));
    let Some((expected, found)) = mismatch else {
        return EngineError::rejected(format!("line {place}: {message}"));
    };
    mismatched(&place, if found == "EOF" { "<EOF>" } else { found }, expected)
}

fn mismatched(place: &str, found: &str, expected: &str) -> EngineError {
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

/// Parses, and writes the forms of Athena's grammar that say the same in one way. All of that descends as deep as the
/// parser did, on its stack.
fn parse(tokens: Vec<TokenWithSpan>, sql: &str) -> Result<Box<Query>, EngineError> {
    let then = |mut query: Box<Query>| -> Result<Box<Query>, EngineError> {
        check::parsed(&query)?;
        operand::check(&query)?;
        written::rewrite(&mut query)?;
        Ok(query)
    };
    trino::query(tokens, &LOCAL, then).map_err(|error| syntax_error(error, sql))?
}
