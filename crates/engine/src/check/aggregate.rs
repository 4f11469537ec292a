//! What a call of an aggregate may have besides its arguments.

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments,
    ListAggOnOverflow, OrderByExpr, Value, ValueWithSpan,
};

use super::{Flow, holds_query, refuse, refuse_if};
use crate::functions;

/// Refuses clauses that the function has not, or that are not computed here.
pub(super) fn check(name: &str, call: &Function) -> Flow {
    let is_listagg = name == "listagg";
    let FunctionArguments::List(arguments) = &call.args else {
        return refuse_if(!call.within_group.is_empty(), &format!("WITHIN GROUP of function {name}"));
    };
    refuse_if(!is_listagg && !call.within_group.is_empty(), &format!("WITHIN GROUP of function {name}"))?;
    let mut orders: Vec<&OrderByExpr> = Vec::new();
    for clause in &arguments.clauses {
        match clause {
            FunctionArgumentClause::OrderBy(terms) if functions::is_aggregate(name) && !is_listagg => {
                refuse_if(call.over.is_some(), &format!("ORDER BY among the arguments of {name} with OVER"))?;
                orders.extend(terms);
            }
            FunctionArgumentClause::OnOverflow(overflow) if is_listagg => {
                let filler = match overflow {
                    ListAggOnOverflow::Truncate { filler, .. } => filler.as_deref(),
                    ListAggOnOverflow::Error => None,
                };
                let is_plain = filler.is_none_or(is_text);
                refuse_if(!is_plain, "ON OVERFLOW TRUNCATE with a filler that is no text in quotes")?;
            }
            _ => return refuse(format!("a clause among the arguments of {name}")),
        }
    }
    orders.extend(&call.within_group);
    let by_query = orders.iter().any(|term| holds_query(&term.expr));
    refuse_if(by_query, &format!("a subquery in ORDER BY of function {name}"))?;
    if call.over.is_some() {
        // These have a third argument, or a second, and are others then.
        let most = match name {
            "max" | "min" => 1,
            "max_by" | "min_by" => 2,
            _ => usize::MAX,
        };
        let is_gathered = functions::keeps_rows(name) || arguments.args.len() > most;
        refuse_if(is_gathered, &format!("function {name} with OVER"))?;
    }
    if is_listagg {
        refuse_if(call.within_group.is_empty(), "listagg without WITHIN GROUP (ORDER BY ...)")?;
        let separator = match arguments.args.as_slice() {
            [_] => true,
            [_, FunctionArg::Unnamed(FunctionArgExpr::Expr(separator))] => is_text(separator),
            _ => false,
        };
        refuse_if(!separator, "listagg with a separator that is no text in quotes")?;
    }
    Flow::Continue(())
}

fn is_text(expr: &Expr) -> bool {
    let Expr::Value(ValueWithSpan { value, .. }) = expr else { return false };
    matches!(value, Value::SingleQuotedString(_))
}
