//! The walk over a parsed query, which the API's gate and the local engine share. Everything the parser may find is taken
//! apart by name, so that a part which a later version of it adds does not go unseen. What Athena does not have, and what
//! neither of the two supports, is refused here. Where the two differ, the [`Policy`] of each decides.

mod call;
mod clause;
mod distinct;
mod expression;
mod relation;
mod types;
mod unsupported;

use sqlparser::{
    ast::{DataType, Expr, Function, Ident, ObjectName, Query},
    tokenizer::Location,
};

pub use expression::EXTRACTED;
pub use unsupported::{Advice, Unsupported};

use crate::reserved::{is_reserved, is_value};

/// What the walk asks whoever wants to run the statement, of all that is in the grammar. Each answer comes before what is
/// below that node.
pub trait Policy {
    /// Why a statement may not be run.
    type Refused: From<Unsupported>;

    /// How deep the walk may descend, which it does on the stack. Chains of operators do not count.
    const LEVELS: usize;

    /// Whether a table or a subquery may be sampled (`TABLESAMPLE`).
    const SAMPLES: bool = false;

    /// A query: the statement itself, or one within it.
    fn query(&mut self, _query: &Query, _is_statement: bool) -> Result<(), Self::Refused> {
        Ok(())
    }

    /// A table by its name, which is not one of a WITH clause around; and the name's parts.
    fn table(&mut self, _name: &ObjectName, _parts: &[&Ident]) -> Result<(), Self::Refused> {
        Ok(())
    }

    /// An expression.
    fn expression(&mut self, _expr: &Expr) -> Result<(), Self::Refused> {
        Ok(())
    }

    /// A call of the function of this name.
    fn call(&mut self, _call: &Function, _name: &Ident) -> Result<(), Self::Refused> {
        Ok(())
    }

    /// A parameter, and whether it stands in the WHERE clause of the SELECT around it: Athena takes it there only.
    fn parameter(&mut self, _place: Location, _in_where: bool) -> Result<(), Self::Refused> {
        Ok(())
    }

    /// Whether a type that is not the parser's is one of Athena's, and stands for a type that was read before.
    fn stands_for_type(&self, _data_type: &DataType) -> bool {
        false
    }
}

/// Goes through the query, and stops at the first thing that may not be run.
pub fn walk<P: Policy>(query: &Query, policy: &mut P) -> Result<(), P::Refused> {
    Walk { policy, named: Vec::new(), in_where: false, levels: 0 }.query(query, true)
}

/// A name as Athena compares it: folded, also in quotes. ASCII alone: who uses other letters gets no other name by that.
pub fn fold(name: &Ident) -> String {
    name.value.to_ascii_lowercase()
}

type Checked<P> = Result<(), <P as Policy>::Refused>;

struct Walk<'p, P> {
    policy: &'p mut P,
    /// The names of the WITH clauses around, innermost last, folded.
    named: Vec<String>,
    in_where: bool,
    levels: usize,
}

impl<P: Policy> Walk<'_, P> {
    /// Descends one level.
    fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Checked<P>) -> Checked<P> {
        if self.levels == P::LEVELS {
            return Err(Unsupported::TooDeep { levels: P::LEVELS }.into());
        }
        self.levels += 1;
        inner(self)?;
        self.levels -= 1;
        Ok(())
    }

    /// A name in a FROM clause: one of a WITH clause, or a table.
    fn table(&mut self, name: &ObjectName) -> Checked<P> {
        let parts = parts(name)?;
        match parts.as_slice() {
            [name] if self.named.contains(&fold(name)) => Ok(()),
            _ => self.policy.table(name, &parts),
        }
    }
}

/// The parts of a dotted name.
fn parts(name: &ObjectName) -> Result<Vec<&Ident>, Unsupported> {
    let parts: Option<Vec<&Ident>> = name.0.iter().map(|part| part.as_ident()).collect();
    let written = || Advice::NoName(name.to_string());
    let parts = parts.ok_or_else(|| Unsupported::of(format!("{name} as a name"), written()))?;
    parts.iter().try_for_each(|part| is_name(part))?;
    Ok(parts)
}

/// The name of what is called, if it has one part. Words that are reserved may be called: they have a form of their own.
fn called(name: &ObjectName) -> Result<Option<&Ident>, Unsupported> {
    match name.0.as_slice() {
        [part] => match part.as_ident() {
            Some(name) => is_word(name).map(|()| Some(name)),
            None => parts(name).map(|_| None),
        },
        _ => parts(name).map(|_| None),
    }
}

/// A name, which is no word that is reserved.
fn is_name(name: &Ident) -> Result<(), Unsupported> {
    is_word(name)?;
    match name.quote_style {
        None if is_reserved(&name.value) => Err(Unsupported::reserved(name)),
        _ => Ok(()),
    }
}

/// A column, or a word that the parser takes for one.
fn is_column(name: &Ident) -> Result<(), Unsupported> {
    match name.quote_style {
        None if is_value(&name.value) => Ok(()),
        _ => is_name(name),
    }
}

/// The parser takes a text for a name as well, so that `'a' 'b'` is a text with an alias. It keeps no place of it.
fn is_word(name: &Ident) -> Result<(), Unsupported> {
    match name.quote_style {
        // `t.?` is a name to the parser.
        None if name.value.starts_with('?') => {
            refuse("a parameter behind a dot", "a name stands behind a dot, and no parameter")
        }
        None | Some('"') => Ok(()),
        Some(_) => {
            let construct = "a name in single quotes (write it without quotes, or in double quotes)";
            let sentence = "a name is written without quotes or in double quotes, and '...' is a text";
            refuse(construct, sentence)
        }
    }
}

fn refuse(construct: impl Into<String>, sentence: &str) -> Result<(), Unsupported> {
    Err(Unsupported::of(construct, Advice::Sentence(sentence.to_owned())))
}

fn refuse_if(found: bool, construct: &str, sentence: &str) -> Result<(), Unsupported> {
    if found { refuse(construct, sentence) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
