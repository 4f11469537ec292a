//! What a SELECT DISTINCT may be ordered by: a column of its result, by name, by place or by its expression.
//!
//! The rows of such a SELECT are groups of rows. What is no column of the result may differ within a group, and Trino refuses it
//! (`StatementAnalyzer.verifySelectDistinct`), also where it can be calculated from the result, as in `SELECT DISTINCT a ... ORDER
//! BY a + 1`. What a name stands for is not known here, so of two that end alike one is taken for the other.

use sqlparser::{
    ast::{Distinct, Expr, Ident, OrderBy, OrderByKind, Query, Select, SelectItem, SetExpr, Value},
    tokenizer::Token,
};

use super::{Unsupported, fold};
use crate::tokenize;

const NOT_SELECTED: Unsupported = Unsupported::Mistake {
    code: "EXPRESSION_NOT_IN_DISTINCT",
    message: "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
};

const NOT_DETERMINISTIC: Unsupported = Unsupported::Mistake {
    code: "EXPRESSION_NOT_IN_DISTINCT",
    message: "Non deterministic ORDER BY expression is not supported with SELECT DISTINCT",
};

/// The functions that Trino calls not deterministic.
const RANDOM: [&str; 4] = ["rand", "random", "shuffle", "uuid"];

/// Refuses another order of a SELECT DISTINCT.
pub(super) fn check(query: &Query) -> Result<(), Unsupported> {
    let Some(OrderBy { kind: OrderByKind::Expressions(terms), .. }) = &query.order_by else { return Ok(()) };
    let SetExpr::Select(select) = &*query.body else { return Ok(()) };
    if !matches!(select.distinct, Some(Distinct::Distinct)) {
        return Ok(());
    }
    let result = Selected::of(select);
    terms.iter().try_for_each(|term| result.orders(&term.expr))
}

/// The columns of a result.
struct Selected {
    names: Vec<String>,
    expressions: Vec<Vec<String>>,
    /// There are columns whose names are not known.
    has_all: bool,
}

impl Selected {
    fn of(select: &Select) -> Self {
        let mut found = Self { names: Vec::new(), expressions: Vec::new(), has_all: false };
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) => found.add(expr, name_of(expr)),
                SelectItem::ExprWithAlias { expr, alias } => {
                    found.add(expr, name_of(expr));
                    found.names.push(fold(alias));
                }
                _ => found.has_all = true,
            }
        }
        found
    }

    fn add(&mut self, expr: &Expr, name: Option<&Ident>) {
        match name {
            Some(name) => self.names.push(fold(name)),
            None => self.expressions.push(written(expr)),
        }
    }

    fn orders(&self, term: &Expr) -> Result<(), Unsupported> {
        let is_place = matches!(term, Expr::Value(value) if matches!(value.value, Value::Number(..)));
        if is_place {
            return Ok(());
        }
        if let Some(name) = name_of(term) {
            let is_known = self.has_all || self.names.contains(&fold(name));
            return if is_known { Ok(()) } else { Err(NOT_SELECTED) };
        }
        let written = written(term);
        if !self.expressions.contains(&written) {
            return Err(NOT_SELECTED);
        }
        let is_random = written
            .windows(2)
            .any(|pair| matches!(pair, [name, open] if RANDOM.contains(&name.as_str()) && open == "("));
        if is_random { Err(NOT_DETERMINISTIC) } else { Ok(()) }
    }
}

/// The last name of a column or a field.
fn name_of(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Nested(inner) => name_of(inner),
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(parts) => parts.last(),
        _ => None,
    }
}

/// The words of an expression, folded, without the names before a dot. Parentheses around the whole are left out.
fn written(expr: &Expr) -> Vec<String> {
    let mut expr = expr;
    while let Expr::Nested(inner) = expr {
        expr = inner;
    }
    let text = expr.to_string();
    let Ok(tokens) = tokenize(&text) else { return vec![text] };
    let mut words: Vec<String> = Vec::new();
    for token in tokens {
        match token.token {
            Token::Whitespace(_) | Token::EOF => {}
            Token::Period => drop(words.pop()),
            Token::Word(word) => words.push(word.value.to_ascii_lowercase()),
            other => words.push(other.to_string()),
        }
    }
    words
}

#[cfg(test)]
mod tests;
