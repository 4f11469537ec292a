//! The field ids of a dataset's columns: the numbers by which Iceberg knows a column, whatever its name and place.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Dataset, EXTRA, ID, INGESTED_AT};
use crate::data_type::DataType;

/// The ids of the lake's own columns, the same in every dataset: each table has these columns from its first version on.
const SYSTEM: [(&str, i32); 3] = [(ID, 1), (INGESTED_AT, 2), (EXTRA, 3)];

/// The id of a definition's first column. The numbers below are kept for the lake: an Iceberg table needs ids for the
/// partition keys too, which are no columns of the files.
const FIRST: i32 = 16;

/// The highest id that an accepted definition may name. A version adds fewer ids than its definition has bytes, so
/// counting on from here stays below 2,147,483,447, where the ids begin that Iceberg keeps for itself.
const MAX: i32 = 1 << 30;

/// The ids of all columns of an accepted version, nested ones too.
///
/// A column is named by its full name, as in Iceberg: `address.city` is a field of a struct, `tags.element` what a list
/// is of, `labels.key` and `labels.value` what a map is of. A column keeps its id from version to version. A new one gets
/// the next number, in the order in which columns appear in the definition. A number is never given twice, not even after
/// its column is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldIds {
    /// The highest id that any version has given.
    last: i32,
    columns: BTreeMap<String, i32>,
}

/// Why the ids of an accepted definition cannot be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFieldIds {
    /// A column without an id, an id without a column, or a system column with another id than its own.
    #[error("field_ids does not say the id of {path}, or {path} is no column")]
    Columns {
        /// The full name.
        path: String,
    },
    /// An id that cannot have been given.
    #[error("field_ids says {id} of {path}: ids of columns are {FIRST} to \"last\"")]
    NeverGiven {
        /// The full name.
        path: String,
        /// Its id.
        id: i32,
    },
    /// Two columns of one id.
    #[error("field_ids says {id} of two columns")]
    Repeated {
        /// The id.
        id: i32,
    },
    /// The number to count on from.
    #[error("field_ids says that {last} was the last id: it must be {} to {MAX}", FIRST - 1)]
    Last {
        /// What it says.
        last: i32,
    },
}

impl FieldIds {
    /// The ids of a version that follows one with the ids `before`; `None` for the first version of all. It is a
    /// function of the two alone: whoever computes it, comes to the same ids.
    pub fn following(before: Option<&Self>, dataset: &Dataset) -> Self {
        let mut last = before.map_or(FIRST - 1, |before| before.last);
        let mut columns: BTreeMap<String, i32> =
            SYSTEM.iter().map(|(name, id)| ((*name).to_owned(), *id)).collect();
        for path in paths(dataset) {
            let id = before.and_then(|before| before.of(&path)).unwrap_or_else(|| {
                last += 1;
                last
            });
            columns.insert(path, id);
        }
        Self { last, columns }
    }

    /// The id of the column of this full name.
    pub fn of(&self, path: &str) -> Option<i32> {
        self.columns.get(path).copied()
    }

    /// The full name and the id of each column, in order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i32)> {
        self.columns.iter().map(|(path, id)| (path.as_str(), *id))
    }

    /// Whether these can be the ids of that dataset.
    pub(super) fn check(&self, dataset: &Dataset) -> Result<(), InvalidFieldIds> {
        let last = self.last;
        if !(FIRST - 1..=MAX).contains(&last) {
            return Err(InvalidFieldIds::Last { last });
        }
        let expected = Self::following(Some(self), dataset);
        for (path, id) in expected.iter() {
            if self.of(path) != Some(id) {
                return Err(InvalidFieldIds::Columns { path: path.to_owned() });
            }
        }
        let is_system = |path: &str| SYSTEM.iter().any(|(name, _)| *name == path);
        let mut seen = BTreeSet::new();
        for (path, id) in self.iter() {
            if expected.of(path).is_none() {
                return Err(InvalidFieldIds::Columns { path: path.to_owned() });
            }
            if !is_system(path) && !(FIRST..=last).contains(&id) {
                return Err(InvalidFieldIds::NeverGiven { path: path.to_owned(), id });
            }
            if !seen.insert(id) {
                return Err(InvalidFieldIds::Repeated { id });
            }
        }
        Ok(())
    }
}

/// The full names of the definition's columns in order of appearance: each column before what it is made of.
fn paths(dataset: &Dataset) -> Vec<String> {
    let mut paths = Vec::new();
    for column in dataset.columns() {
        add(column.name.as_str().to_owned(), &column.data_type, &mut paths);
    }
    paths
}

fn add(path: String, data_type: &DataType, paths: &mut Vec<String>) {
    paths.push(path.clone());
    match data_type {
        DataType::Struct(fields) => {
            for field in fields {
                add(format!("{path}.{}", field.name), &field.data_type, paths);
            }
        }
        DataType::Array(element) => add(format!("{path}.element"), element, paths),
        DataType::Map(value) => {
            paths.push(format!("{path}.key"));
            add(format!("{path}.value"), value, paths);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
