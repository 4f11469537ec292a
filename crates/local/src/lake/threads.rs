use std::{future::Future, io};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::JoinHandle,
};

/// Threads for one kind of work, and nothing else: for what computes without a pause. On the threads that answer
/// requests, it would keep everybody else waiting.
///
/// Dropped, they end as soon as they have nothing to compute. Nobody waits for that.
#[derive(Debug)]
pub(super) struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Threads {
    /// Starts `count` threads, which must be one at least. They are called `name` by the system. Each has the stack that the
    /// engine asks for, of which only what is touched takes memory.
    pub(super) fn start(name: &'static str, count: usize) -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(count).thread_name(name).thread_stack_size(engine::STACK);
        let runtime = builder.enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Starts the work. It goes on if the handle is dropped; a panic of it is the handle's error.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.handle.spawn(work)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // To drop a runtime waits for its threads, which an async task may not do.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::mpsc,
        thread,
        time::{Duration, Instant},
    };

    use super::*;

    /// A task that computes without a pause until it is told to end. Without threads of its own, it would be on the
    /// only one of the test.
    #[tokio::test]
    async fn who_computes_keeps_nobody_waiting_and_the_drop_waits_for_nobody() {
        let threads = Threads::start("busy", 1).unwrap();
        let (end, ended) = mpsc::channel::<()>();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let busy = threads.spawn(async move {
            begun.send(thread::current().name().map(str::to_owned)).unwrap();
            ended.recv_timeout(Duration::from_secs(60)).is_ok()
        });
        assert_eq!(begins.await.unwrap().as_deref(), Some("busy"));
        assert_eq!(tokio::spawn(async { 1 }).await.unwrap(), 1);
        let begin = Instant::now();
        drop(threads);
        assert!(begin.elapsed() < Duration::from_secs(30));
        end.send(()).unwrap();
        // It was computing when the threads were dropped, and computed on.
        assert!(busy.await.unwrap());
    }
}
