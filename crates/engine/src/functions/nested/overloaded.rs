//! One name for several functions, of which the types of the arguments choose one.

use std::hash::{Hash, Hasher};

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

use crate::functions::own::{Own, not_taken};

/// The functions, of which the first that takes the arguments is called.
#[derive(Debug)]
pub(super) struct Overloaded {
    name: &'static str,
    functions: Vec<Own>,
    signature: Signature,
}

impl Overloaded {
    pub(super) fn new(name: &'static str, functions: Vec<Own>) -> Self {
        Self { name, functions, signature: Signature::user_defined(Volatility::Immutable) }
    }

    fn choose(&self, given: &[Arrow]) -> Result<&Own> {
        let chosen = self.functions.iter().find(|function| function.coerce_types(given).is_ok());
        chosen.ok_or_else(|| not_taken(self.name))
    }
}

impl PartialEq for Overloaded {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Overloaded {}

impl Hash for Overloaded {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Overloaded {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        self.choose(given)?.coerce_types(given)
    }

    fn return_type(&self, given: &[Arrow]) -> Result<Arrow> {
        self.choose(given)?.return_type(given)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let given: Vec<Arrow> = args.args.iter().map(ColumnarValue::data_type).collect();
        self.choose(&given)?.invoke_with_args(args)
    }
}
