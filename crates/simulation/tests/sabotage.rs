//! The simulation bites: each deliberate bug is found, within so many seeds.

use domain::sabotage::{self, Bug};

/// Seeds are the same for everybody, so the number that finds a bug is exact; the bound leaves room for changes.
fn is_found(bug: Bug, within: u64) {
    let found = sabotage::with(bug, || {
        (0..within).find_map(|seed| simulation::run(seed, false).violation.map(|violation| (seed, violation)))
    });
    match found {
        Some((seed, violation)) => println!("{bug:?} is found by seed {seed}: {violation}"),
        None => panic!("{bug:?} is not found within {within} seeds"),
    }
}

macro_rules! x { ($($name:ident $bug:ident $n:expr),* $(,)?) => { $(#[test] fn $name() { is_found(Bug::$bug, $n); })* } }
x! {
 a AcknowledgeUnstored 1000,
 b CommitWithoutPrecondition 2000,
 c LostReplyIsFailure 2000,
 d ForgetOneself 2000,
 e StopWhenOvertaken 2000,
 f TwinsWithinBatchOnly 2000,
 g NoAgeCheck 4000,
 h NoSecondLook 4000,
 i VacuumByAge 4000,
 j VacuumByHead 4000,
 k VacuumYoungLeftovers 4000,
}
