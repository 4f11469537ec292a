//! Work of different sizes on all threads.

use std::{
    cmp::Reverse,
    sync::{Mutex, PoisonError},
};

use crate::workers::Workers;

/// Does `work` on each item, the heaviest first; answers the results in the order of the items. Each thread takes the
/// next item when it has finished one, so that none is left alone with a large one at the end.
pub(super) fn heaviest_first<T: Send, R: Send>(
    workers: &Workers,
    items: Vec<(u64, T)>,
    work: impl Fn(T) -> R + Send + Sync,
) -> Vec<R> {
    let threads = workers.threads().clamp(1, items.len().max(1));
    let mut queue: Vec<(usize, (u64, T))> = items.into_iter().enumerate().collect();
    // Items are taken from the end.
    queue.sort_by_key(|(index, (weight, _))| (*weight, Reverse(*index)));
    let queue = Mutex::new(queue);
    // A function of its own, so that the lock is free while the work is done.
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let done = workers.each((0..threads).collect(), |_thread: usize| {
        let mut done = Vec::new();
        while let Some((index, (_, item))) = next() {
            done.push((index, work(item)));
        }
        done
    });
    let mut done: Vec<(usize, R)> = done.into_iter().flatten().collect();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_whatever_their_weights() {
        for threads in 1..=3 {
            let workers = Workers::new(threads);
            for count in [0, 1, 2, 7, 50] {
                let items = (0..count).map(|item: u64| (item * 7 % 5, item)).collect();
                let found = heaviest_first(&workers, items, |item| item * 10);
                assert_eq!(found, (0..count).map(|item| item * 10).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn the_heaviest_is_taken_first() {
        let taken = Mutex::new(Vec::new());
        let items = vec![(1, 'a'), (3, 'b'), (2, 'c'), (3, 'd')];
        heaviest_first(&Workers::new(1), items, |item| taken.lock().unwrap().push(item));
        assert_eq!(taken.into_inner().unwrap(), ['b', 'd', 'c', 'a']);
    }
}
