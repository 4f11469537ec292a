//! Waiting until it is known what became of the events.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::port::{Catalog, Clock, ObjectStore};

use super::error::PublishError;
use crate::{
    dataset::{Followed, Follower},
    output::{count, counted},
};

/// Between two looks.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long nothing may be seen of the events, while nothing waits in `landing/` and queries see all that landed. A healthy
/// lake has an object in `landing/` some seconds after a message. The store of a batch that is there already changes nothing
/// that could be seen: so messages that were sent before may never be seen to land.
const QUIET: Duration = Duration::from_secs(30);

/// Looks until so many events are in the table and visible, or refused, or nothing of them is seen for a while, or the time is
/// up.
pub(super) async fn until_settled<S: ObjectStore, C: Catalog>(
    follower: &mut Follower,
    (store, catalog): (&S, &C),
    clock: &impl Clock,
    events: u64,
    patience: Duration,
) -> Result<Followed, PublishError> {
    let (began, mut pause) = (clock.now(), FIRST_PAUSE);
    let (mut before, mut changed) = (Followed::default(), began);
    let since = |moment: DateTime<Utc>| (clock.now() - moment).to_std().unwrap_or_default();
    loop {
        let followed = follower.look(store, catalog, clock.now()).await;
        let followed = followed.map_err(|error| PublishError::Follow(error.into()))?.clone();
        if followed != before {
            (before, changed) = (followed.clone(), clock.now());
        }
        let is_settled = is_at_rest(&followed) && followed.settled() >= events;
        let is_quiet = is_at_rest(&followed) && since(changed) >= QUIET;
        if is_settled || is_quiet || since(began) >= patience {
            return Ok(followed);
        }
        clock.sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Whether nothing that was accepted is still to become visible.
fn is_at_rest(followed: &Followed) -> bool {
    followed.visible && followed.waiting == 0
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
        let why = if is_at_rest(followed) {
            "nothing waits in landing/, so the lake has them already if the same messages were sent before, or they are still \
             in the queue"
        } else {
            "they are still on their way"
        };
        return Err(PublishError::NotVisible(format!(
            "{} of {} events were not seen to land: {why}; see tributary dataset status",
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
    use domain::{
        DatasetName,
        batch::BatchName,
        key,
        memory::{ManualClock, MemoryCatalog, MemoryStore},
        port::PutMode,
    };

    use super::*;

    /// Follows five events of which nothing is seen; answers how many seconds that takes, and the verdict.
    async fn follow(store: &MemoryStore, patience: u64) -> (i64, String) {
        let (dataset, catalog) = (DatasetName::new("d").unwrap(), MemoryCatalog::default());
        let now: DateTime<Utc> = "2026-11-23T10:00:00Z".parse().unwrap();
        let clock = ManualClock::new(now);
        let mut follower = Follower::begin(store, &dataset, now).await.unwrap();
        let patience = Duration::from_secs(patience);
        let followed = until_settled(&mut follower, (store, &catalog), &clock, 5, patience).await.unwrap();
        ((clock.now() - now).num_seconds(), verdict(&followed, 5).unwrap_err().to_string())
    }

    #[tokio::test]
    async fn what_was_sent_before_is_not_waited_for_to_the_end() {
        let store = MemoryStore::default();
        let (took, words) = follow(&store, 300).await;
        assert!((30..40).contains(&took), "{took} s");
        assert!(
            words.starts_with("5 of 5 events were not seen to land: nothing waits in landing/"),
            "{words}"
        );
        let (took, _) = follow(&store, 10).await;
        assert!((10..20).contains(&took), "{took} s");
        // While something waits to be compacted, it may be these.
        let (dataset, partition) = (DatasetName::new("d").unwrap(), "dt=2026-11-23".parse().unwrap());
        let batch = BatchName::of("d", "dt=2026-11-23", []);
        let key = key::landing(&dataset, &partition, &batch);
        store.put(&key, "x".into(), PutMode::Create).await.unwrap();
        let (took, words) = follow(&store, 300).await;
        assert!((300..310).contains(&took), "{took} s");
        assert!(words.contains("still on their way"), "{words}");
    }

    #[test]
    fn only_what_is_visible_is_success() {
        let followed =
            |landed, refused, visible| Followed { landed, refused, visible, ..Followed::default() };
        assert!(verdict(&followed(5, 0, true), 5).is_ok());
        for (followed, words) in [
            (followed(4, 1, true), "1 event went to quarantine"),
            (followed(3, 0, true), "2 of 5 events were not seen to land: nothing waits in landing/"),
            (followed(3, 0, false), "2 of 5 events were not seen to land: they are still on their way"),
            (followed(5, 0, false), "queries do not see all of them yet"),
        ] {
            assert!(verdict(&followed, 5).unwrap_err().to_string().contains(words), "{followed:?}");
        }
    }
}
