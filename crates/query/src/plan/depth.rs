//! How deep the filters of a request nest as SQL. Engines descend into it on the stack, and so bound it: what they
//! would refuse is refused here, where the caller can be told what to do.

use super::{Comparison, Condition, literal::Literal, value::Value};
use crate::problem::{Problem, ProblemKind};

/// How deep a parser may descend into the filters. The local engine's takes 25 levels, of which the statement around them
/// needs 3.
const MAX_PARSED: usize = 20;
/// How deep the tree of their expressions may be, chains of AND and OR counted as balanced. The local engine takes 40
/// levels, of which the query around them needs 6.
const MAX_TREE: usize = 30;

/// Refuses filters that nest deeper than every engine takes.
pub(super) fn check(filters: &[Condition]) -> Result<(), Problem> {
    let Depth { parsed, tree } = chain(filters);
    let (found, maximum) = match (parsed > MAX_PARSED, tree > MAX_TREE) {
        (true, _) => (parsed, MAX_PARSED),
        (false, true) => (tree, MAX_TREE),
        (false, false) => return Ok(()),
    };
    let detail = format!(
        "the filters nest {found} levels deep as SQL, and may nest {maximum}: nest and(...) and or(...) less, put not. \
         before filters rather than before and(...) and or(...), and compare with shorter texts"
    );
    Err(Problem::new(ProblemKind::TooMuch, detail).with("maximum", maximum))
}

/// The two measures of one part of the SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Depth {
    /// How much deeper than where it begins a parser of precedences descends for it.
    parsed: usize,
    /// How many expressions are within one another.
    tree: usize,
}

impl Depth {
    /// A column, or a literal.
    const LEAF: Self = Self { parsed: 0, tree: 1 };

    /// In parentheses, which are no expression of their own.
    fn wrapped(self) -> Self {
        Self { parsed: self.parsed + 1, ..self }
    }

    /// As the right side of an operator, or as an argument of a call.
    fn within(self) -> Self {
        Self { parsed: self.parsed + 1, tree: self.tree + 1 }
    }

    fn max(self, other: Self) -> Self {
        Self { parsed: self.parsed.max(other.parsed), tree: self.tree.max(other.tree) }
    }
}

/// As `sql::condition` writes it.
fn of(condition: &Condition) -> Depth {
    match condition {
        Condition::Compare(_, Comparison::IsDistinct, value) => of_value(value).within().wrapped(),
        Condition::Compare(_, _, value) => of_value(value).within(),
        // A parser first tries to read a query behind the parenthesis.
        Condition::In(_, values) => {
            values.iter().map(of_value).fold(Depth::LEAF, Depth::max).within().wrapped()
        }
        Condition::IsNull(_) => Depth::LEAF.within(),
        Condition::IsBoolean(..) => Depth::LEAF.within().wrapped(),
        Condition::Like { pattern, folded, .. } => {
            let pattern = of_parts(Literal::texts(pattern).len());
            if *folded { pattern.within().within() } else { pattern.within() }
        }
        Condition::Matches(_, pattern) => of_parts(Literal::texts(pattern).len()).within(),
        Condition::Contains(_, values) => contains(values),
        Condition::Not(inner) if matches!(**inner, Condition::All(_) | Condition::Any(_)) => {
            of(inner).within()
        }
        Condition::Not(inner) => of(inner).wrapped().within(),
        Condition::All(conditions) | Condition::Any(conditions) => chain(conditions).wrapped(),
    }
}

/// `coalesce(contains(a, ?) AND contains(a, ?), cardinality(a) < 0)`, a literal perhaps in a CAST.
fn contains(values: &[Value]) -> Depth {
    let calls = values.iter().map(|value| of_value(value).within().within());
    let deepest = calls.fold(Depth::LEAF.within().within(), Depth::max);
    beside(values.len(), deepest, deepest.wrapped()).within()
}

fn of_value(value: &Value) -> Depth {
    match value {
        Value::Text(text) => of_parts(Literal::texts(text).len()),
        _ => Depth::LEAF,
    }
}

/// `(? || ? || ?)`: each `||` is in the left side of the next one.
fn of_parts(literals: usize) -> Depth {
    match literals {
        0 | 1 => Depth::LEAF,
        many => Depth { parsed: 2, tree: many },
    }
}

/// Conditions with AND or OR between them.
fn chain(conditions: &[Condition]) -> Depth {
    let mut depths = conditions.iter().map(of);
    let Some(first) = depths.next() else { return Depth::LEAF };
    let others = depths.map(Depth::wrapped).fold(first, Depth::max);
    beside(conditions.len(), first, others)
}

/// So many parts of a balanced chain: `deepest` is the depth of all, each but the first taken as a right side.
fn beside(count: usize, first: Depth, deepest: Depth) -> Depth {
    match count {
        0 | 1 => first,
        many => Depth { tree: deepest.tree + many.next_power_of_two().ilog2() as usize, ..deepest },
    }
}

#[cfg(test)]
mod tests {
    use domain::Dataset;

    use super::*;
    use crate::{
        plan::{RowLimits, RowsPlan},
        request::RowsRequest,
        testing,
    };

    fn plan(dataset: &Dataset, raw: &str) -> Result<RowsPlan, Problem> {
        let limits = RowLimits { default_rows: 100, max_rows: 1_000 };
        RowsPlan::new(dataset, &RowsRequest::parse(raw).unwrap(), limits)
    }

    fn depth(dataset: &Dataset, raw: &str) -> Depth {
        chain(&plan(dataset, raw).unwrap().filters)
    }

    /// `and=(seats.eq.1,or(seats.eq.1,and(...)))`
    fn nested(word: [&str; 2], levels: usize) -> String {
        let inner = (1..levels).rev().fold("seats.eq.1,paid.is.true".to_owned(), |inner, level| {
            format!("seats.eq.1,{}({inner})", word[level % 2])
        });
        format!("{}=({inner})", word[0])
    }

    #[test]
    fn depths_are_those_of_the_sql() {
        let bookings = testing::bookings();
        for (raw, parsed, tree) in [
            // seats = ?
            ("seats=eq.1", 1, 2),
            // seats = ? AND paid = ?
            ("seats=eq.1&paid=eq.true", 2, 3),
            // NOT (seats = ?)
            ("seats=not.eq.1", 3, 3),
            // (seats = ? OR seats = ? OR seats = ?)
            ("or=(seats.eq.1,seats.eq.2,seats.eq.3)", 3, 4),
            // (seats = ? AND (seats = ? OR (paid IS NOT DISTINCT FROM true)))
            ("and=(seats.eq.1,or(seats.eq.1,paid.is.true))", 6, 4),
        ] {
            assert_eq!(depth(&bookings, raw), Depth { parsed, tree }, "{raw}");
        }
        let parcels = testing::parcels();
        // coalesce(contains(tags, ?) AND contains(tags, ?), cardinality(tags) < 0)
        assert!(depth(&parcels, "tags=cs.{a,b}").tree >= 4);
        assert!(depth(&parcels, "tags=cs.{a,b}").parsed >= 3);
    }

    #[test]
    fn what_nests_too_deep_is_a_problem_that_says_so() {
        let bookings = testing::bookings();
        for (word, deepest) in [
            (["and", "or"], 9),
            (["or", "and"], 9),
            (["not.and", "or"], 7),
            (["not.and", "not.or"], 6),
            (["not.or", "not.and"], 6),
        ] {
            let taken: Vec<bool> =
                (1..=10).map(|levels| plan(&bookings, &nested(word, levels)).is_ok()).collect();
            // As docs/limits.md says it.
            assert_eq!(taken.iter().filter(|taken| **taken).count(), deepest, "{word:?}: {taken:?}");
            assert!(taken.is_sorted_by(|shallow, deep| shallow >= deep), "{word:?}: {taken:?}");
        }
        let problem = plan(&bookings, &nested(["not.and", "not.or"], 10)).unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::TooMuch);
        assert!(problem.to_string().contains("levels deep as SQL, and may nest 20"), "{problem}");
    }
}
