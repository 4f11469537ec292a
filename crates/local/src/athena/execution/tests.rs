use super::*;
use crate::ErrorCategory;

fn execution(id: usize, bytes: usize, state: State) -> Execution {
    let token = format!("token-{id}");
    let request = Start {
        query_string: "x".repeat(bytes - bytes / 2 - token.len()),
        execution_parameters: vec!["x".repeat(bytes / 2)],
        client_request_token: Some(token),
        ..Start::default()
    };
    let submitted = DateTime::UNIX_EPOCH;
    Execution {
        id: id.to_string(),
        request,
        kind: Kind::of("SELECT 1"),
        workgroup: "primary".to_owned(),
        output: Output { bucket: "bucket".to_owned(), key: id.to_string() },
        state,
        times: Times { submitted, started: None, planned: None, computed: None, completed: None },
        scanned: BytesScanned::default(),
        columns: Vec::new(),
        written: (0, 0),
        changed: 0,
        manifest: None,
        is_publishing: false,
        cancel: AbortHandle::new_pair().0,
    }
}

#[test]
fn the_oldest_that_are_over_are_forgotten_beyond_the_bytes() {
    let mut executions = Executions::default();
    let quarter = REMEMBERED_BYTES / 4;
    executions.insert(execution(0, quarter, State::Running));
    for id in 1..=3 {
        executions.insert(execution(id, quarter, State::Succeeded));
    }
    assert!((0..=3).all(|id| executions.get(&id.to_string()).is_some()), "all fit");
    executions.insert(execution(4, quarter + 1, State::Queued));
    let left: Vec<&str> = executions.of_workgroup("primary").collect();
    assert_eq!(left, ["4", "3", "0"], "the running one stays");
    assert!(executions.of_token("token-1").is_none());
    assert_eq!(executions.bytes, 3 * quarter + 1);
    // Nothing but executions that are not over: they all stay.
    for id in 5..=8 {
        executions.insert(execution(id, quarter, State::Running));
    }
    let left: Vec<&str> = executions.of_workgroup("primary").collect();
    assert_eq!(left, ["8", "7", "6", "5", "4", "0"]);
    executions.forget_workgroup("primary");
    assert_eq!(executions.bytes, 0);
}

/// One statement of `SELECT *` may have thousands of columns, and an error may quote a statement.
#[test]
fn what_comes_of_a_query_counts_too() {
    let mut executions = Executions::default();
    let half = REMEMBERED_BYTES / 2;
    for id in 0..3 {
        executions.insert(execution(id, 100, State::Running));
    }
    let column = ResultColumn { name: "x".repeat(half), data_type: "varchar".to_owned() };
    executions.end("0", |execution| {
        execution.columns = vec![column];
        execution.state = State::Succeeded;
    });
    assert!(executions.get("0").is_some());
    let message = "x".repeat(half);
    let error = RunError { message, category: ErrorCategory::User, error_type: None, retryable: false };
    executions.end("1", |execution| execution.state = State::Failed(error));
    let left: Vec<&str> = executions.of_workgroup("primary").collect();
    assert_eq!(left, ["2", "1"]);
    assert_eq!(executions.bytes, half + 200);
    // It is over: nothing changes it any more.
    executions.end("1", |execution| execution.state = State::Succeeded);
    assert!(matches!(executions.get("1").unwrap().state, State::Failed(_)));
    executions.forget_workgroup("primary");
    assert_eq!(executions.bytes, 0);
}

#[test]
fn what_just_ended_is_remembered_though_all_others_go_on() {
    let mut executions = Executions::default();
    for id in 0..3 {
        executions.insert(execution(id, REMEMBERED_BYTES / 2, State::Running));
    }
    executions.end("0", |execution| execution.state = State::Succeeded);
    assert!(executions.get("0").is_some());
    executions.end("1", |execution| execution.state = State::Succeeded);
    let left: Vec<&str> = executions.of_workgroup("primary").collect();
    assert_eq!(left, ["2", "1"]);
}

#[test]
fn the_oldest_that_are_over_are_forgotten_beyond_the_number() {
    let mut executions = Executions::default();
    executions.insert(execution(0, 100, State::Running));
    for id in 1..=REMEMBERED + 5 {
        executions.insert(execution(id, 100, State::Succeeded));
    }
    assert_eq!(executions.of_workgroup("primary").count(), REMEMBERED);
    assert!(executions.get("0").is_some() && executions.get("6").is_none());
    assert!(executions.get("7").is_some());
}
