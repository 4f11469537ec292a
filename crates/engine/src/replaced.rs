//! `regexp_replace(text, pattern, x -> f(x))`: the text in pieces of which each has what is before a match and the groups of the
//! match, and `f` of the groups in the place of the match. If one of them is null, so is the text (Trino's
//! `JoniRegexpReplaceLambdaFunction`).
//!
//! It is written as a `transform` of the pieces, so that all that holds of lambda expressions holds here.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, LambdaFunction,
    LambdaSyntax, OneOrManyWithParens, Query, Value, VisitMut, VisitorMut,
};

use crate::{
    calls::{call, case},
    functions::{BEFORE, FIELD, GROUPS, PIECES, PIECES_JOINED},
};

/// How the parameters begin that stand for pieces; no name of Athena's does.
const PIECE: &str = "?piece";

/// Writes such calls with functions that take no lambda expression, or take one of an array's elements. Other forms stay, and
/// are refused. Says whether there was one.
pub(crate) fn rewrite(query: &mut Query) -> bool {
    let mut rewrite = Rewrite(0);
    // It never breaks.
    let _ = query.visit(&mut rewrite);
    rewrite.0 > 0
}

/// How many were written so.
struct Rewrite(usize);

impl VisitorMut for Rewrite {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr
            && let Some(pieces) = in_pieces(function, self.0)
        {
            *expr = pieces;
            self.0 += 1;
        }
        ControlFlow::Continue(())
    }
}

/// `None`: it is another call.
fn in_pieces(function: &mut Function, number: usize) -> Option<Expr> {
    if function.name.to_string().replace('"', "") != "regexp_replace"
        || function.over.is_some()
        || function.filter.is_some()
        || function.null_treatment.is_some()
    {
        return None;
    }
    let FunctionArguments::List(list) = &mut function.args else { return None };
    if list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
        return None;
    }
    let [
        FunctionArg::Unnamed(FunctionArgExpr::Expr(text)),
        FunctionArg::Unnamed(FunctionArgExpr::Expr(pattern)),
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Lambda(lambda))),
    ] = list.args.as_mut_slice()
    else {
        return None;
    };
    let piece = Ident::with_quote('"', format!("{PIECE}{number}"));
    let written = renamed(lambda, &piece)?;
    let mut body = take(&mut lambda.body);
    // It never breaks.
    let _ = body.visit(&mut Groups { written: &written, piece: &piece, hidden: 0 });
    let replaced = Expr::BinaryOp {
        left: Box::new(field(&piece, BEFORE)),
        op: BinaryOperator::StringConcat,
        right: Box::new(Expr::Nested(Box::new(body))),
    };
    let is_last = Expr::IsNull(Box::new(field(&piece, GROUPS)));
    *lambda.body = case(is_last, field(&piece, BEFORE), Some(Box::new(replaced)));
    let lambda = Expr::Lambda(lambda.clone());
    let pieces = call(PIECES, vec![take(text), take(pattern)]);
    Some(call(PIECES_JOINED, vec![call("transform", vec![pieces, lambda])]))
}

/// Gives the only parameter of a lambda expression another name, and says which it had. `None`: it is of another form.
fn renamed(lambda: &mut LambdaFunction, name: &Ident) -> Option<String> {
    if lambda.syntax != LambdaSyntax::Arrow {
        return None;
    }
    let parameters = match &mut lambda.params {
        OneOrManyWithParens::One(one) => std::slice::from_mut(one),
        OneOrManyWithParens::Many(many) => many.as_mut_slice(),
    };
    let [parameter] = parameters else { return None };
    if parameter.data_type.is_some() {
        return None;
    }
    Some(std::mem::replace(&mut parameter.name, name.clone()).value)
}

/// The groups of the piece in the place of the parameter that was written.
struct Groups<'a> {
    written: &'a str,
    piece: &'a Ident,
    /// How many lambda expressions around have a parameter of the same name.
    hidden: usize,
}

impl Groups<'_> {
    fn hides(&self, lambda: &LambdaFunction) -> bool {
        lambda.params.iter().any(|parameter| parameter.name.value == self.written)
    }
}

impl VisitorMut for Groups<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Lambda(lambda) if self.hides(lambda) => self.hidden += 1,
            Expr::Identifier(name) if self.hidden == 0 && name.value == self.written => {
                *expr = field(self.piece, GROUPS);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Lambda(lambda) = expr
            && self.hides(lambda)
        {
            self.hidden -= 1;
        }
        ControlFlow::Continue(())
    }
}

fn field(piece: &Ident, name: &str) -> Expr {
    let name = Expr::Value(Value::SingleQuotedString(name.to_owned()).with_empty_span());
    call(FIELD, vec![Expr::Identifier(piece.clone()), name])
}

/// What was there, while something else takes its place.
fn take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr::Tuple(Vec::new()))
}
