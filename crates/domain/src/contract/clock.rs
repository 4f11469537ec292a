//! Time, ids and randomness.

use std::{collections::HashSet, time::Duration};

use crate::port::{Clock, Entropy, Ids};

/// Time goes on, and a sleep is at least as long as it says.
pub async fn clock(clock: &impl Clock) {
    let before = clock.now();
    assert!(clock.now() >= before, "the clock went backwards");
    let nap = Duration::from_millis(20);
    clock.sleep(nap).await;
    let slept = (clock.now() - before).to_std().expect("the clock went backwards during a sleep");
    assert!(slept >= nap, "slept {slept:?} instead of {nap:?}");
}

/// Names are unique, randomness is not constant.
pub fn ids(ids: &impl Ids) {
    let names: HashSet<_> = (0..10_000).map(|_| ids.ulid()).collect();
    assert_eq!(names.len(), 10_000, "an id came twice");
    let random: HashSet<_> = (0..1_000).map(|_| ids.random()).collect();
    assert!(random.len() > 990, "random bits repeat");
}

/// Every byte is written, and no two fillings are alike.
pub fn entropy(entropy: &impl Entropy) {
    let mut seen = HashSet::new();
    let mut written = [0_u8; 37];
    for _ in 0..100 {
        let mut bytes = [0_u8; 37];
        entropy.fill(&mut bytes).expect("there is randomness");
        written.iter_mut().zip(bytes).for_each(|(all, byte)| *all |= byte);
        assert!(seen.insert(bytes), "the same bytes came twice");
    }
    assert!(written.iter().all(|byte| *byte != 0), "a byte is never written");
}
