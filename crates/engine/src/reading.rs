//! From the text of a query to its tree: parsed and checked, with its parameters in their places, and with the forms rewritten that
//! the two engines read differently.

use datafusion::sql::sqlparser::{
    ast::Query,
    tokenizer::{Token, TokenWithSpan},
};
use trino::LOCAL;

use crate::{
    caller, check, derived,
    error::EngineError,
    fields, forms, frames, having, lambda, literal,
    names::{self, Originals},
    nesting, operand, padded, parameter, refused, replaced,
    syntax::{out_of_bounds, syntax_error, tokenize},
    type_text, unnest, with_names, written,
};

/// A query that was read.
pub(crate) struct Read {
    pub(crate) query: Box<Query>,
    pub(crate) originals: Originals,
    /// The columns of the result that are of a type `char(n)`.
    pub(crate) characters: padded::Columns,
}

/// Parses and checks a query, and rewrites what the two engines read differently.
pub(crate) fn read(sql: &str, parameters: &[String], database: &str) -> Result<Read, EngineError> {
    LOCAL.text(sql).map_err(out_of_bounds)?;
    let (tokens, originals) = fold(tokenize(sql)?);
    LOCAL.tokens(&tokens).map_err(out_of_bounds)?;
    bound_identifiers(&tokens)?;
    refused::other_statements(&tokens, &originals, sql)?;
    refused::match_recognize(&tokens)?;
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
pub(crate) fn refuse_characters(characters: &padded::Columns) -> Result<(), EngineError> {
    if characters.is_empty() {
        return Ok(());
    }
    Err(EngineError::unsupported("a view with a column of char(n) (write CAST(... AS varchar))"))
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
