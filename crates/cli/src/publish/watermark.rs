//! How far everything is done, where many things are done at the same time and in any order.

use std::collections::VecDeque;

use super::place::Place;

/// The low watermark over messages that are numbered in the order in which they were read.
#[derive(Debug)]
pub(super) struct Watermark {
    reached: Place,
    /// The number of the first message that is not done.
    first: u64,
    /// From that one on: the place behind each message, and whether it is done.
    open: VecDeque<(Place, bool)>,
}

impl Watermark {
    pub(super) fn new(reached: Place) -> Self {
        Self { reached, first: 0, open: VecDeque::new() }
    }

    /// The next message, which ends at this place; answers its number.
    pub(super) fn add(&mut self, end: Place) -> u64 {
        self.open.push_back((end, false));
        self.first + self.open.len() as u64 - 1
    }

    /// The message of this number is done.
    pub(super) fn done(&mut self, number: u64) {
        let index = number.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some((_, done)) = index.and_then(|index| self.open.get_mut(index)) {
            *done = true;
        }
        while let Some((end, true)) = self.open.front() {
            self.reached = *end;
            self.first += 1;
            self.open.pop_front();
        }
    }

    /// Everything before this place is done.
    pub(super) fn reached(&self) -> Place {
        self.reached
    }

    /// How many messages there are beyond it.
    pub(super) fn open(&self) -> usize {
        self.open.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(events: u64) -> Place {
        Place { events, ..Place::default() }
    }

    proptest! {
        #[test]
        fn it_is_behind_the_longest_run_that_is_done(
            order in (1..60_u64).prop_flat_map(|count| Just((0..count).collect::<Vec<_>>()).prop_shuffle()),
        ) {
            let mut watermark = Watermark::new(place(0));
            // Numbers are given while others are done already.
            let early = order.len() / 2;
            for number in 0..order.len() as u64 {
                prop_assert_eq!(watermark.add(place(number + 1)), number);
            }
            let mut done = vec![false; order.len()];
            for (step, number) in order.iter().enumerate() {
                watermark.done(*number);
                done[usize::try_from(*number).unwrap()] = true;
                let run = done.iter().take_while(|done| **done).count();
                prop_assert_eq!(watermark.reached(), place(run as u64));
                prop_assert_eq!(watermark.open(), done.len() - run);
                if step == early {
                    prop_assert_eq!(watermark.add(place(done.len() as u64 + 1)), done.len() as u64);
                    done.push(false);
                }
            }
        }
    }
}
