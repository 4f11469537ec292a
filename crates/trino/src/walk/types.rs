//! The types that a statement may name.

use sqlparser::ast::{ArrayElemTypeDef, DataType, ObjectNamePart};

use super::{Advice, Policy, Unsupported, Walk, fold};

/// Whether the parser's type is one of Athena's. Some of its others hold expressions.
fn is_known(data_type: &DataType) -> bool {
    match data_type {
        DataType::Boolean
        | DataType::TinyInt(None)
        | DataType::SmallInt(None)
        | DataType::Int(None)
        | DataType::Integer(None)
        | DataType::BigInt(None)
        | DataType::Real
        | DataType::Double(_)
        | DataType::DoublePrecision
        | DataType::Decimal(_)
        | DataType::Char(_)
        | DataType::Varchar(_)
        | DataType::Varbinary(None)
        | DataType::Date
        | DataType::Time(..)
        | DataType::Timestamp(..)
        | DataType::JSON
        | DataType::Uuid => true,
        // `array<varchar>`, which Athena takes beside `array(varchar)`, and the parser does not.
        DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => is_known(element),
        DataType::Custom(name, _) => match name.0.as_slice() {
            [ObjectNamePart::Identifier(name)] => ["map", "row", "ipaddress"].contains(&fold(name).as_str()),
            _ => false,
        },
        _ => false,
    }
}

impl<P: Policy> Walk<'_, P> {
    /// `what` is where the type is named: `CAST to`.
    pub(super) fn data_type(&self, data_type: &DataType, what: &str) -> Result<(), Unsupported> {
        if is_known(data_type) || self.policy.stands_for_type(data_type) {
            return Ok(());
        }
        let advice = Advice::Written { what: "type", text: data_type.to_string() };
        Err(Unsupported::of(format!("{what} {data_type}"), advice))
    }
}
