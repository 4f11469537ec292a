//! What a function may be called with.

use datafusion::{arrow::datatypes::DataType as Arrow, logical_expr::Expr};

use super::{
    Checked, Checker,
    kind::{Kind, word},
    start,
};
use crate::{
    error::Failure,
    functions::{self, CAST_TO_JSON},
};

impl Checker<'_> {
    pub(super) fn call(&self, name: &str, arguments: &[Expr]) -> Checked {
        let wanted: &[Kind] = match name {
            "lower" | "upper" | "character_length" | "reverse" | "starts_with" | "strpos" => &[Kind::Text],
            "sum" | "avg" | "stddev" | "stddev_pop" | "var" | "var_pop" => &[Kind::Number],
            "bool_and" | "bool_or" => &[Kind::Boolean],
            "to_base64" => &[Kind::Bytes],
            "json_format" => &[Kind::Json],
            "get_field" => return self.dereference(arguments),
            CAST_TO_JSON => return self.castable_to_json(arguments),
            "coalesce" => return self.all_alike(arguments.iter(), name),
            "nullif" => {
                self.all_alike(arguments.iter(), name)?;
                return arguments.iter().try_for_each(|argument| self.plain(argument, name));
            }
            // They look at no value.
            "count" | "lag" | "lead" | "first_value" | "last_value" | "nth_value" => return Ok(()),
            _ => {
                let function = format!("function {name}");
                return arguments.iter().try_for_each(|argument| self.plain(argument, &function));
            }
        };
        let odd = |argument: &&Expr| self.kind_of(argument).is_some_and(|found| !wanted.contains(&found));
        if let Some(argument) = arguments.iter().find(odd) {
            let (place, given) = (start(argument), self.describe(argument));
            return Err(Failure::new(
                "FUNCTION_NOT_FOUND",
                format!("{place}Unexpected parameters ({given}) for function {name}"),
            ));
        }
        // The two engines give them other types, and so other digits.
        let argument = arguments.first().and_then(|argument| Some((argument, self.type_of(argument)?)));
        match (name, argument) {
            ("avg", Some((argument, Arrow::Decimal128(..)))) => {
                Err(self.unsupported(argument, "avg of a decimal (cast it to double)"))
            }
            ("sum" | "avg", Some((argument, Arrow::Float32))) => {
                Err(self.unsupported(argument, &format!("{name} of a real (cast it to double)")))
            }
            _ => Ok(()),
        }
    }

    /// A field of a row.
    fn dereference(&self, arguments: &[Expr]) -> Checked {
        let row = arguments.first().and_then(|row| Some((row, self.type_of(row)?)));
        match row {
            Some((row, found)) if !matches!(found, Arrow::Struct(_)) => {
                let (place, found) = (start(row), word(&found));
                Err(Failure::new(
                    "TYPE_MISMATCH",
                    format!("{place}Expression of type {found} is not of type ROW"),
                ))
            }
            _ => Ok(()),
        }
    }

    fn castable_to_json(&self, arguments: &[Expr]) -> Checked {
        for argument in arguments {
            if let Some(found) = self.type_of(argument).filter(|found| !functions::is_castable(found)) {
                let (place, found) = (start(argument), word(&found));
                return Err(Failure::new("TYPE_MISMATCH", format!("{place}Cannot cast {found} to json")));
            }
        }
        Ok(())
    }
}
