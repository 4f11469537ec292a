use domain::{DatasetName, Partition};

/// What is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A request that `register` has not looked at.
    DefinitionWaits,
    /// A request that does not go live.
    DefinitionRefused,
    /// An accepted definition that cannot be read.
    DefinitionDamaged,
    /// Something is committed, or has landed, of a dataset that has no accepted definition.
    DatasetUnknown,
    /// The catalog does not have it.
    TableMissing,
    /// The catalog has another one.
    TableDiffers,
    /// The head of the log cannot be read: the partition stops.
    CommitUnreadable,
    /// A file of the head is not there.
    FileMissing {
        /// A generation with the same rows, if the log has one.
        same_rows: Option<u64>,
    },
    /// A file of the head has another size.
    FileChanged {
        /// A generation with the same rows, if the log has one.
        same_rows: Option<u64>,
    },
    /// A file of the head is no Parquet file of the dataset.
    FileUnreadable,
    /// Whether there are twins could not be seen.
    NotCounted,
    /// Rows of the head have the identity of another row.
    Twins,
    /// A file that the head does not name is in its directory: queries read it.
    FileUnknown,
    /// The catalog does not have the partition.
    EntryMissing,
    /// The catalog names an older generation.
    EntryBehind,
    /// The catalog says something else than the head.
    EntryDiffers,
    /// Somebody added the partition by hand.
    EntryByHand,
    /// The lake had registered the partition, and its commits are gone.
    CommitsGone,
    /// Something landed long ago and is in no table.
    LandingWaits,
    /// Data files that were never committed, and that should be deleted by now.
    Leftover,
    /// Notes of the vacuum that cannot be read.
    NotesUnreadable,
    /// An object whose key is none of the lake's.
    Stranger,
}

/// One difference, found in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    pub(super) dataset: Option<DatasetName>,
    pub(super) partition: Option<Partition>,
    pub(super) kind: Kind,
    /// The object, where there is one.
    pub(super) key: Option<String>,
    /// In words.
    pub(super) what: String,
}

impl Difference {
    pub(super) fn of_dataset(dataset: &DatasetName, kind: Kind, what: impl Into<String>) -> Self {
        Self { dataset: Some(dataset.clone()), partition: None, kind, key: None, what: what.into() }
    }

    pub(super) fn of_partition(
        dataset: &DatasetName,
        partition: &Partition,
        kind: Kind,
        what: impl Into<String>,
    ) -> Self {
        Self { partition: Some(partition.clone()), ..Self::of_dataset(dataset, kind, what) }
    }

    pub(super) fn stranger(key: String) -> Self {
        let what = format!("{key} is none of the lake's keys");
        Self { dataset: None, partition: None, kind: Kind::Stranger, key: Some(key), what }
    }

    pub(super) fn at(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }
}

impl Kind {
    /// For a machine.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::DefinitionWaits => "definition_waits",
            Self::DefinitionRefused => "definition_refused",
            Self::DefinitionDamaged => "definition_damaged",
            Self::DatasetUnknown => "dataset_unknown",
            Self::TableMissing => "table_missing",
            Self::TableDiffers => "table_differs",
            Self::CommitUnreadable => "commit_unreadable",
            Self::FileMissing { .. } => "file_missing",
            Self::FileChanged { .. } => "file_changed",
            Self::FileUnreadable => "file_unreadable",
            Self::NotCounted => "not_counted",
            Self::Twins => "twins",
            Self::FileUnknown => "file_unknown",
            Self::EntryMissing => "entry_missing",
            Self::EntryBehind => "entry_behind",
            Self::EntryDiffers => "entry_differs",
            Self::EntryByHand => "entry_by_hand",
            Self::CommitsGone => "commits_gone",
            Self::LandingWaits => "landing_waits",
            Self::Leftover => "leftover",
            Self::NotesUnreadable => "notes_unreadable",
            Self::Stranger => "stranger",
        }
    }
}
