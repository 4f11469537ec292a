//! The runtime that a command runs on. It does not keep the process from ending.

use std::time::Duration;

use tokio::runtime::Builder;

use crate::failure::Failure;

/// How long the end of a command waits for tasks that compute and for calls that block. Whatever they are at, the
/// process may be killed at any time without a loss.
const LEFT: Duration = Duration::from_secs(1);

/// The outcome of the work. Dropping a runtime waits for each of its threads, without a bound. This one waits for a
/// second: what still computes then ends with the process.
pub(crate) fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_timeout(LEFT);
    outcome
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    #[test]
    fn a_command_ends_although_a_task_of_it_computes() {
        for blocks in [false, true] {
            let (finish, finished) = mpsc::channel::<()>();
            let (ended, ends) = mpsc::channel();
            let command = thread::spawn(move || {
                let outcome = run(async move {
                    let (started, starts) = tokio::sync::oneshot::channel();
                    let compute = move || {
                        let _listened = started.send(());
                        let _finished = finished.recv();
                    };
                    if blocks {
                        drop(tokio::task::spawn_blocking(compute));
                    } else {
                        drop(tokio::spawn(async move { compute() }));
                    }
                    starts.await.map_err(|error| Failure::Input(error.to_string()))
                });
                let _listened = ended.send(outcome.is_ok());
            });
            // Far more than it takes: only a command that hangs reaches it.
            let outcome = ends.recv_timeout(Duration::from_secs(60));
            drop(finish);
            command.join().unwrap();
            assert_eq!(outcome, Ok(true), "in a call that blocks: {blocks}");
        }
    }

    #[test]
    fn a_command_has_the_outcome_of_its_work() {
        assert_eq!(run(async { Ok(3) }).unwrap(), 3);
        assert!(matches!(run::<()>(async { Err(Failure::Interrupted) }), Err(Failure::Interrupted)));
    }
}
