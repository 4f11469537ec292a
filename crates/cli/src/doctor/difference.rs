use domain::{DatasetName, Partition};

pub(crate) use domain::problem::Problem as Kind;

/// One difference, found in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    pub(crate) dataset: Option<DatasetName>,
    pub(crate) partition: Option<Partition>,
    pub(crate) kind: Kind,
    /// The object, where there is one.
    pub(crate) key: Option<String>,
    /// In words.
    pub(crate) what: String,
    /// Of a lost file: a generation with the same rows, if the log has one.
    pub(crate) same_rows: Option<u64>,
}

impl Difference {
    pub(crate) fn of_dataset(dataset: &DatasetName, kind: Kind, what: impl Into<String>) -> Self {
        Self {
            dataset: Some(dataset.clone()),
            partition: None,
            kind,
            key: None,
            what: what.into(),
            same_rows: None,
        }
    }

    pub(crate) fn of_partition(
        dataset: &DatasetName,
        partition: &Partition,
        kind: Kind,
        what: impl Into<String>,
    ) -> Self {
        Self { partition: Some(partition.clone()), ..Self::of_dataset(dataset, kind, what) }
    }

    pub(crate) fn stranger(key: String) -> Self {
        let what = format!("{key} is none of the lake's keys");
        Self { dataset: None, partition: None, kind: Kind::Stranger, key: Some(key), what, same_rows: None }
    }

    pub(crate) fn at(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }
}
