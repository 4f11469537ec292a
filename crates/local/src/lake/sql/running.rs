//! A query at work on the engine's threads, and what it hands over to the threads that answer.

use std::future::Future;

use domain::port::ResultColumn;
use engine::Cancellation;
use futures::{Stream, StreamExt, stream};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::{ErrorCategory, RunChunk, RunError, RunOutput, lake::threads::Threads};

/// A piece of the result, or why there is none.
pub(super) type Chunk = Result<RunChunk, RunError>;

/// A query at work. Dropping it cancels the query, and does not wait for its end.
pub(super) struct Running {
    columns: oneshot::Receiver<Result<Vec<ResultColumn>, RunError>>,
    chunks: mpsc::Receiver<Chunk>,
    task: Task,
}

/// What a query at work says.
pub(super) struct Output {
    columns: oneshot::Sender<Result<Vec<ResultColumn>, RunError>>,
    chunks: mpsc::Sender<Chunk>,
}

impl Output {
    /// It cannot begin.
    pub(super) fn fail(self, error: RunError) {
        // Nobody may be left to hear it.
        let _gone = self.columns.send(Err(error));
    }

    /// It begins: where its rows go, if somebody still wants them.
    pub(super) fn begin(self, columns: Vec<ResultColumn>) -> Option<mpsc::Sender<Chunk>> {
        self.columns.send(Ok(columns)).is_ok().then_some(self.chunks)
    }
}

impl Running {
    /// Starts the work on these threads. `slot` is dropped when the work has ended, which may be a while after it was
    /// cancelled: a thread that computes is not free before it looks at the flag.
    pub(super) fn start<F>(
        threads: &Threads,
        slot: impl Send + 'static,
        work: impl FnOnce(Output, Cancellation) -> F,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let cancellation = Cancellation::default();
        let (send_columns, columns) = oneshot::channel();
        let (send_chunks, chunks) = mpsc::channel(1);
        let output = Output { columns: send_columns, chunks: send_chunks };
        let work = work(output, cancellation.clone());
        let task = threads.spawn(async move {
            let _until_it_ends = slot;
            work.await;
        });
        Self { columns, chunks, task: Task { task, cancellation } }
    }

    /// The query's columns, and its rows as it computes them.
    pub(super) async fn output(self) -> Result<RunOutput, RunError> {
        let Self { columns, chunks, mut task } = self;
        match columns.await {
            Ok(columns) => Ok(RunOutput { columns: columns?, chunks: rows(chunks, task).boxed() }),
            Err(_unsaid) => Err(task.end().await.err().unwrap_or_else(|| broken(false))),
        }
    }
}

fn rows(chunks: mpsc::Receiver<Chunk>, task: Task) -> impl Stream<Item = Chunk> + Send + 'static {
    stream::unfold(Some((chunks, task)), |state| async move {
        let (mut chunks, mut task) = state?;
        match chunks.recv().await {
            Some(chunk) => Some((chunk, Some((chunks, task)))),
            // The rows are complete only where the task came to its end.
            None => task.end().await.err().map(|error| (Err(error), None)),
        }
    })
}

struct Task {
    task: JoinHandle<()>,
    cancellation: Cancellation,
}

impl Task {
    /// Waits for the end. Fails if the task panicked, or the threads have ended.
    async fn end(&mut self) -> Result<(), RunError> {
        (&mut self.task).await.map_err(|error| broken(error.is_cancelled()))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        // The flag ends it where it computes, and this where it waits.
        self.cancellation.cancel();
        self.task.abort();
    }
}

/// A panic comes of the statement and the rows: it would come again.
fn broken(retryable: bool) -> RunError {
    let (category, message) = (ErrorCategory::System, "the query engine broke down".to_owned());
    RunError { message, category, error_type: None, retryable }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc as blocking, time::Duration};

    use futures::TryStreamExt;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn threads() -> Threads {
        Threads::start("sql-engine", 2).unwrap()
    }

    fn chunk(text: &'static str) -> RunChunk {
        RunChunk { bytes: text.into(), rows: 1, partition: None }
    }

    fn break_down(while_it: &str) {
        assert!(while_it.is_empty(), "{while_it}");
    }

    #[tokio::test]
    async fn rows_come_in_order_and_all_of_them() {
        let threads = threads();
        let running = Running::start(&threads, (), |output, _| async move {
            let chunks = output.begin(Vec::new()).unwrap();
            for text in ["a", "b", "c"] {
                chunks.send(Ok(chunk(text))).await.unwrap();
            }
        });
        let output = running.output().await.unwrap();
        let found: Vec<RunChunk> = output.chunks.try_collect().await.unwrap();
        assert_eq!(found, ["a", "b", "c"].map(chunk));
    }

    /// A panic must not be taken for the end of the rows.
    #[tokio::test]
    async fn a_panic_is_a_failure_wherever_it_happens() {
        let threads = threads();
        let running = Running::start(&threads, (), |output, _| async move {
            drop(output);
            break_down("planning");
        });
        assert_eq!(running.output().await.err(), Some(broken(false)));
        let running = Running::start(&threads, (), |output, _| async move {
            let chunks = output.begin(Vec::new()).unwrap();
            chunks.send(Ok(chunk("a"))).await.unwrap();
            break_down("computing");
        });
        let found: Vec<Chunk> = running.output().await.unwrap().chunks.collect().await;
        assert_eq!(found, [Ok(chunk("a")), Err(broken(false))]);
    }

    /// Whoever counts the queries at work by their slots must not count fewer than there are.
    #[tokio::test]
    async fn the_slot_is_kept_until_the_work_has_ended() {
        let threads = threads();
        let (slot, slots) = blocking::channel::<()>();
        let (end, ends) = blocking::channel();
        let (begun, begins) = blocking::channel();
        let running = Running::start(&threads, slot, move |output, _| async move {
            begun.send(()).unwrap();
            // It does not look at the flag.
            ends.recv_timeout(PATIENCE).unwrap();
            drop(output);
        });
        begins.recv_timeout(PATIENCE).unwrap();
        drop(running);
        assert_eq!(slots.try_recv(), Err(blocking::TryRecvError::Empty));
        end.send(()).unwrap();
        assert_eq!(slots.recv_timeout(PATIENCE), Err(blocking::RecvTimeoutError::Disconnected));
    }

    /// While it is planned, and while it computes rows.
    #[tokio::test]
    async fn dropped_it_ends_though_it_never_waits() {
        let threads = threads();
        for has_begun in [false, true] {
            let (ended, end) = blocking::channel();
            let (begun, begins) = blocking::channel();
            let running = Running::start(&threads, (), move |output, cancellation| async move {
                let unsent = if has_begun {
                    output.begin(Vec::new());
                    None
                } else {
                    Some(output)
                };
                begun.send(()).unwrap();
                while !cancellation.is_cancelled() {
                    std::hint::spin_loop();
                }
                drop(unsent);
                ended.send(()).unwrap();
            });
            begins.recv_timeout(PATIENCE).unwrap();
            if has_begun {
                drop(running.output().await.unwrap());
            } else {
                drop(running);
            }
            end.recv_timeout(PATIENCE).unwrap();
        }
    }
}
