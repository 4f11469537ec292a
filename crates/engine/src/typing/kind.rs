//! Kinds of values.

use datafusion::arrow::datatypes::DataType as Arrow;

use crate::{
    functions,
    types::{self, UTC},
};

/// Within one kind Athena converts; between two, it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Number,
    Text,
    Bytes,
    Time,
    Interval,
    Json,
    Nested,
}

impl Kind {
    /// Whether there is an order and an equality that both engines share.
    pub(super) fn is_plain(self) -> bool {
        !matches!(self, Self::Json | Self::Nested)
    }

    /// Whether there is an equality that both engines share. JSON has no order in Athena.
    pub(super) fn is_comparable(self) -> bool {
        self.is_plain() || self == Self::Json
    }
}

pub(super) fn kind(data_type: &Arrow) -> Option<Kind> {
    Some(match data_type {
        Arrow::Boolean => Kind::Boolean,
        Arrow::Utf8 | Arrow::Utf8View => Kind::Text,
        Arrow::LargeUtf8 => Kind::Json,
        Arrow::Binary => Kind::Bytes,
        Arrow::Date32 | Arrow::Timestamp(..) => Kind::Time,
        Arrow::Interval(_) | Arrow::Duration(_) => Kind::Interval,
        other if types::is_nested(other) => Kind::Nested,
        other if other.is_numeric() => Kind::Number,
        _ => return None,
    })
}

/// The type in Athena's words.
pub(super) fn word(data_type: &Arrow) -> String {
    types::name(data_type).unwrap_or_else(|| data_type.to_string())
}

/// Whether both are known, and of different kinds. Nested types are of one if a cast of DataFusion's makes one of both, and
/// intervals are each a kind of their own.
pub(super) fn apart(left: Option<&Arrow>, right: Option<&Arrow>) -> bool {
    match (left.and_then(kind), right.and_then(kind)) {
        (Some(Kind::Nested), Some(Kind::Nested)) => {
            let common = left.zip(right).and_then(|(left, right)| functions::nested_common(left, right));
            left != right && common.is_none()
        }
        (Some(Kind::Interval), Some(Kind::Interval)) => left != right,
        (Some(left), Some(right)) => left != right,
        _ => false,
    }
}

/// The zone of a timestamp that is not in UTC.
pub(super) fn foreign_zone(data_type: &Arrow) -> Option<&str> {
    match data_type {
        Arrow::Timestamp(_, Some(zone)) if &**zone != UTC => Some(&**zone),
        _ => None,
    }
}

/// Whether the two are times in different zones. Here a column has one zone, where Athena's values have each their own.
pub(super) fn is_of_two_zones(left: &Arrow, right: &Arrow) -> bool {
    let both_times = kind(left) == Some(Kind::Time) && kind(right) == Some(Kind::Time);
    both_times && foreign_zone(left) != foreign_zone(right)
}
