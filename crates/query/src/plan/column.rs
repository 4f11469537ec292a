//! The names a request may use, matched against a dataset. No other text becomes a name in SQL.

use std::fmt;

use domain::{DataType, Dataset, Granularity, dataset::SYSTEM_COLUMNS};

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
    /// The partition key `dt` of a dataset that is partitioned by month: text of the form `2026-11`.
    Month,
    /// The partition key `dt` of a dataset that is not partitioned: the text `all`.
    Whole,
    /// The partition key `hour`: text of the form `07`.
    Hour,
}

impl TableColumn {
    /// The column of this name: the definition's, a partition key, or the lake's own.
    pub(crate) fn find(dataset: &Dataset, name: &str) -> Option<Self> {
        let role = if let Some(column) = dataset.column(name) {
            Role::Stored(column.data_type.clone())
        } else if dataset.granularity().keys().contains(&name) {
            match dataset.granularity() {
                _ if name == "hour" => Role::Hour,
                Granularity::Day | Granularity::Hour => Role::Day,
                Granularity::Month => Role::Month,
                Granularity::None => Role::Whole,
            }
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
            Role::Day | Role::Month | Role::Whole | Role::Hour => &DataType::String,
        }
    }
}

/// What a filter, an order or an item of `select` is about: a column, or a field within a struct column. There is
/// no way to one but by matching a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operand {
    column: TableColumn,
    fields: Vec<String>,
    /// Of the innermost field.
    data_type: DataType,
}

impl Operand {
    /// Goes down from `column` by `fields`. `Err` is how many of them were found.
    pub(crate) fn new(column: TableColumn, fields: &[String]) -> Result<Self, usize> {
        let mut data_type = column.data_type().clone();
        for (depth, name) in fields.iter().enumerate() {
            let DataType::Struct(known) = data_type else { return Err(depth) };
            let found = known.into_iter().find(|field| field.name == *name);
            data_type = found.ok_or(depth)?.data_type;
        }
        Ok(Self { column, fields: fields.to_vec(), data_type })
    }

    /// The column it begins at.
    pub(crate) fn column(&self) -> &TableColumn {
        &self.column
    }

    /// The fields to go down by; none if it is the column itself.
    pub(crate) fn fields(&self) -> &[String] {
        &self.fields
    }

    /// What an answer calls it unless it is told otherwise: the innermost name.
    pub(crate) fn name(&self) -> &str {
        self.fields.last().map_or(self.column.name(), String::as_str)
    }

    /// The type of its values.
    pub(crate) fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// What a text is read as that is compared with it.
    pub(crate) fn role(&self) -> Role {
        if self.fields.is_empty() { self.column.role().clone() } else { Role::Stored(self.data_type.clone()) }
    }

    /// Whether rows can be ordered or grouped by it: a nested value has no order.
    pub(crate) fn has_order(&self) -> bool {
        self.data_type.is_scalar()
    }

    /// Whether a filter can compare it with a value.
    pub(crate) fn is_comparable(&self) -> bool {
        self.has_order() && self.data_type != DataType::Binary
    }
}

/// As a caller writes it: `address->city`.
impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.column.name())?;
        self.fields.iter().try_for_each(|field| write!(f, "->{field}"))
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

#[cfg(test)]
impl From<&TableColumn> for OutputColumn {
    fn from(column: &TableColumn) -> Self {
        Self { name: column.name.clone(), data_type: column.data_type().clone() }
    }
}
