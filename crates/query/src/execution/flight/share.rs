//! The places of queries under way in this process. One API key takes half of them at the most: else one key with many slow queries
//! would turn everybody else's away. Callers without a key may take all of them: where they are answered, no keys are asked for, and
//! there is nobody else to keep out.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Whose share a query takes: that of the API key with this id. `None` stands for callers without a key, who have no share.
pub(crate) type Owner = Option<String>;

type Taken = Arc<Mutex<HashMap<Owner, usize>>>;

/// Why a query gets no place in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// All places are taken.
    Process,
    /// Its key has as many as one key may have.
    Share {
        /// So many.
        share: usize,
        /// All places.
        most: usize,
    },
}

/// The places.
#[derive(Debug)]
pub(super) struct QueryPlaces {
    most: usize,
    taken: Taken,
}

impl QueryPlaces {
    /// So many places, none of them taken.
    pub(super) fn new(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    /// A place for a query of this owner's. The owner has it until the permit is dropped.
    pub(super) fn take(&self, owner: Owner) -> Result<Permit, Full> {
        // A panic elsewhere cannot leave the map half changed.
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, own): (usize, usize) =
            (taken.values().sum(), taken.get(&owner).copied().unwrap_or_default());
        let share = self.most.div_ceil(2);
        if owner.is_some() && own >= share {
            return Err(Full::Share { share, most: self.most });
        }
        if all >= self.most {
            return Err(Full::Process);
        }
        taken.insert(owner.clone(), own + 1);
        Ok(Permit { owner, taken: Arc::clone(&self.taken) })
    }
}

/// A place that is taken.
#[derive(Debug)]
pub(super) struct Permit {
    owner: Owner,
    taken: Taken,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let left = taken.get(&self.owner).map_or(0, |places| places.saturating_sub(1));
        if left == 0 {
            taken.remove(&self.owner);
        } else {
            taken.insert(self.owner.clone(), left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str) -> Owner {
        Some(id.to_owned())
    }

    #[test]
    fn one_key_leaves_the_other_half() {
        for (most, share) in [(1, 1), (2, 1), (3, 2), (4, 2), (7, 4), (100, 50)] {
            for other in [key("other"), None] {
                let places = QueryPlaces::new(most);
                let own: Vec<Permit> = (0..share).map(|_| places.take(key("one")).unwrap()).collect();
                let refused = Full::Share { share, most };
                assert_eq!(places.take(key("one")).unwrap_err(), refused, "{most}");
                let others: Vec<Permit> =
                    (share..most).map(|_| places.take(other.clone()).unwrap()).collect();
                assert_eq!(places.take(key("third")).unwrap_err(), Full::Process, "{most}");
                assert_eq!(
                    places.take(key("one")).unwrap_err(),
                    refused,
                    "its own share is what it can free"
                );
                drop(own);
                let _again = places.take(key("one")).unwrap();
                drop(others);
            }
        }
    }

    #[test]
    fn callers_without_a_key_take_all_places() {
        for most in [1, 2, 3, 7, 100] {
            let places = QueryPlaces::new(most);
            let mut taken: Vec<Permit> = (0..most).map(|_| places.take(None).unwrap()).collect();
            for owner in [None, key("one")] {
                assert_eq!(places.take(owner).unwrap_err(), Full::Process, "{most}");
            }
            taken.pop();
            let _of_key = places.take(key("one")).unwrap();
            assert_eq!(places.take(None).unwrap_err(), Full::Process, "{most}");
        }
    }

    #[test]
    fn a_place_that_is_given_back_is_forgotten() {
        let places = QueryPlaces::new(4);
        let (one, two) = (places.take(None).unwrap(), places.take(None).unwrap());
        drop(one);
        assert_eq!(places.taken.lock().unwrap().get(&None), Some(&1));
        drop(two);
        assert!(places.taken.lock().unwrap().is_empty());
    }
}
