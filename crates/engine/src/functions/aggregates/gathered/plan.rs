//! What an accumulator is made for.

use std::sync::Arc;

use datafusion::{
    arrow::{compute::SortOptions, datatypes::DataType as Arrow},
    common::ScalarValue,
    physical_expr::{PhysicalExpr, expressions::Literal},
};

use crate::{
    cancel::Cancellation,
    functions::aggregates::kind::{Kind, Weight},
    memory::QueryMemory,
};

/// What an accumulator is made for.
#[derive(Debug, Clone)]
pub(in crate::functions::aggregates) struct Plan {
    pub(in crate::functions::aggregates) kind: Kind,
    /// How many arguments there are before the keys of the order.
    pub(in crate::functions::aggregates) arguments: usize,
    /// How the last columns order the rows.
    pub(in crate::functions::aggregates) keys: Vec<SortOptions>,
    pub(in crate::functions::aggregates) is_distinct: bool,
    /// The types of all columns that are given.
    pub(in crate::functions::aggregates) given: Vec<Arrow>,
    pub(in crate::functions::aggregates) answer: Arrow,
    /// See [`Plan::with_literals`].
    pub(in crate::functions::aggregates) literals: Vec<Arc<dyn PhysicalExpr>>,
    pub(in crate::functions::aggregates) memory: Option<QueryMemory>,
    pub(in crate::functions::aggregates) cancellation: Cancellation,
}

impl Plan {
    /// The types of the columns that are kept.
    pub(in crate::functions::aggregates) fn kept(&self) -> Vec<Arrow> {
        let arguments = self.kind.roles(self.arguments).kept.iter().map(|place| self.given[*place].clone());
        let weight = self.kind.weight(self.arguments).map(Weight::arrow);
        let keys = self.given[self.arguments..].iter().cloned();
        arguments.chain(weight).chain(keys).collect()
    }

    /// The types of the constants.
    pub(in crate::functions::aggregates) fn constants(&self) -> Vec<Arrow> {
        let places = self.kind.roles(self.arguments).constant.iter();
        places.map(|place| self.given[*place].clone()).collect()
    }

    /// Takes the constants from the arguments, where all of them are literals: the groups share these. Else each group has
    /// its own copy, which its rows bring.
    pub(in crate::functions::aggregates) fn with_literals(
        mut self,
        arguments: &[Arc<dyn PhysicalExpr>],
    ) -> Self {
        let places = self.kind.roles(self.arguments).constant.iter();
        let given: Vec<_> = places.filter_map(|place| arguments.get(*place)).cloned().collect();
        let wanted = self.constants();
        let fits = |(argument, wanted): (&Arc<dyn PhysicalExpr>, &Arrow)| {
            literal(argument).is_some_and(|value| value.data_type() == *wanted)
        };
        if given.len() == wanted.len() && given.iter().zip(&wanted).all(fits) {
            self.literals = given;
        }
        self
    }

    /// How many of the columns that are kept are no keys.
    pub(super) fn values(&self) -> usize {
        self.kept().len() - self.keys.len()
    }
}

/// The value of a literal.
pub(super) fn literal(argument: &Arc<dyn PhysicalExpr>) -> Option<&ScalarValue> {
    argument.downcast_ref::<Literal>().map(Literal::value)
}
