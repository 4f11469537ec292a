//! `tributary demo`: the whole way of an event, on real input, with the real protocols.

mod lake;
mod stages;

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::{
    args::DemoOptions,
    failure::Failure,
    log,
    output::{self, Reader},
    stop::Stop,
};

use lake::DemoLake;
use stages::Stages;

/// What is published.
const PASSENGERS: &str = include_str!("../../../events/seed/passengers.ndjson");
/// What is to come back.
const EXPECTED: &str = include_str!("../../../events/seed/response.json");
/// What is asked.
const REQUEST: &str = "/v1/datasets/passengers/rows?format=columns&order=passenger_id&limit=20";

pub(crate) async fn run(options: DemoOptions) -> Result<(), Failure> {
    log::start()?;
    let spinner = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(100));

    let mut stop = Stop::watch()?;
    spinner.set_message("starting a lake in a temporary directory");
    let demo = DemoLake::start().await?;
    let shown = stop.unless_requested(show(&demo, &spinner)).await;
    spinner.finish_and_clear();
    let mut shown = shown.unwrap_or(Err(Failure::Interrupted));
    if shown.is_ok() && options.keep {
        shown = print(&demo.what_to_try());
        stop.requested().await;
    }
    demo.stop(&mut stop).await?;
    shown
}

async fn show(demo: &DemoLake, spinner: &ProgressBar) -> Result<(), Failure> {
    let events: Vec<&str> = PASSENGERS.lines().collect();
    let mut stages = Stages::start(demo);
    spinner.set_message(format!("publishing {} events to the topic", events.len()));
    stages.publish(&events).await?;
    spinner.set_message("waiting until they are compacted");
    stages.compacted(events.len()).await?;
    spinner.set_message("waiting until they are registered");
    stages.registered(events.len()).await?;
    spinner.set_message("asking for them");
    let body = stages.query(REQUEST).await?;

    let answer: Value = serde_json::from_str(&body).map_err(|error| Failure::Demo(error.to_string()))?;
    let expected: Value = serde_json::from_str(EXPECTED).map_err(|error| Failure::Demo(error.to_string()))?;
    let right = answer == expected;
    let verdict =
        if right { "The answer is the expected one." } else { "The answer is NOT the expected one." };
    spinner.suspend(|| print(&format!("GET {REQUEST}\n\n{body}\n\n{stages}\n{verdict}")))?;
    if right { Ok(()) } else { Err(Failure::Demo("the answer is not the expected one".to_owned())) }
}

fn print(text: &str) -> Result<(), Failure> {
    match output::print(text)? {
        Reader::There => Ok(()),
        Reader::Gone => Err(Failure::Demo("the answer cannot be printed: nobody reads it".to_owned())),
    }
}
