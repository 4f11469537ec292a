//! What a function may be called with.

use datafusion::{arrow::datatypes::DataType as Arrow, logical_expr::Expr};

use super::{
    Checked, Checker,
    kind::{Kind, word},
    start,
};
use crate::{
    error::Failure,
    functions::{
        self, CAST_TO_CHAR, CAST_TO_JSON, CAST_TO_VARCHAR, CHECKSUM, LIKE_PATTERN, TRY_CAST_TO_VARCHAR,
    },
};

impl Checker<'_> {
    pub(super) fn call(&self, name: &str, arguments: &[Expr]) -> Checked {
        if let Some(argument) = functions::compared_argument(name).and_then(|place| arguments.get(place)) {
            self.plain(argument, &format!("function {}", name.trim_end_matches("_n")))?;
        }
        if name == "count" && arguments.len() > 1 {
            let message = "Unexpected parameters for function count".to_owned();
            return Err(Failure::new("FUNCTION_NOT_FOUND", message));
        }
        let wanted: &[Kind] = match name {
            "starts_with" => &[Kind::Text],
            "stddev" | "stddev_pop" | "var" | "var_pop" => &[Kind::Number],
            "bool_and" | "bool_or" => &[Kind::Boolean],
            "get_field" => return self.dereference(arguments),
            CAST_TO_JSON => return self.castable_to_json(arguments),
            CAST_TO_VARCHAR | TRY_CAST_TO_VARCHAR => return Ok(()),
            // It takes an array, which the rewrite made.
            functions::PIECES_JOINED => return Ok(()),
            CAST_TO_CHAR => return self.castable_to_char(arguments),
            CHECKSUM => return self.hashed(arguments),
            "entropy" => return self.whole(arguments, name),
            LIKE_PATTERN => {
                return arguments.iter().try_for_each(|part| self.must_be(part, &[Kind::Text], "LIKE"));
            }
            "coalesce" => return self.all_alike(arguments.iter(), name),
            "nullif" => {
                self.all_alike(arguments.iter(), name)?;
                return arguments.iter().try_for_each(|argument| self.comparable(argument, name));
            }
            "max_by" | "min_by" => {
                let keys = arguments.iter().skip(1);
                return keys.into_iter().try_for_each(|key| self.plain(key, &format!("function {name}")));
            }
            name if functions::is_strict(name) => return Ok(()),
            // They look at no value.
            "any_value" | "count" | "lag" | "lead" | "first_value" | "last_value" | "nth_value" => {
                return Ok(());
            }
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
        Ok(())
    }

    /// Integers, which are doubles once the function has them.
    fn whole(&self, arguments: &[Expr], name: &str) -> Checked {
        let is_whole = |found: Arrow| found.is_integer() || found == Arrow::Null;
        match arguments.iter().find(|argument| !self.type_of(argument).is_none_or(is_whole)) {
            Some(argument) => Err(Failure::new(
                "FUNCTION_NOT_FOUND",
                format!("Unexpected parameters ({}) for function {name}", self.describe(argument)),
            )),
            None => Ok(()),
        }
    }

    /// Values whose hash is known to be Trino's.
    fn hashed(&self, arguments: &[Expr]) -> Checked {
        for argument in arguments {
            if let Some(found) = self.type_of(argument).filter(|found| !functions::is_hashed(found)) {
                return Err(self.unsupported(argument, &format!("function checksum of {}", word(&found))));
            }
        }
        Ok(())
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

    /// A text, and its length.
    fn castable_to_char(&self, arguments: &[Expr]) -> Checked {
        match arguments.first().and_then(|value| Some((value, self.type_of(value)?))) {
            Some((value, found)) if self.kind_of(value).is_some_and(|kind| kind != Kind::Text) => {
                Err(self.unsupported(value, &format!("CAST of {} to char(n)", word(&found))))
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
