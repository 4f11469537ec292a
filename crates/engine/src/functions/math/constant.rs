//! Numbers that have a name.

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::ScalarValue,
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
};

/// A function without arguments. Its name says which.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Constant {
    name: &'static str,
    signature: Signature,
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = ScalarUDF> {
    ["e", "infinity", "nan", "pi"].into_iter().map(|name| {
        let signature = Signature::nullary(Volatility::Immutable);
        Constant { name, signature }.into()
    })
}

impl ScalarUDFImpl for Constant {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(Arrow::Float64)
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let number = match self.name {
            "e" => std::f64::consts::E,
            "infinity" => f64::INFINITY,
            "pi" => std::f64::consts::PI,
            _ => f64::NAN,
        };
        Ok(ColumnarValue::Scalar(ScalarValue::Float64(Some(number))))
    }
}
