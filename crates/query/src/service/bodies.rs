//! The memory of request bodies. A body is read as a whole, and is there until its request is answered: without a bound on all
//! of them together, a few thousand requests would take more than a process has.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::failures;
use crate::{
    free_sql::MAX_BODY,
    problem::{Kind, Problem},
};

/// Bytes of all bodies together.
const BYTES: usize = 64 << 20;

/// What room is counted in.
const UNIT: usize = 1 << 10;

/// Room for bodies.
#[derive(Debug)]
pub(crate) struct Bodies(Semaphore);

impl Default for Bodies {
    fn default() -> Self {
        Self(Semaphore::new(BYTES / UNIT))
    }
}

impl Bodies {
    /// A body of which nothing is there yet.
    pub(crate) fn begin(&self) -> Held<'_> {
        Held { bytes: Vec::new(), room: &self.0, units: 0, place: None }
    }
}

/// As much of a body as has come. It counts as long as this lives, and what has not come does not: a client that sends slowly
/// takes nobody's room.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    bytes: Vec<u8>,
    room: &'a Semaphore,
    units: usize,
    place: Option<SemaphorePermit<'a>>,
}

impl Held<'_> {
    /// Takes some more bytes. 413 `body-too-large` if the body is too long then, 429 `busy` if all bodies together are.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<(), Problem> {
        let length = self.bytes.len().saturating_add(piece.len());
        if length > MAX_BODY {
            let detail = format!("the body has more than {MAX_BODY} bytes");
            return Err(Problem::new(Kind::BodyTooLarge, detail).with("maximum", MAX_BODY));
        }
        let units = length.div_ceil(UNIT);
        if units > self.units {
            let more = u32::try_from(units - self.units).unwrap_or(u32::MAX);
            let room = self.room;
            let more = room.try_acquire_many(more).map_err(|_| failures::too_many_bodies())?;
            match &mut self.place {
                Some(place) => place.merge(more),
                None => self.place = Some(more),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_beyond_the_room_are_turned_away_until_others_are_gone() {
        let bodies = Bodies::default();
        let whole = || {
            let mut body = bodies.begin();
            body.push(&b"x".repeat(MAX_BODY)).map(|()| body)
        };
        let mut held: Vec<Held<'_>> = (0..BYTES / MAX_BODY).map(|_| whole().unwrap()).collect();
        let mut next = bodies.begin();
        let problem = next.push(b"x").unwrap_err();
        assert_eq!((problem.kind(), problem.retry_after_seconds().is_some()), (Kind::Busy, true));
        held.pop();
        next.push(b"x").unwrap();
        assert_eq!(next.bytes(), b"x");
        assert!(whole().is_err(), "one byte of the room is taken");
        drop((held, next));
        assert_eq!(bodies.0.available_permits(), BYTES / UNIT);
    }

    #[test]
    fn what_has_come_of_a_body_counts_and_no_more() {
        let bodies = Bodies::default();
        let mut body = bodies.begin();
        for (bytes, units) in [(0, 0), (1, 1), (1_023, 1), (1, 2), (10_000, 11)] {
            body.push(&b"x".repeat(bytes)).unwrap();
            assert_eq!(BYTES / UNIT - bodies.0.available_permits(), units);
        }
        let problem = body.push(&b"x".repeat(MAX_BODY - body.bytes().len() + 1)).unwrap_err();
        assert_eq!(problem.kind(), Kind::BodyTooLarge);
        body.push(&b"x".repeat(MAX_BODY - body.bytes().len())).unwrap();
    }
}
