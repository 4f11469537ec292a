//! A function of one argument, applied to a whole column.

use std::hash::{Hash, Hasher};

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType as Arrow},
    common::utils::take_function_args,
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature},
};

/// One of ours: its name says which.
#[derive(Debug)]
pub(super) struct Unary {
    pub(super) name: &'static str,
    pub(super) takes: Signature,
    pub(super) answers: Arrow,
    pub(super) apply: fn(&ArrayRef) -> Result<ArrayRef>,
}

impl ScalarUDFImpl for Unary {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.takes
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(self.answers.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let [values] = take_function_args(self.name, args.args)?;
        Ok(ColumnarValue::Array((self.apply)(&values.into_array(rows)?)?))
    }
}

impl PartialEq for Unary {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Unary {}

impl Hash for Unary {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}
