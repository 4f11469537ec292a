//! What came of a request for rows, as a response, whichever path it took.

use axum::response::Response;

use crate::{
    http::response::{self, LogLine},
    ports::Ports,
    problem::Problem,
    request::preferences::Preferences,
    service::{Api, Reply},
};

pub(super) fn rows<P: Ports>(
    api: &Api<P>,
    outcome: Result<Reply, Problem>,
    preferences: &Preferences,
    line: LogLine,
) -> Response {
    let counted = preferences.count && outcome.as_ref().is_ok_and(Reply::has_total);
    let mut response = match outcome {
        Ok(reply) => response::reply(reply, preferences, line),
        Err(problem) => {
            let mut response = response::problem(&problem, line);
            response::vary(&mut response);
            response
        }
    };
    // A wait that was longer than the setting allows was not applied.
    if let Some(applied) = preferences.wait.filter(|wait| api.wait(preferences).as_secs() == *wait) {
        response::applied(&mut response, &format!("wait={applied}"));
    }
    if counted {
        response::counted(&mut response);
    }
    response
}
