//! The names a request may use, matched against a dataset. No other text becomes a name in SQL.

use domain::{DataType, Dataset, dataset::SYSTEM_COLUMNS};

/// A column of a table. There is no way to one but by matching a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableColumn {
    name: String,
    role: Role,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// Values of the definition, or of the lake itself.
    Stored(DataType),
    /// The partition key `dt`: text of the form `2026-11-23`.
    Day,
    /// The partition key `hour`: text of the form `07`.
    Hour,
}

impl TableColumn {
    /// The column of this name: the definition's, a partition key, or the lake's own.
    pub(crate) fn find(dataset: &Dataset, name: &str) -> Option<Self> {
        let role = if let Some(column) = dataset.column(name) {
            Role::Stored(column.data_type.clone())
        } else if dataset.granularity().keys().contains(&name) {
            if name == "hour" { Role::Hour } else { Role::Day }
        } else {
            SYSTEM_COLUMNS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, data_type)| Role::Stored(data_type.clone()))?
        };
        Some(Self { name: name.to_owned(), role })
    }

    /// What a request without `select` gets: the definition's columns in order.
    pub(crate) fn defined(dataset: &Dataset) -> impl Iterator<Item = Self> {
        let column = |column: &domain::Column| Self {
            name: column.name.to_string(),
            role: Role::Stored(column.data_type.clone()),
        };
        dataset.columns().iter().map(column)
    }

    /// The name of every column that can be asked for.
    pub(crate) fn names(dataset: &Dataset) -> impl Iterator<Item = &str> + Clone {
        let defined = dataset.columns().iter().map(|column| column.name.as_str());
        let keys = dataset.granularity().keys().iter().copied();
        defined.chain(keys).chain(SYSTEM_COLUMNS.iter().map(|(name, _)| *name))
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What it holds.
    pub(crate) fn role(&self) -> &Role {
        &self.role
    }

    /// Its type in results: partition keys are text.
    pub(crate) fn data_type(&self) -> &DataType {
        match &self.role {
            Role::Stored(data_type) => data_type,
            Role::Day | Role::Hour => &DataType::String,
        }
    }

    /// Whether rows can be ordered by it: a nested value has no order.
    pub(crate) fn has_order(&self) -> bool {
        self.data_type().is_scalar()
    }

    /// Whether a filter can compare it with a value.
    pub(crate) fn is_comparable(&self) -> bool {
        self.has_order() && *self.data_type() != DataType::Binary
    }
}

/// A column of an answer: a column of a table, under this name or another, or what was computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutputColumn {
    /// Its name; no other column of the answer has it.
    pub(crate) name: String,
    /// The type of its values.
    pub(crate) data_type: DataType,
}

impl From<&TableColumn> for OutputColumn {
    fn from(column: &TableColumn) -> Self {
        Self { name: column.name.clone(), data_type: column.data_type().clone() }
    }
}
