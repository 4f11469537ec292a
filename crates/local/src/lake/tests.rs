use std::sync::mpsc;

use super::*;

/// Far more than any of these stops takes: only a stop that hangs reaches it.
const HANGS: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_stage_ends_although_a_task_computes() {
    for computing in [1, 2] {
        let mut stage = Stage::new();
        let (started, mut starts) = tokio::sync::mpsc::unbounded_channel();
        let mut finish = Vec::new();
        for _ in 0..computing {
            let (sender, receiver) = mpsc::channel::<()>();
            finish.push(sender);
            let started = started.clone();
            stage.tasks.spawn(async move {
                let _listened = started.send(());
                // As a computation: the thread is busy, and the task does not wait for anything asynchronous.
                let _finished = receiver.recv();
            });
        }
        for _ in 0..computing {
            starts.recv().await.unwrap();
        }
        let short = Duration::from_millis(20);
        let ended = tokio::time::timeout(HANGS, stage.end_within(short, short)).await;
        // The threads are released before anything is asserted: the runtime waits for them when the test ends.
        drop(finish);
        assert_eq!(ended, Ok(false), "{computing} tasks compute");
    }
}

#[tokio::test]
async fn a_stage_aborts_what_waits_for_too_long_and_waits_for_what_ends() {
    let mut stage = Stage::new();
    let mut stopped = stage.stopped();
    stage.tasks.spawn(async move { stopped.wait().await });
    assert!(stage.end_within(HANGS, HANGS).await);

    let mut stage = Stage::new();
    stage.tasks.spawn(std::future::pending());
    assert!(!stage.end_within(Duration::from_millis(20), HANGS).await);
    assert!(stage.tasks.is_empty());
}

/// What a developer's lake measures is not taken for a deployed one's.
#[test]
fn the_environment_of_a_local_lake_is_local_unless_somebody_says_otherwise() {
    let said = aws::variable(ENVIRONMENT.name);
    let expected = said.as_deref().filter(|text| !text.is_empty()).unwrap_or("local");
    assert_eq!(settings().unwrap().exposition.environment, expected);
    assert_ne!(Settings::read(|_| None).unwrap().exposition.environment, "local");
}
