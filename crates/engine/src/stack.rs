//! How much stack a query takes. An overflow ends the process, and so every other query and the ingest with it.
//!
//! To plan descends into the longest chain of conditions: DataFusion takes them apart and joins them again to one that is as deep
//! as it has parts, and goes through that before `chains` can balance it. To compute rows descends into what is balanced.

use std::{future::Future, pin::pin};

/// What planning has, in bytes. A text has 1,500 operators at the most, so there are 750 comparisons, or 500 `BETWEEN`. Of doubles
/// in a condition each comparison becomes two: 2,000 conditions at the most. Columns of queries within a query are replaced by
/// what they compute, up to 10,000 parts (`nesting`): some 6,700 conditions, of a part and a half each. DataFusion 55.2 looks at
/// the stack in most of what descends, and takes a new one where 128 KiB are left. What it does not guard are clones,
/// comparisons, hashes and drops of expressions. Unoptimized, a clone takes 1.9 KB a level, and a comparison (`NormalizeEq`) as
/// much; both were measured where they overflowed. That is 13 MB of 6,700 levels, and there is room for five times as many.
///
/// Pages that are not touched take no memory: a usual query touches some hundred KB.
const PLANNING: usize = 64 << 20;

/// What a thread has to have, in bytes, on which rows of a query are computed. An expression that is planned has 500 levels at the
/// most (`chains`), of which usual queries have 20. With 16 KB for a level of a physical expression, unoptimized, these are 8 MB.
/// As much again is for the operators around it, which call each other for each batch.
pub const ROWS: usize = 16 << 20;

/// The future, polled on a stack of [`PLANNING`], whatever the thread has.
pub(crate) async fn deep<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    std::future::poll_fn(|context| stacker::maybe_grow(PLANNING, PLANNING, || work.as_mut().poll(context)))
        .await
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    /// Descends so many levels, each of one to three kilobytes.
    fn descend(levels: usize) -> usize {
        let frame = black_box([levels; 128]);
        if levels == 0 { 0 } else { descend(levels - 1) + frame.len() / 128 }
    }

    #[test]
    fn what_is_polled_has_the_stack_whatever_the_thread_has() {
        let small = std::thread::Builder::new().stack_size(256 << 10);
        let thread = small.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let levels = 10_000;
            runtime.block_on(deep(async {
                let before = descend(levels);
                // A future that waits comes back to a stack of that size.
                tokio::task::yield_now().await;
                before + descend(levels)
            }))
        });
        assert_eq!(thread.unwrap().join().unwrap(), 20_000);
    }
}
