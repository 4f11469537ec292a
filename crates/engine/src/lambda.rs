//! Lambda expressions, as in `transform(a, x -> x + 1)`: where they may stand, and names for their parameters that no column
//! has. So every later step takes a name for what it means.

use std::{collections::HashSet, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, LambdaFunction, LambdaSyntax,
    ObjectName, ObjectNamePart, Query, Select, TableFactor, TableWithJoins, Value, VisitMut, VisitorMut,
};

use crate::{
    calls::call,
    error::{EngineError, Failure},
    functions::{self, ARRAY_SORT, FIELD, Part, SORTED_BY},
    visit::broken,
};

/// Refuses lambda expressions where Athena has none, and gives each parameter a name of its own.
pub(crate) fn name_apart(query: &mut Query) -> Result<(), EngineError> {
    broken(query.visit(&mut NameApart::default()))
}

#[derive(Default)]
struct NameApart {
    /// How many lambda expressions may come, since a call around takes them.
    expected: usize,
    /// The parameters of the lambda expressions around: as they were written, and their names.
    scopes: Vec<Vec<(String, String)>>,
    /// The relations that can be named, of each SELECT around.
    relations: Vec<HashSet<String>>,
}

type Flow = ControlFlow<EngineError>;

impl VisitorMut for NameApart {
    type Break = EngineError;

    fn pre_visit_query(&mut self, _: &mut Query) -> Flow {
        if self.scopes.is_empty() { Flow::Continue(()) } else { refuse("a subquery in a lambda expression") }
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> Flow {
        let mut names = HashSet::new();
        select.from.iter().for_each(|element| collect(element, &mut names));
        self.relations.push(names);
        Flow::Continue(())
    }

    fn post_visit_select(&mut self, _: &mut Select) -> Flow {
        self.relations.pop();
        Flow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> Flow {
        match expr {
            Expr::Function(call) => self.call(call),
            Expr::Lambda(lambda) => self.enter(lambda),
            Expr::Identifier(name) => {
                if let Some(own) = self.own_name(&name.value) {
                    name.value = own;
                    name.quote_style = Some('"');
                }
                Flow::Continue(())
            }
            Expr::CompoundIdentifier(parts) => {
                if let Some(fields) = self.fields_of(parts) {
                    *expr = fields;
                }
                Flow::Continue(())
            }
            _ => Flow::Continue(()),
        }
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> Flow {
        if matches!(expr, Expr::Lambda(_)) {
            self.scopes.pop();
        }
        Flow::Continue(())
    }
}

impl NameApart {
    /// A call, which takes the lambda expressions that its function takes, and no others.
    fn call(&mut self, call: &mut Function) -> Flow {
        let name = call.name.to_string().replace('"', "");
        let is_of_rows = call.over.is_some() || functions::is_aggregate(&name);
        if is_of_rows && !self.scopes.is_empty() {
            return refuse("an aggregate or a window function in a lambda expression");
        }
        let given = parts(&call.args);
        let lambdas = given.iter().filter(|part| matches!(part, Part::Lambda(_))).count();
        let Some((expected, spelled)) = functions::lambda_signature(&name) else {
            if lambdas == 0 {
                return Flow::Continue(());
            }
            return match (name.as_str(), given.as_slice()) {
                ("regexp_replace", [Part::Value, Part::Value, Part::Lambda(1)]) => {
                    refuse("regexp_replace with a lambda expression")
                }
                _ => unexpected(&name, ""),
            };
        };
        // It has a form without a function, too.
        if name == ARRAY_SORT && lambdas == 0 {
            return Flow::Continue(());
        }
        if given != expected || is_odd(call) {
            return unexpected(&name, &format!(". Expected: {spelled}"));
        }
        if name == ARRAY_SORT {
            call.name = ObjectName::from(vec![Ident::new(SORTED_BY)]);
        }
        self.expected += lambdas;
        Flow::Continue(())
    }

    fn enter(&mut self, lambda: &mut LambdaFunction) -> Flow {
        let is_typed = lambda.params.iter().any(|parameter| parameter.data_type.is_some());
        if lambda.syntax != LambdaSyntax::Arrow || is_typed {
            return refuse("this form of a lambda expression");
        }
        let Some(left) = self.expected.checked_sub(1) else {
            let message = "Lambda expression should always be used inside a function";
            return Flow::Break(Failure::new("TYPE_MISMATCH", message).into());
        };
        self.expected = left;
        let mut scope: Vec<(String, String)> = Vec::new();
        for parameter in parameters(lambda) {
            let written = parameter.value.clone();
            if scope.iter().any(|(known, _)| *known == written) {
                let message = format!("Lambda expression has more than one argument '{written}'");
                return Flow::Break(Failure::new("SYNTAX_ERROR", message).into());
            }
            // No name of Athena's has a question mark. Equal expressions stay equal, as in SELECT and GROUP BY.
            let own = format!("{written}?{}", self.scopes.len());
            parameter.value.clone_from(&own);
            parameter.quote_style = Some('"');
            scope.push((written, own));
        }
        self.scopes.push(scope);
        Flow::Continue(())
    }

    /// The parameter that the name stands for, the innermost first.
    fn own_name(&self, written: &str) -> Option<String> {
        self.scopes.iter().rev().flatten().find(|(known, _)| known == written).map(|(_, own)| own.clone())
    }

    /// `x.a.b`, if `x` is a parameter. A relation of the name comes first in Athena.
    fn fields_of(&self, parts: &[Ident]) -> Option<Expr> {
        let (first, fields) = parts.split_first()?;
        if self.relations.iter().any(|names| names.contains(&first.value)) {
            return None;
        }
        let own = self.own_name(&first.value)?;
        let root = Expr::Identifier(Ident::with_quote('"', own));
        Some(fields.iter().fold(root, |row, field| {
            let name = Value::SingleQuotedString(field.value.clone());
            call(FIELD, vec![row, Expr::Value(name.with_empty_span())])
        }))
    }
}

/// What the arguments are. What is no plain expression is no part of a call that takes functions.
fn parts(arguments: &FunctionArguments) -> Vec<Part> {
    let FunctionArguments::List(list) = arguments else { return Vec::new() };
    let part = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Lambda(lambda))) => {
            Part::Lambda(lambda.params.len())
        }
        _ => Part::Value,
    };
    list.args.iter().map(part).collect()
}

/// Whether more is said than the arguments.
fn is_odd(call: &Function) -> bool {
    let plain = |argument: &FunctionArg| matches!(argument, FunctionArg::Unnamed(FunctionArgExpr::Expr(_)));
    let is_list = match &call.args {
        FunctionArguments::List(list) => {
            list.duplicate_treatment.is_none() && list.clauses.is_empty() && list.args.iter().all(plain)
        }
        _ => false,
    };
    !is_list || call.filter.is_some() || call.null_treatment.is_some() || call.over.is_some()
}

fn parameters(lambda: &mut LambdaFunction) -> impl Iterator<Item = &mut Ident> {
    use datafusion::sql::sqlparser::ast::OneOrManyWithParens::{Many, One};
    let all = match &mut lambda.params {
        One(one) => std::slice::from_mut(one),
        Many(many) => many.as_mut_slice(),
    };
    all.iter_mut().map(|parameter| &mut parameter.name)
}

/// The names of the relations of a FROM clause.
fn collect(element: &TableWithJoins, names: &mut HashSet<String>) {
    let joined = element.joins.iter().map(|join| &join.relation);
    for factor in std::iter::once(&element.relation).chain(joined) {
        let alias = match factor {
            TableFactor::NestedJoin { table_with_joins, .. } => {
                collect(table_with_joins, names);
                None
            }
            TableFactor::Table { name, alias: None, .. } => {
                name.0.last().and_then(ObjectNamePart::as_ident).map(|name| &name.value)
            }
            TableFactor::Table { alias, .. }
            | TableFactor::Derived { alias, .. }
            | TableFactor::UNNEST { alias, .. } => alias.as_ref().map(|alias| &alias.name.value),
            _ => None,
        };
        names.extend(alias.cloned());
    }
}

fn refuse(construct: &str) -> Flow {
    Flow::Break(EngineError::unsupported(construct))
}

fn unexpected(name: &str, expected: &str) -> Flow {
    let message = format!("Unexpected parameters for function {name}{expected}");
    Flow::Break(Failure::new("FUNCTION_NOT_FOUND", message).into())
}
