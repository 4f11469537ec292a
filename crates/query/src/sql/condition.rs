//! Filters as SQL, each value of a caller as a `?`.

use domain::DataType;

use super::Writer;
use crate::plan::{Comparison, Condition, column::Operand, literal::Literal, value::Value};

impl Writer<'_> {
    /// A condition that can stand beside AND.
    pub(super) fn condition(&mut self, condition: &Condition) {
        match condition {
            // In parentheses: a parser that the local engine shares takes all that follows for the right side.
            Condition::Compare(operand, Comparison::IsDistinct, value) => {
                self.wrapped("(", operand, Comparison::IsDistinct.sql());
                self.value(value);
                self.text(")");
            }
            Condition::Compare(operand, comparison, value) => {
                self.operand(operand);
                self.text(comparison.sql());
                self.value(value);
            }
            // SQL has no empty list. The opposite is passed by every row, by one with a null too.
            Condition::In(_, values) if values.is_empty() => self.text("false"),
            Condition::In(operand, values) => {
                self.operand(operand);
                self.separated(values, " IN (", ", ", Self::value);
                self.text(")");
            }
            Condition::IsNull(operand) => {
                self.operand(operand);
                self.text(" IS NULL");
            }
            // Athena has no IS TRUE.
            Condition::IsBoolean(operand, boolean) => {
                self.wrapped("(", operand, " IS NOT DISTINCT FROM ");
                self.text(if *boolean { "true)" } else { "false)" });
            }
            Condition::Like { operand, pattern, folded } => {
                let (before, behind) = if *folded { ("lower(", ")") } else { ("", "") };
                self.wrapped(before, operand, behind);
                self.text(" LIKE ");
                self.text(before);
                self.string(pattern);
                self.text(behind);
                self.text(" ESCAPE '\\'");
            }
            Condition::Matches(operand, pattern) => {
                self.wrapped("regexp_like(", operand, ", ");
                self.string(pattern);
                self.text(")");
            }
            Condition::Contains(operand, values) if values.is_empty() => {
                // Of no array at all it is unknown whether it contains nothing: neither this nor its opposite holds.
                self.wrapped("cardinality(", operand, ") >= 0");
            }
            Condition::Contains(operand, values) => {
                self.separated(values, "coalesce(", " AND ", |writer, value| {
                    writer.contained(operand, value);
                });
                // An array that has a null may contain anything, Athena says, so neither this nor its opposite would
                // hold. Here what is not seen there is not contained; only of no array at all nothing is known.
                self.wrapped(", cardinality(", operand, ") < 0)");
            }
            Condition::Not(inner) if matches!(**inner, Condition::All(_) | Condition::Any(_)) => {
                self.text("NOT ");
                self.condition(inner);
            }
            Condition::Not(inner) => {
                self.text("NOT (");
                self.condition(inner);
                self.text(")");
            }
            Condition::All(conditions) => self.group(conditions, " AND "),
            Condition::Any(conditions) => self.group(conditions, " OR "),
        }
    }

    fn group(&mut self, conditions: &[Condition], between: &str) {
        self.separated(conditions, "(", between, Self::condition);
        self.text(")");
    }

    fn contained(&mut self, operand: &Operand, value: &Value) {
        self.wrapped("contains(", operand, ", ");
        match operand.data_type() {
            // A literal has no more digits than it needs, and `contains` wants both of one type.
            DataType::Array(element) if matches!(**element, DataType::Decimal(_)) => {
                self.text("CAST(");
                self.value(value);
                self.text(" AS ");
                self.text(&element.to_string());
                self.text(")");
            }
            _ => self.value(value),
        }
        self.text(")");
    }

    fn value(&mut self, value: &Value) {
        self.parameters_of(Literal::parts(value));
    }

    fn string(&mut self, text: &str) {
        self.parameters_of(Literal::texts(text));
    }

    /// One `?`, or several that are put together: a text may be longer than one parameter.
    fn parameters_of(&mut self, literals: Vec<Literal>) {
        match literals.len() {
            1 => self.text("?"),
            _ => {
                self.separated(&literals, "(", " || ", |writer, _| writer.text("?"));
                self.text(")");
            }
        }
        self.parameters.extend(literals);
    }
}

impl Comparison {
    fn sql(self) -> &'static str {
        match self {
            Self::Eq => " = ",
            Self::Neq => " <> ",
            Self::Gt => " > ",
            Self::Gte => " >= ",
            Self::Lt => " < ",
            Self::Lte => " <= ",
            Self::IsDistinct => " IS DISTINCT FROM ",
        }
    }
}
