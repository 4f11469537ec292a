//! What one API key may take of some places that requests wait for: half of them. Its further requests wait for its own places, and
//! so never stand between another caller's and a place. Callers without a key may take all places.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{access::Caller, execution::flight::Owner};

/// The shares of the keys that have one in use, or wait for it. All callers without a key are counted as one, whose share is all.
#[derive(Debug)]
pub(in crate::service) struct Shares {
    places: usize,
    own: Mutex<HashMap<Owner, Arc<Semaphore>>>,
}

impl Shares {
    /// Of so many places.
    pub(in crate::service) fn of(places: usize) -> Self {
        Self { places, own: Mutex::default() }
    }

    /// A place within the caller's share, once there is one.
    pub(in crate::service) async fn take(&self, caller: &Caller) -> Option<OwnedSemaphorePermit> {
        let own = self.own(caller.id().map(str::to_owned));
        own.acquire_owned().await.ok()
    }

    fn own(&self, owner: Owner) -> Arc<Semaphore> {
        // A panic elsewhere cannot leave the map half changed.
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        // Who has a place, or waits for one, has a count in it.
        own.retain(|_, share| Arc::strong_count(share) > 1);
        let share = if owner.is_some() { self.places.div_ceil(2) } else { self.places };
        Arc::clone(own.entry(owner).or_insert_with(|| Arc::new(Semaphore::new(share))))
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn a_caller_waits_for_its_own_places_and_others_do_not() {
        for (places, half) in [(1, 1), (2, 1), (4, 2), (5, 3), (32, 16)] {
            let shares = Shares::of(places);
            for (caller, share) in [(Caller::anybody(), places), (Caller::named("one"), half)] {
                let mut held: Vec<_> =
                    (0..share).map(|_| shares.take(&caller).now_or_never().unwrap().unwrap()).collect();
                assert!(shares.take(&caller).now_or_never().is_none(), "{places}");
                let other = shares.take(&Caller::named("other")).now_or_never();
                assert!(other.unwrap().is_some(), "{places}");
                held.pop();
                assert!(shares.take(&caller).now_or_never().is_some(), "{places}");
            }
            drop(shares.own(None));
            assert_eq!(shares.own.lock().unwrap().len(), 1, "who has nothing is forgotten");
        }
    }

    /// A share that is waited for is not made anew.
    #[test]
    fn a_share_outlives_its_last_place_while_somebody_waits_for_it() {
        let (shares, caller) = (Shares::of(2), Caller::named("one"));
        let held = shares.take(&caller).now_or_never().unwrap();
        let mut waits = std::pin::pin!(shares.take(&caller));
        assert!(waits.as_mut().now_or_never().is_none());
        drop(held);
        // It comes first.
        assert!(shares.take(&caller).now_or_never().is_none());
        assert!(waits.now_or_never().unwrap().is_some());
    }
}
