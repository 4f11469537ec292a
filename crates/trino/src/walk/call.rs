//! Calls, and the windows that they are over.

use sqlparser::ast::{
    Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArgumentList, FunctionArguments,
    ListAggOnOverflow, NamedWindowDefinition, NamedWindowExpr, WindowFrame, WindowFrameBound, WindowSpec,
    WindowType,
};

use super::{Advice, Checked, Policy, Unsupported, Walk, called, fold, is_name, refuse, refuse_if};

const FORM: &str = "this form of an argument is not supported";

impl<P: Policy> Walk<'_, P> {
    pub(super) fn call(&mut self, call: &Function) -> Checked<P> {
        let Function {
            name,
            uses_odbc_syntax,
            parameters,
            args,
            filter,
            null_treatment: _,
            over,
            within_group,
        } = call;
        let Some(own_name) = called(name)? else {
            let name = name.to_string();
            let construct = format!("function {}", name.replace('"', ""));
            return Err(Unsupported::of(construct, Advice::Qualified(name)).into());
        };
        self.policy.call(call, own_name)?;
        let folded = fold(own_name);
        let plain = !uses_odbc_syntax && *parameters == FunctionArguments::None;
        let construct = format!("this form of function {folded}");
        refuse_if(!plain, &construct, "this form of a call is not supported")?;
        match args {
            FunctionArguments::None => {}
            FunctionArguments::List(FunctionArgumentList { duplicate_treatment: _, args, clauses }) => {
                self.arguments(&folded, args)?;
                clauses.iter().try_for_each(|clause| self.clause(&folded, clause))?;
            }
            FunctionArguments::Subquery(_) => {
                let sentence = "a subquery as an argument stands in parentheses of its own";
                refuse(construct, sentence)?;
            }
        }
        // A parameter in FILTER (WHERE ...) is not in the WHERE clause.
        let outside = std::mem::replace(&mut self.in_where, false);
        filter.iter().try_for_each(|condition| self.expression(condition))?;
        self.order(within_group)?;
        match over {
            None => {}
            Some(WindowType::WindowSpec(window)) => self.window(window)?,
            // Its window is looked at where it is defined.
            Some(WindowType::NamedWindow(name)) => is_name(name)?,
        }
        self.in_where = outside;
        Ok(())
    }

    fn clause(&mut self, name: &str, clause: &FunctionArgumentClause) -> Checked<P> {
        match clause {
            FunctionArgumentClause::OrderBy(terms) => self.order(terms),
            FunctionArgumentClause::IgnoreOrRespectNulls(_)
            | FunctionArgumentClause::OnOverflow(ListAggOnOverflow::Error) => Ok(()),
            FunctionArgumentClause::OnOverflow(ListAggOnOverflow::Truncate { filler, with_count: _ }) => {
                filler.iter().try_for_each(|filler| self.expression(filler))
            }
            _ => Ok(refuse(format!("a clause among the arguments of {name}"), FORM)?),
        }
    }

    pub(super) fn arguments(&mut self, name: &str, args: &[FunctionArg]) -> Checked<P> {
        args.iter().try_for_each(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.expression(expr),
            FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => Ok(()),
            _ => Ok(refuse(format!("this form of an argument of function {name}"), FORM)?),
        })
    }

    /// One of a WINDOW clause.
    pub(super) fn named_window(&mut self, definition: &NamedWindowDefinition) -> Checked<P> {
        let NamedWindowDefinition(name, window) = definition;
        is_name(name)?;
        match window {
            NamedWindowExpr::WindowSpec(window) => self.window(window),
            NamedWindowExpr::NamedWindow(_) => {
                let sentence = "a window in a WINDOW clause stands in parentheses";
                Ok(refuse("WINDOW without parentheses", sentence)?)
            }
        }
    }

    fn window(&mut self, window: &WindowSpec) -> Checked<P> {
        let WindowSpec { window_name, partition_by, order_by, window_frame } = window;
        window_name.iter().try_for_each(is_name)?;
        self.expressions(partition_by)?;
        self.order(order_by)?;
        let Some(WindowFrame { units: _, start_bound, end_bound }) = window_frame else { return Ok(()) };
        [Some(start_bound), end_bound.as_ref()].into_iter().flatten().try_for_each(|bound| match bound {
            WindowFrameBound::CurrentRow => Ok(()),
            WindowFrameBound::Preceding(offset) | WindowFrameBound::Following(offset) => {
                offset.iter().try_for_each(|offset| self.expression(offset))
            }
        })
    }
}
