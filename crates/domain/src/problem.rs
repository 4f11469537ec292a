//! What can be wrong with a lake: one list, for the functions' logs and metrics, `tributary dataset status` and
//! `tributary doctor`.

use chrono::TimeDelta;
use serde::{Serialize, Serializer};

/// `register` hears of a request or a commit within seconds, and looks by itself every 15 minutes. After this it is late.
pub const REGISTER_IS_LATE: TimeDelta = TimeDelta::minutes(5);

/// `compact` waits for 5 minutes at most where much is sealed, and looks by itself every 5 minutes. After this it is late.
pub const COMPACT_IS_LATE: TimeDelta = TimeDelta::minutes(15);

/// One kind of thing that is not as it should be. In order of what is to be looked at first in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    /// A request that `register` has not looked at.
    DefinitionWaits,
    /// A request that does not go live.
    DefinitionRefused,
    /// An accepted definition that cannot be read, or is older than the rows.
    DefinitionDamaged,
    /// Something is committed, or has landed, of a dataset that has no accepted definition.
    DatasetUnknown,
    /// The catalog does not have it.
    TableMissing,
    /// The catalog has another one.
    TableDiffers,
    /// The catalog has the table of a dataset that was dropped.
    TableOfDropped,
    /// The head of the log cannot be read: the partition stops.
    CommitUnreadable,
    /// A file of the head is not there: the partition stops.
    FileMissing,
    /// A file of the head has another size: the partition stops.
    FileChanged,
    /// A file of the head cannot be read: the partition stops.
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
    /// Events were refused.
    EventsQuarantined,
    /// An object in quarantine that cannot be read in full.
    QuarantineDamaged,
    /// The catalog does not answer, or refuses: a right or the database may be missing.
    CatalogRefused,
    /// The bucket refuses: a right may be missing.
    StoreRefused,
    /// A defect of this software.
    Defect,
}

impl Problem {
    /// For a machine. It does not change from version to version.
    pub fn code(self) -> &'static str {
        match self {
            Self::DefinitionWaits => "definition_waits",
            Self::DefinitionRefused => "definition_refused",
            Self::DefinitionDamaged => "definition_damaged",
            Self::DatasetUnknown => "dataset_unknown",
            Self::TableMissing => "table_missing",
            Self::TableDiffers => "table_differs",
            Self::TableOfDropped => "table_of_dropped",
            Self::CommitUnreadable => "commit_unreadable",
            Self::FileMissing => "file_missing",
            Self::FileChanged => "file_changed",
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
            Self::EventsQuarantined => "events_quarantined",
            Self::QuarantineDamaged => "quarantine_damaged",
            Self::CatalogRefused => "catalog_refused",
            Self::StoreRefused => "store_refused",
            Self::Defect => "defect",
        }
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
