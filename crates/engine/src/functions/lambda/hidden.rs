use std::{
    collections::{HashMap, HashSet},
    hash::{Hash, Hasher},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{
        Column, DFSchema,
        tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    },
    error::{DataFusionError, Result},
    execution::SessionState,
    logical_expr::{
        ColumnarValue, Expr, ExprSchemable, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
        Signature, Volatility,
        expr::{HigherOrderFunction, ScalarFunction},
        expr_rewriter::NamePreserver,
        utils::merge_schema,
    },
};

use super::kind::{ALL, Kind};
use crate::{
    cancel::Cancellation,
    error::EngineError,
    failure::from_datafusion,
    functions::{attempt::is_given, own::not_taken},
    memory::QueryMemory,
    parts, typing,
};

/// How often the types of lambda expressions are looked for in one query. A `reduce` within a `reduce` looks for those of
/// the inner one as often as its own state's type changes.
const MAX_RESOLVED: usize = 1_000;

/// How often the types around calls are looked for, at most.
const MAX_ROUNDS: usize = 8;

/// What the calls of one query are made with.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) session: SessionState,
    pub(super) memory: QueryMemory,
    pub(super) cancellation: Cancellation,
    resolved: AtomicUsize,
    /// The types of calls that are others than the planner took them for, by their numbers.
    types: Mutex<HashMap<usize, Arrow>>,
    has_changed: AtomicBool,
}

impl Surroundings {
    /// Fails where types were looked for too often.
    pub(super) fn count(&self) -> Result<()> {
        self.cancellation.check()?;
        if self.resolved.fetch_add(1, Ordering::Relaxed) < MAX_RESOLVED {
            return Ok(());
        }
        let what = format!("lambda expressions whose types are looked for more than {MAX_RESOLVED} times");
        Err(DataFusionError::External(Box::new(EngineError::unsupported(what))))
    }

    /// Repeats the steps until each call has the type that the steps before assumed for it, since what is around a call was
    /// typed by that assumption. `None`: the types have not settled after [`MAX_ROUNDS`].
    pub(super) fn settled<T, E>(
        &self,
        steps: impl Fn() -> std::result::Result<T, E>,
    ) -> std::result::Result<Option<T>, E> {
        // A body within a body asks for itself.
        let outer = self.has_changed.swap(false, Ordering::Relaxed);
        let mut settled = None;
        for _ in 0..MAX_ROUNDS {
            let found = steps()?;
            if !self.has_changed.swap(false, Ordering::Relaxed) {
                settled = Some(found);
                break;
            }
        }
        self.has_changed.store(outer, Ordering::Relaxed);
        Ok(settled)
    }

    fn types(&self) -> MutexGuard<'_, HashMap<usize, Arrow>> {
        self.types.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The calls of a plan that are to be resolved.
#[derive(Debug, Default)]
pub(crate) struct Calls(Option<Arc<Surroundings>>);

impl Calls {
    /// The plan after these steps, of which one resolves the calls.
    pub(crate) fn typed(
        &self,
        plan: LogicalPlan,
        steps: impl Fn(LogicalPlan) -> std::result::Result<LogicalPlan, EngineError>,
    ) -> std::result::Result<LogicalPlan, EngineError> {
        let Some(surroundings) = &self.0 else { return steps(plan) };
        let round = || {
            let plan = retyped(plan.clone()).map_err(from_datafusion)?;
            typing::check(&plan)?;
            steps(plan)
        };
        surroundings.settled(round)?.ok_or_else(unsettled)
    }
}

/// The plan with the types that its calls are taken for.
pub(super) fn retyped(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(|node| node.recompute_schema().map(Transformed::yes)).data()
}

pub(super) fn unsettled() -> EngineError {
    EngineError::unsupported("a lambda expression whose types depend on each other")
}

/// A lambda expression: its parameters, and its body of columns of their names and of those of [`captured`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Lambda {
    pub(super) parameters: Vec<String>,
    pub(super) body: Expr,
}

/// A call whose lambda expressions are put aside. Its arguments are the values, then what the bodies refer to outside.
#[derive(Debug)]
pub(super) struct Hidden {
    pub(super) kind: Kind,
    pub(super) lambdas: Vec<Lambda>,
    /// How many arguments are values.
    pub(super) values: usize,
    pub(super) surroundings: Arc<Surroundings>,
    number: usize,
    /// What the planner takes for its type.
    result: Arrow,
    signature: Signature,
}

impl Hidden {
    /// What its type is taken for.
    fn result(&self) -> Arrow {
        self.surroundings.types().get(&self.number).unwrap_or(&self.result).clone()
    }

    /// Takes it for a call of the type from now on.
    pub(super) fn settle(&self, found: &Arrow) {
        if self.result() != *found {
            self.surroundings.types().insert(self.number, found.clone());
            self.surroundings.has_changed.store(true, Ordering::Relaxed);
        }
    }
}

/// The plan with its lambda expressions put aside.
pub(crate) fn hidden(
    plan: LogicalPlan,
    session: &SessionState,
    memory: &QueryMemory,
    cancellation: &Cancellation,
) -> std::result::Result<(LogicalPlan, Calls), EngineError> {
    let is_one = |expr: &Expr| matches!(expr, Expr::HigherOrderFunction(_));
    if !parts::any(&plan, is_one).map_err(from_datafusion)? {
        return Ok((plan, Calls::default()));
    }
    let surroundings = Arc::new(Surroundings {
        session: session.clone(),
        memory: memory.clone(),
        cancellation: cancellation.clone(),
        resolved: AtomicUsize::new(0),
        types: Mutex::default(),
        has_changed: AtomicBool::new(false),
    });
    let mut number = 0;
    let plan = plan
        .transform_up_with_subqueries(|node| {
            let schema = merge_schema(&node.inputs());
            let names = NamePreserver::new(&node);
            let is_values = matches!(node, LogicalPlan::Values(_));
            let node = node.map_expressions(|expr| {
                let name = names.save(&expr);
                let hidden = expr.transform_up(|expr| match expr {
                    Expr::HigherOrderFunction(call) => {
                        number += 1;
                        Ok(Transformed::yes(hide(call, number, &schema, &surroundings)?))
                    }
                    other => Ok(Transformed::no(other)),
                })?;
                let is_named = hidden.transformed && !is_values;
                Ok(if is_named { hidden.update_data(|expr| name.restore(expr)) } else { hidden })
            })?;
            if node.transformed { node.map_data(LogicalPlan::recompute_schema) } else { Ok(node) }
        })
        .data()
        .map_err(from_datafusion)?;
    Ok((plan, Calls(Some(surroundings))))
}

/// The name of the column that stands for something outside of a body.
pub(super) fn captured(place: usize) -> String {
    format!("?captured{place}")
}

fn hide(
    call: HigherOrderFunction,
    number: usize,
    schema: &DFSchema,
    surroundings: &Arc<Surroundings>,
) -> Result<Expr> {
    let kind = ALL.into_iter().find(|kind| kind.name() == call.func.name());
    let kind = kind.ok_or_else(|| not_taken(call.func.name()))?;
    let whole = Expr::HigherOrderFunction(call.clone());
    let result = whole.get_type(schema)?;
    let (mut arguments, mut written) = (Vec::new(), Vec::new());
    for argument in call.args {
        match argument {
            Expr::Lambda(lambda) => written.push(lambda),
            value => arguments.push(value),
        }
    }
    let values = arguments.len();
    let mut outside: Vec<Expr> = Vec::new();
    let mut lambdas = Vec::with_capacity(written.len());
    let mut is_volatile = false;
    for lambda in written {
        let own: HashSet<&str> = lambda.params.iter().map(String::as_str).collect();
        let body = (*lambda.body).transform_down(|node| match node {
            Expr::LambdaVariable(variable) if own.contains(variable.name.as_str()) => {
                let column = Expr::Column(Column::from_name(variable.name));
                Ok(Transformed::new(column, true, TreeNodeRecursion::Jump))
            }
            node if matches!(node, Expr::LambdaVariable(_)) || is_given(&node) => {
                let known = outside.iter().position(|part| *part == node);
                let place = known.unwrap_or(outside.len());
                if known.is_none() {
                    outside.push(node);
                }
                let column = Expr::Column(Column::from_name(captured(place)));
                Ok(Transformed::new(column, true, TreeNodeRecursion::Jump))
            }
            other => Ok(Transformed::no(other)),
        })?;
        is_volatile |= body.data.is_volatile();
        lambdas.push(Lambda { parameters: lambda.params.clone(), body: body.data });
    }
    arguments.extend(outside);
    let volatility = if is_volatile { Volatility::Volatile } else { Volatility::Immutable };
    let hidden = Hidden {
        kind,
        lambdas,
        values,
        surroundings: Arc::clone(surroundings),
        number,
        result,
        signature: Signature::user_defined(volatility),
    };
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::from(hidden)), arguments)))
}

impl PartialEq for Hidden {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.lambdas == other.lambdas && self.values == other.values
    }
}

impl Eq for Hidden {}

impl Hash for Hidden {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
        self.lambdas.hash(state);
    }
}

impl ScalarUDFImpl for Hidden {
    fn name(&self) -> &str {
        self.kind.word()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        Ok(given.to_vec())
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(self.result())
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Err(DataFusionError::Internal(format!("{} was called before it had its types", self.kind.word())))
    }
}
