//! The threads that parse, sort and encode.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, OnceLock},
};

use futures::{channel::oneshot, future::Either};
use rayon::{
    ThreadPool, ThreadPoolBuilder,
    iter::{IntoParallelIterator, ParallelIterator},
};

/// Fewer items are sorted by one thread.
const MANY: usize = 1 << 14;

/// A pool of threads that is started when it is first used. With one thread there is no pool: everything runs on the
/// caller's thread, at once, in order.
///
/// What is computed never depends on the number of threads; only when it is.
#[derive(Debug, Clone)]
pub(crate) struct Workers {
    threads: usize,
    /// `None` where there is one thread, or where the system refused to start any.
    pool: Arc<OnceLock<Option<ThreadPool>>>,
}

impl Workers {
    /// Of so many threads. With 0 or 1 everything runs on the caller's.
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads: threads.max(1), pool: Arc::default() }
    }

    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Does the work on each item, on all threads. The results are in the order of the items. Blocks the caller; a panic
    /// in `work` resumes in it.
    pub(crate) fn each<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        work: impl Fn(T) -> R + Send + Sync,
    ) -> Vec<R> {
        match self.pool() {
            Some(pool) if items.len() > 1 => pool.install(|| items.into_par_iter().map(work).collect()),
            _ => items.into_iter().map(work).collect(),
        }
    }

    /// Sorts on all threads. Items that are equal may change places.
    ///
    /// Each thread sorts a part as one thread alone would, by the standard library, and parts are merged. Events land about
    /// when they happen, so of two parts that follow each other few items have to be moved for that.
    pub(crate) fn sort<T: Ord + Copy + Send>(&self, items: &mut [T]) {
        match self.pool() {
            Some(pool) if items.len() >= MANY => pool.install(|| sort_on(self.threads, items)),
            _ => items.sort_unstable(),
        }
    }

    /// Does the work on the pool, and answers what it comes to. Other work begins without waiting for this one. With one
    /// thread the work is done when the future is first polled. A panic in `work` resumes in whoever awaits it.
    pub(crate) fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> impl Future<Output = R> + Send {
        let work = match self.pool() {
            None => Either::Left(work),
            Some(pool) => {
                let (sender, receiver) = oneshot::channel::<Result<R, Box<dyn Any + Send>>>();
                pool.spawn(move || {
                    // If nobody waits for it any more, the result is of no use.
                    let _unheard = sender.send(catch_unwind(AssertUnwindSafe(work)));
                });
                Either::Right(receiver)
            }
        };
        async move {
            match work {
                Either::Left(work) => work(),
                Either::Right(receiver) => match receiver.await {
                    Ok(Ok(result)) => result,
                    Ok(Err(panic)) => resume_unwind(panic),
                    // The task always sends, unless the pool is gone; and the pool lives as long as its workers do.
                    Err(oneshot::Canceled) => resume_unwind(Box::new("the pool of threads is gone")),
                },
            }
        }
    }

    /// Frees what takes time to be freed. Where there are several threads, the caller does not wait for it.
    pub(crate) fn free<T: Send + 'static>(&self, large: T) {
        match self.pool() {
            Some(pool) => pool.spawn(move || drop(large)),
            None => drop(large),
        }
    }

    fn pool(&self) -> Option<&ThreadPool> {
        if self.threads == 1 {
            return None;
        }
        let start = || {
            let named = |index| format!("compact-{index}");
            let pool = ThreadPoolBuilder::new().num_threads(self.threads).thread_name(named).build();
            pool.inspect_err(|error| tracing::warn!(%error, "no threads: compact works on one")).ok()
        };
        self.pool.get_or_init(start).as_ref()
    }
}

fn sort_on<T: Ord + Copy + Send>(threads: usize, items: &mut [T]) {
    if threads < 2 || items.len() < MANY {
        return items.sort_unstable();
    }
    let middle = items.len() / threads * (threads / 2);
    let (left, right) = items.split_at_mut(middle);
    rayon::join(|| sort_on(threads / 2, left), || sort_on(threads - threads / 2, right));
    merge(items, middle);
}

/// Merges the items before the middle, which are in order, with those behind it, which are too. Those at the beginning and
/// at the end that are in their places already are not looked at.
fn merge<T: Ord + Copy>(items: &mut [T], middle: usize) {
    let (left, right) = items.split_at(middle);
    let (Some(greatest), Some(least)) = (left.last(), right.first()) else { return };
    let begin = left.partition_point(|item| item <= least);
    let end = middle + right.partition_point(|item| item < greatest);
    let moved = left[begin..].to_vec();
    let (mut to, mut from) = (begin, middle);
    for item in moved {
        while from < end && items[from] < item {
            items[to] = items[from];
            (to, from) = (to + 1, from + 1);
        }
        items[to] = item;
        to += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use proptest::prelude::*;

    use futures::{FutureExt, executor::block_on};

    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items_for_any_number_of_threads() {
        for threads in [0, 1, 2, 5] {
            let workers = Workers::new(threads);
            let found = workers.each((0..1_000_u64).collect(), |item| item * item);
            assert_eq!(found, (0..1_000_u64).map(|item| item * item).collect::<Vec<_>>());
            let mut items: Vec<u64> =
                (0..10_000_u64).map(|n| n.wrapping_mul(0x5851_F42D_4C95_7F2D)).collect();
            let mut sorted = items.clone();
            sorted.sort();
            workers.sort(&mut items);
            assert_eq!(items, sorted);
        }
    }

    /// In any order, about in order, in order, the other way round, and with many that are equal.
    #[test]
    fn any_items_are_sorted_as_by_one_thread() {
        for count in [0, 1, MANY - 1, MANY, MANY + 1, 5 * MANY + 3] {
            for apart in [0, 1, 100, 1_000_000, u64::MAX] {
                let number = |n: u64| n.wrapping_mul(0x5851_F42D_4C95_7F2D) % apart.max(1);
                let about = |n: u64| n.saturating_add(number(n));
                let items: Vec<u64> = (0..count as u64).map(about).collect();
                let backwards = items.iter().rev().copied().collect();
                let few = items.iter().map(|item| item % 7).collect();
                for items in [items, backwards, few] {
                    let mut sorted = items.clone();
                    sorted.sort();
                    for threads in [1, 2, 3, 4, 7] {
                        let mut found = items.clone();
                        Workers::new(threads).sort(&mut found);
                        assert!(found == sorted, "{count} items, {apart} apart, {threads} threads");
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn two_ordered_parts_become_one(
            mut left in proptest::collection::vec(0_u32..40, 0..30), mut right in proptest::collection::vec(0_u32..40, 0..30),
            above in 0_u32..40,
        ) {
            right.iter_mut().for_each(|item| *item += above);
            left.sort_unstable();
            right.sort_unstable();
            let mut items = [left.as_slice(), &right].concat();
            merge(&mut items, left.len());
            let mut sorted = [left, right].concat();
            sorted.sort_unstable();
            prop_assert_eq!(items, sorted);
        }
    }

    #[test]
    fn one_thread_is_the_callers() {
        let (workers, here) = (Workers::new(1), thread::current().id());
        assert_eq!(workers.run(|| thread::current().id()).now_or_never(), Some(here));
        assert_eq!(workers.each(vec![(); 3], |()| thread::current().id()), [here; 3]);
    }

    #[test]
    fn several_threads_have_names_and_work_goes_on_beside_the_caller() {
        let workers = Workers::new(2);
        // Each waits for the other: one thread alone would never be done.
        let (left, right) = (std::sync::mpsc::channel(), std::sync::mpsc::channel());
        let one = workers.run(move || {
            left.0.send(()).unwrap();
            right.1.recv_timeout(Duration::from_secs(60)).unwrap();
            thread::current().name().map(str::to_owned)
        });
        let other = workers.run(move || {
            right.0.send(()).unwrap();
            left.1.recv_timeout(Duration::from_secs(60)).unwrap();
        });
        let (name, ()) = block_on(futures::future::join(one, other));
        assert!(name.unwrap().starts_with("compact-"));
    }

    #[test]
    fn what_is_freed_is_dropped_by_a_worker_or_at_once() {
        struct Large(std::sync::mpsc::Sender<thread::ThreadId>);
        impl Drop for Large {
            fn drop(&mut self) {
                self.0.send(thread::current().id()).unwrap();
            }
        }
        for threads in [1, 2] {
            let (sender, freed) = std::sync::mpsc::channel();
            Workers::new(threads).free(Large(sender));
            let by = freed.recv_timeout(Duration::from_secs(60)).unwrap();
            assert_eq!(by == thread::current().id(), threads == 1);
        }
    }

    #[test]
    fn a_panic_resumes_in_who_awaits_and_the_workers_go_on() {
        for threads in [1, 3] {
            let workers = Workers::new(threads);
            let task = workers.run(|| -> u32 { panic!("as it must") });
            let panic = block_on(AssertUnwindSafe(task).catch_unwind()).unwrap_err();
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"as it must"));
            assert_eq!(block_on(workers.run(|| 7)), 7);
        }
    }
}
