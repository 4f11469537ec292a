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
    slice::ParallelSliceMut,
};

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
    pub(crate) fn sort<T: Ord + Send>(&self, items: &mut [T]) {
        match self.pool() {
            Some(pool) => pool.install(|| items.par_sort_unstable()),
            None => items.sort_unstable(),
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

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

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
