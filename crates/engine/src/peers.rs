//! Peers: rows of a window that its order does not tell apart.
//!
//! In Trino rows are peers unless their keys are distinct, and -0.0 is not distinct from 0.0, although it comes before it
//! (`WindowPartition` and `DoubleType` in Trino's source). DataFusion compares bit by bit. So where a function asks for peers, the
//! last key of the order has one zero. Of an earlier key -0.0 stays apart, for rows with 0.0 come after all rows with -0.0.

use datafusion::{
    common::{
        DFSchema,
        tree_node::{Transformed, TreeNode},
    },
    error::Result,
    logical_expr::{
        Expr, ExprSchemable, LogicalPlan, WindowFrameUnits,
        expr::{ScalarFunction, WindowFunction},
    },
};

use crate::functions;

/// Functions that look at places only.
const WITHOUT: [&str; 5] = ["first_value", "lag", "lead", "ntile", "row_number"];

/// Functions that look at peers whatever the frame.
const WITH: [&str; 4] = ["cume_dist", "dense_rank", "percent_rank", "rank"];

/// Whether a function of the node asks for peers. Those of one node have one order.
pub(crate) fn are_asked_for(node: &LogicalPlan) -> Result<bool> {
    let LogicalPlan::Window(window) = node else { return Ok(false) };
    for expr in &window.window_expr {
        if expr.exists(|part| Ok(matches!(part, Expr::WindowFunction(call) if asks(call))))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn asks(call: &WindowFunction) -> bool {
    let name = call.fun.name();
    let by_frame = call.params.window_frame.units != WindowFrameUnits::Rows;
    WITH.contains(&name) || (by_frame && !WITHOUT.contains(&name))
}

/// The expression of such a node with one zero in the last key of its order.
pub(crate) fn joined(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    let joined = expr.transform_up(|part| match part {
        Expr::WindowFunction(mut call) => {
            let Some(last) = call.params.order_by.last_mut() else {
                return Ok(Transformed::no(Expr::WindowFunction(call)));
            };
            if !last.expr.get_type(schema)?.is_floating() {
                return Ok(Transformed::no(Expr::WindowFunction(call)));
            }
            let key = vec![std::mem::take(&mut last.expr)];
            last.expr = Expr::ScalarFunction(ScalarFunction::new_udf(functions::one_zero(), key));
            Ok(Transformed::yes(Expr::WindowFunction(call)))
        }
        other => Ok(Transformed::no(other)),
    });
    Ok(joined?.data)
}
