use domain::{DatasetName, Partition, key};

/// What is looked at.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// One dataset, or all of them.
    pub(super) dataset: Option<DatasetName>,
    /// One partition of it, or all of them.
    pub(super) partition: Option<Partition>,
}

impl Scope {
    /// Where the scope's objects are, below one of the bucket's prefixes.
    pub(super) fn prefix(&self, base: &str) -> String {
        match (&self.dataset, &self.partition) {
            (None, _) => base.to_owned(),
            (Some(dataset), None) => format!("{base}{dataset}/"),
            (Some(dataset), Some(partition)) => format!("{base}{dataset}/{partition}/"),
        }
    }

    /// Where its vacuum notes are.
    pub(super) fn notes_prefix(&self) -> String {
        match (&self.dataset, &self.partition) {
            (Some(dataset), Some(partition)) => key::vacuum(dataset, partition),
            _ => self.prefix(key::VACUUM),
        }
    }

    pub(super) fn has(&self, partition: Option<&Partition>) -> bool {
        self.partition.is_none() || self.partition.as_ref() == partition
    }
}
