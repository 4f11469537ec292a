//! What is asked for, held against what is live.

use chrono::{DateTime, Utc};
use domain::problem::REGISTER_IS_LATE;

use super::difference::{Difference, Kind};
use crate::survey::{State, Surveyed};

pub(super) fn compare(surveyed: &Surveyed, now: DateTime<Utc>) -> Option<Difference> {
    let (kind, what) = match &surveyed.state {
        State::Live | State::NotRequested => return None,
        State::Waiting => {
            let is_late = surveyed.requested_at.is_none_or(|at| now - at > REGISTER_IS_LATE);
            if !is_late {
                return None;
            }
            (Kind::DefinitionWaits, "it is asked for, and register has not accepted it".to_owned())
        }
        State::Refused { reasons } => {
            let stays = match &surveyed.live {
                Some(live) => format!("version {} stays live", live.version),
                None => "nothing is live".to_owned(),
            };
            let what = format!("what is asked for is refused, and {stays}: {}", reasons.join("; "));
            (Kind::DefinitionRefused, what)
        }
        State::Damaged { reason } => (Kind::DefinitionDamaged, reason.clone()),
    };
    Some(Difference::of_dataset(&surveyed.name, kind, what))
}
