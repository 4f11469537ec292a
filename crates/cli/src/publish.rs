//! `tributary publish`: events from files to the topic.

mod args;
mod error;
mod expect;
mod flow;
mod inputs;
mod lake;
mod pack;
mod partitions;
mod place;
mod position;
mod progress;
mod read;
mod send;
mod sns;
mod summary;
mod wait;
mod watermark;

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use aws::{RandomIds, SystemClock};
use domain::{Dataset, port::Clock, settings::Settings};
use formats::{Format, Rules};

use crate::{
    failure::Failure,
    inputs::Input,
    log,
    output::{print, print_json},
    stop::Stop,
};
use error::PublishError;
use expect::Expectation;
use flow::{Flow, Flown};
use lake::Lake;
use pack::{MAX_BYTES, Packer};
use partitions::Partitions;
use place::Place;
use position::Keeper;
use progress::Progress;
use read::Reading;
use send::{Sender, Topic};
use sns::{DryRun, SnsTopic};
use summary::{Outcome, Summary};
use watermark::Watermark;

use crate::dataset::Follower;

pub(crate) use args::PublishOptions;

pub(crate) async fn run(options: PublishOptions) -> Result<(), Failure> {
    log::start()?;
    let mut stop = Stop::watch()?;
    let job = stop.unless_requested(Job::prepare(options)).await.unwrap_or(Err(Failure::Interrupted))?;
    job.run(&mut stop).await
}

/// What is to be done, with all that can be known to be wrong found out.
struct Job {
    options: PublishOptions,
    inputs: Vec<Input>,
    /// Not for a dry run that needs none.
    lake: Option<Lake>,
    definition: Option<Dataset>,
    expectation: Option<Expectation>,
    settings: Settings,
    keeper: Option<Keeper>,
}

impl Job {
    async fn prepare(options: PublishOptions) -> Result<Self, Failure> {
        let inputs = inputs::examine(&options.files, &options.text.how())?;
        let settings = aws::settings().map_err(PublishError::from)?;
        let has_csv = inputs.iter().any(|input| input.format == Some(Format::Csv));
        let needs_definition = !options.no_definition && (has_csv || !options.dry_run);
        let lake = if options.dry_run && !needs_definition {
            None
        } else {
            Some(Lake::find(options.topic.as_deref()).await?)
        };
        let keeper = match (&options.position, &lake) {
            (Some(path), Some(lake)) => {
                Some(Keeper::open(path, options.dataset.as_str(), &lake.topic, &inputs)?)
            }
            _ => None,
        };
        let definition = match &lake {
            Some(lake) if needs_definition => lake.definition(&settings, &options.dataset, has_csv).await?,
            _ => None,
        };
        let expectation = definition.as_ref().map(|dataset| Expectation::new(dataset, options.allow_unknown));
        let is_new = keeper.as_ref().is_none_or(|keeper| keeper.reached() == Place::default());
        if let (Some(expectation), Some(dataset), true) = (&expectation, &definition, is_new) {
            let rules = rules(sns::attributes(&options.dataset));
            expectation.check(&inputs, dataset, rules)?;
        }
        Ok(Self { options, inputs, lake, definition, expectation, settings, keeper })
    }

    async fn run(self, stop: &mut Stop) -> Result<(), Failure> {
        let dataset = self.options.dataset.clone();
        match &self.lake {
            Some(lake) if !self.options.dry_run => {
                let topic = SnsTopic::new(&lake.aws, lake.topic.clone(), dataset);
                self.publish(topic, stop).await
            }
            _ => self.publish(DryRun(dataset), stop).await,
        }
    }

    async fn publish<T: Topic>(self, topic: T, stop: &mut Stop) -> Result<(), Failure> {
        let Self { options, inputs, lake, definition, expectation, settings, mut keeper } = self;
        let message_partitions = settings.ingest.limits.message_partitions;
        let mut follower = match (&lake, options.wait) {
            (Some(lake), Some(_)) => {
                let store = lake.aws.store(&settings);
                let begun = Follower::begin(&store, &options.dataset, SystemClock.now()).await;
                Some(begun.map_err(|error| PublishError::Follow(error.into()))?)
            }
            _ => None,
        };
        let inputs = Arc::new(inputs);
        let from = keeper.as_ref().map(Keeper::reached).unwrap_or_default();
        if let Some(keeper) = &mut keeper {
            // Where it cannot be kept, nothing is sent.
            keeper.save(from)?;
        }
        let behind: u64 = inputs.iter().take(from.input).filter_map(Input::bytes).sum();
        let counter = Arc::new(AtomicU64::new(behind));
        let progress = Progress::new(&inputs, Arc::clone(&counter), options.json);
        let attributes = topic.attributes();
        let partitions = definition.clone().map(|dataset| Partitions::new(dataset, message_partitions));
        let reading = Reading {
            inputs: Arc::clone(&inputs),
            from,
            definition,
            expectation,
            rules: rules(attributes),
            counter,
        };
        let chunks = read::start(reading).map_err(|error| PublishError::Broken(error.to_string()))?;
        let flow = Flow {
            sender: Arc::new(Sender { topic, clock: SystemClock, ids: RandomIds }),
            concurrency: usize::from(options.concurrency),
            packer: Packer::new(options.pack, attributes).within(partitions),
            watermark: Watermark::new(from),
            keeper,
            inputs: &inputs,
            progress: &progress,
        };
        let flown = flow.run(chunks, async || stop.requested().await).await;
        let took = progress.finish();

        let waited = match (&mut follower, &lake, options.wait, &flown) {
            (
                Some(follower),
                Some(lake),
                Some(seconds),
                Flown { failure: None, interrupted: false, report },
            ) => {
                let lake = (&lake.aws.store(&settings), &lake.aws.catalog(&settings));
                let patience = Duration::from_secs(seconds);
                let waiting = wait::until_settled(follower, lake, &SystemClock, report.events, patience);
                let waited = stop.unless_requested(waiting).await.ok_or(Failure::Interrupted);
                Some(waited.and_then(|followed| followed.map_err(Failure::from)))
            }
            _ => None,
        };
        // What is published is published, whether or not it is known what became of it.
        let summary = Summary {
            followed: waited.as_ref().and_then(|waited| waited.as_ref().ok()),
            outcome: outcome(&flown),
            dry_run: options.dry_run,
            dataset: options.dataset.as_str(),
            topic: lake.as_ref().map(|lake| lake.topic.as_str()),
            events_before: from.events,
            report: &flown.report,
            seconds: took.as_secs_f64(),
            events_per_second: progress::rate(flown.report.events, took),
        };
        // Nobody there to read it is no failure.
        let _reader = if options.json { print_json(&summary)? } else { print(&summary.to_string())? };
        match flown {
            Flown { failure: Some(failure), .. } => Err(failure.into()),
            Flown { interrupted: true, .. } => Err(Failure::Interrupted),
            Flown { report, .. } => match waited.transpose()? {
                _ if report.refused > 0 => Err(PublishError::Refused(report.refused).into()),
                Some(followed) => wait::verdict(&followed, report.events).map_err(Failure::from),
                None => Ok(()),
            },
        }
    }
}

/// What SNS takes, with attributes of so many bytes.
fn rules(attributes: usize) -> Rules {
    Rules { most: MAX_BYTES - attributes, of: "a message of SNS" }
}

fn outcome(flown: &Flown) -> Outcome {
    match flown {
        Flown { failure: Some(_), .. } => Outcome::Failed,
        Flown { interrupted: true, .. } => Outcome::Interrupted,
        Flown { .. } => Outcome::Done,
    }
}
