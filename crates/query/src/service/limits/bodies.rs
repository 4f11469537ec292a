//! The memory of request bodies. A body is read as a whole, and is there until its request is answered: without a bound on all
//! of them together, a few thousand requests would take more than a process has. And nobody may take all of that: a client
//! whose bodies stop before their end would turn everybody else's away.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    execution::flight::Owner,
    problem::{Problem, ProblemKind},
    service::failures,
    sql::free_sql::MAX_BODY,
};

/// Bytes of all bodies together.
const BYTES: usize = 64 << 20;

/// What room is counted in.
const UNIT: usize = 1 << 10;

/// Bytes of the bodies of one API key, or of all that come without a key.
const SHARE: usize = BYTES / 2;

/// Room for bodies.
#[derive(Debug, Default)]
pub(crate) struct Bodies(Mutex<HashMap<Owner, usize>>);

impl Bodies {
    /// A body of this key's of which nothing is there yet.
    pub(crate) fn begin(&self, key: Option<&str>) -> Held<'_> {
        Held { bytes: Vec::new(), bodies: self, owner: key.map(str::to_owned), units: 0 }
    }

    /// Whether no byte of any body is held.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.taken().is_empty()
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Owner, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts so many units more for the owner, if there is room for them.
    fn take(&self, owner: &Owner, more: usize) -> bool {
        let mut taken = self.taken();
        let all: usize = taken.values().sum();
        let own = taken.get(owner).copied().unwrap_or_default();
        let fits = all + more <= BYTES / UNIT && own + more <= SHARE / UNIT;
        if fits {
            taken.insert(owner.clone(), own + more);
        }
        fits
    }

    fn give_back(&self, owner: &Owner, units: usize) {
        let mut taken = self.taken();
        let left = taken.get(owner).copied().unwrap_or_default().saturating_sub(units);
        if left == 0 {
            taken.remove(owner);
        } else {
            taken.insert(owner.clone(), left);
        }
    }
}

/// As much of a body as has come. It counts as long as this lives, and what has not come does not: a client that sends slowly
/// takes nobody's room, and `http::routes::body` ends its wait.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    bytes: Vec<u8>,
    bodies: &'a Bodies,
    owner: Owner,
    units: usize,
}

impl Held<'_> {
    /// Takes some more bytes. 413 `body-too-large` if the body is too long then, 429 `busy` if all bodies together are, or
    /// those of this key.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<(), Problem> {
        let length = self.bytes.len().saturating_add(piece.len());
        if length > MAX_BODY {
            let detail = format!("the body has more than {MAX_BODY} bytes");
            return Err(Problem::new(ProblemKind::BodyTooLarge, detail).with("maximum", MAX_BODY));
        }
        let units = length.div_ceil(UNIT);
        if units > self.units {
            if !self.bodies.take(&self.owner, units - self.units) {
                return Err(failures::too_many_bodies());
            }
            self.units = units;
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.bodies.give_back(&self.owner, self.units);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole<'b>(bodies: &'b Bodies, key: Option<&str>) -> Result<Held<'b>, Problem> {
        let mut body = bodies.begin(key);
        body.push(&b"x".repeat(MAX_BODY)).map(|()| body)
    }

    #[test]
    fn bodies_beyond_the_room_are_turned_away_until_others_are_gone() {
        let bodies = Bodies::default();
        let keys = [Some("one"), None];
        let mut held: Vec<Held<'_>> =
            (0..BYTES / MAX_BODY).map(|number| whole(&bodies, keys[number % 2]).unwrap()).collect();
        let mut next = bodies.begin(Some("third"));
        let problem = next.push(b"x").unwrap_err();
        assert_eq!((problem.kind(), problem.retry_after_seconds().is_some()), (ProblemKind::Busy, true));
        held.pop();
        next.push(b"x").unwrap();
        assert_eq!(next.bytes(), b"x");
        assert!(whole(&bodies, Some("third")).is_err(), "one byte of the room is taken");
        drop((held, next));
        assert!(bodies.taken().is_empty());
    }

    /// Whoever sends bodies that never end takes half of the room, by whatever sizes.
    #[test]
    fn one_key_leaves_room_for_the_others() {
        for size in [1, 1_000, 100_000, MAX_BODY] {
            let bodies = Bodies::default();
            for owner in [Some("one"), None] {
                let mut held = Vec::new();
                loop {
                    let mut body = bodies.begin(owner);
                    if body.push(&b"x".repeat(size)).is_err() {
                        break;
                    }
                    held.push(body);
                }
                assert!(held.len() >= SHARE / size.next_multiple_of(UNIT), "{size} bytes each");
                let other = whole(&bodies, Some("other"));
                assert!(other.is_ok(), "{owner:?} holds {} bodies of {size} bytes", held.len());
            }
        }
    }

    #[test]
    fn what_has_come_of_a_body_counts_and_no_more() {
        let bodies = Bodies::default();
        let mut body = bodies.begin(Some("one"));
        for (bytes, units) in [(0, 0), (1, 1), (1_023, 1), (1, 2), (10_000, 11)] {
            body.push(&b"x".repeat(bytes)).unwrap();
            assert_eq!(bodies.taken().values().sum::<usize>(), units);
        }
        let problem = body.push(&b"x".repeat(MAX_BODY - body.bytes().len() + 1)).unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::BodyTooLarge);
        body.push(&b"x".repeat(MAX_BODY - body.bytes().len())).unwrap();
    }
}
