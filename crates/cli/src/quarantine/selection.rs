//! Which of the refused events are meant.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use clap::Args;
use domain::{DatasetName, key::QuarantineKey, name::InvalidName, quarantine::Rejected};

use super::reason;

const UNROUTED: &str = "_unrouted";

/// Whose events: a dataset's, or those of no known one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place(pub(crate) Option<DatasetName>);

impl FromStr for Place {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if text == UNROUTED { Ok(Self(None)) } else { DatasetName::new(text).map(|name| Self(Some(name))) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref().map_or(UNROUTED, DatasetName::as_str))
    }
}

/// Which events; every one without any of them.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Selection {
    /// Events of this dataset; `_unrouted` are those of no known one.
    #[arg(long = "dataset", value_name = "NAME")]
    pub(crate) place: Option<Place>,
    /// Messages of this UTC day and later.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) since: Option<NaiveDate>,
    /// Messages of this UTC day and earlier.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) until: Option<NaiveDate>,
    /// Events whose reason, as `list` or `show` prints it, contains this text.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Events of the message with this id, or, as ID:POSITION, this one of them; may be repeated.
    #[arg(long = "id", value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Events of this one object.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["place", "since", "until"])]
    pub(crate) key: Option<QuarantineKey>,
    /// The most objects to look at; the newest are taken.
    #[arg(long, value_name = "NUMBER", default_value_t = MAX_OBJECTS)]
    pub(crate) max_objects: usize,
}

const MAX_OBJECTS: usize = 100_000;

impl Selection {
    /// Whether the day is within.
    pub(crate) fn has_day(&self, day: NaiveDate) -> bool {
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Whether everything is selected: nothing narrows it.
    pub(crate) fn is_everything(&self) -> bool {
        self.place.is_none()
            && self.since.is_none()
            && self.until.is_none()
            && self.reason.is_none()
            && self.ids.is_empty()
            && self.key.is_none()
    }

    /// Whether an event of a selected object is selected too.
    pub(crate) fn has(&self, rejected: &Rejected) -> bool {
        self.has_id(rejected) && self.has_reason(rejected)
    }

    fn has_id(&self, rejected: &Rejected) -> bool {
        let Rejected { message_id, position, .. } = rejected;
        let is_it = |id: &String| {
            id == message_id
                || id.rsplit_once(':').is_some_and(|(id, at)| id == message_id && at == position.to_string())
        };
        self.ids.is_empty() || self.ids.iter().any(is_it)
    }

    fn has_reason(&self, rejected: &Rejected) -> bool {
        self.reason.as_ref().is_none_or(|part| {
            rejected.reason.contains(part) || reason::group(&rejected.reason).contains(part.as_str())
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::quarantine::{Carrier, Original};

    use super::*;

    #[test]
    fn an_id_is_a_messages_or_one_of_its_events() {
        let rejected = Rejected {
            message_id: "a:b".into(),
            position: 3,
            dataset: None,
            reason: "r".into(),
            at: "2026-11-23T10:05:00Z".parse().unwrap(),
            carrier: Carrier::default(),
            original: Original::Text("{}".into()),
        };
        for (ids, expected) in [
            (&[][..], true),
            (&["a:b"], true),
            (&["a:b:3"], true),
            (&["a:b:4"], false),
            (&["a"], false),
            (&["other", "a:b:3"], true),
        ] {
            let ids = ids.iter().map(|id| (*id).to_owned()).collect();
            assert_eq!(Selection { ids, ..Selection::default() }.has(&rejected), expected);
        }
    }
}
