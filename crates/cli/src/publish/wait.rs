//! Waiting until it is known what became of the events.

use std::time::Duration;

use domain::port::{Catalog, Clock, ObjectStore};

use super::error::PublishError;
use crate::{
    dataset::{Followed, Follower},
    output::{count, counted},
};

/// Between two looks.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Looks until so many events are in the table and visible, or refused, or the time is up.
pub(super) async fn until_settled<S: ObjectStore, C: Catalog>(
    follower: &mut Follower,
    (store, catalog): (&S, &C),
    clock: &impl Clock,
    events: u64,
    patience: Duration,
) -> Result<Followed, PublishError> {
    let (began, mut pause) = (clock.now(), FIRST_PAUSE);
    loop {
        let followed = follower.look(store, catalog, clock.now()).await;
        let followed = followed.map_err(|error| PublishError::Follow(error.into()))?;
        let is_settled = followed.settled() >= events && followed.visible && followed.waiting == 0;
        if is_settled || (clock.now() - began).to_std().unwrap_or_default() >= patience {
            return Ok(followed.clone());
        }
        clock.sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Whether everything is in the table and visible.
pub(super) fn verdict(followed: &Followed, events: u64) -> Result<(), PublishError> {
    let missing = events.saturating_sub(followed.settled());
    if followed.refused > 0 {
        let refused = counted(followed.refused, "event");
        return Err(PublishError::NotVisible(format!(
            "{refused} went to quarantine: see tributary quarantine list"
        )));
    }
    if missing > 0 {
        return Err(PublishError::NotVisible(format!(
            "{} of {} events were not seen to land: they are still on their way, or they were sent before; see tributary \
             dataset status",
            count(missing),
            count(events)
        )));
    }
    if !followed.visible {
        return Err(PublishError::NotVisible(
            "the events are in the table, and queries do not see all of them yet: see tributary dataset status".to_owned(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_visible_is_success() {
        let followed =
            |landed, refused, visible| Followed { landed, refused, visible, ..Followed::default() };
        assert!(verdict(&followed(5, 0, true), 5).is_ok());
        for (followed, words) in [
            (followed(4, 1, true), "1 event went to quarantine"),
            (followed(3, 0, true), "2 of 5 events were not seen to land"),
            (followed(5, 0, false), "queries do not see all of them yet"),
        ] {
            assert!(verdict(&followed, 5).unwrap_err().to_string().contains(words), "{followed:?}");
        }
    }
}
