//! From what is read to what is published: many requests at a time, and how far all of them are done.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::port::{Clock, Ids};
use tokio::{
    sync::{mpsc, watch},
    task::{JoinError, JoinSet},
};

use super::{
    error::PublishError,
    pack::{Event, Packer, Request},
    place::Place,
    position::Keeper,
    progress::Progress,
    read::{Chunk, Item},
    send::{Fate, Sender, Sent, Topic},
    summary::{Refusal, Report},
    watermark::Watermark,
};
use crate::inputs::Input;

/// The most messages beyond the first one that is not done. So a crash repeats no more than these.
const WINDOW: usize = 4_096;

/// How long a message waits for more events when the input makes a pause.
const LINGER: Duration = Duration::from_millis(200);

/// How often the position is kept.
const KEPT_EVERY: TimeDelta = TimeDelta::seconds(1);

/// The publishing of one run.
pub(super) struct Flow<'a, T, K, I> {
    pub(super) sender: Arc<Sender<T, K, I>>,
    pub(super) concurrency: usize,
    pub(super) packer: Packer,
    pub(super) watermark: Watermark,
    pub(super) keeper: Option<Keeper>,
    pub(super) inputs: &'a [Input],
    pub(super) progress: &'a Progress,
}

/// What became of it.
#[derive(Debug)]
pub(super) struct Flown {
    pub(super) report: Report,
    /// Somebody asked for a stop.
    pub(super) interrupted: bool,
    /// Why it stopped, if not for that.
    pub(super) failure: Option<PublishError>,
}

/// A request that came back, with the number of its first message.
type Settled = (u64, Request, Sent);

struct Run<'a, T, K, I> {
    flow: Flow<'a, T, K, I>,
    flown: Flown,
    ready: VecDeque<Request>,
    in_flight: JoinSet<Settled>,
    /// Whether there may be more to read.
    is_open: bool,
    /// The place behind all inputs, once it is known.
    end: Option<Place>,
    stopping: watch::Sender<bool>,
    kept: Place,
    kept_at: DateTime<Utc>,
}

impl<T: Topic, K: Clock, I: Ids> Flow<'_, T, K, I> {
    /// Publishes what comes until all is done, or something stops it. `stop` comes back when somebody asks for
    /// it: the first time what is under way is still waited for, and the second time not.
    pub(super) async fn run(self, mut chunks: mpsc::Receiver<Chunk>, mut stop: impl AsyncFnMut()) -> Flown {
        let mut run = Run::new(self);
        loop {
            run.launch();
            if run.in_flight.is_empty() && (run.is_halted() || (!run.is_open && run.ready.is_empty())) {
                break;
            }
            let wants = run.wants();
            let (sender, has_news) = (Arc::clone(&run.flow.sender), run.has_news());
            tokio::select! {
                biased;
                () = stop() => {
                    if run.flown.interrupted {
                        break;
                    }
                    run.flow.progress.say("stopping: waiting for what is under way");
                    run.flown.interrupted = true;
                    run.halt();
                }
                Some(settled) = run.in_flight.join_next(), if !run.in_flight.is_empty() => run.settle(settled),
                chunk = chunks.recv(), if wants => run.take(chunk),
                () = sender.clock.sleep(LINGER), if wants && run.flow.packer.holds_some() => {
                    run.flow.packer.flush(&mut run.ready);
                }
                () = sender.clock.sleep(LINGER), if has_news => {}
            }
            run.keep();
        }
        run.finish()
    }
}

impl<'a, T: Topic, K: Clock, I: Ids> Run<'a, T, K, I> {
    fn new(flow: Flow<'a, T, K, I>) -> Self {
        Self {
            ready: VecDeque::new(),
            in_flight: JoinSet::new(),
            is_open: true,
            end: None,
            stopping: watch::Sender::new(false),
            kept: flow.watermark.reached(),
            kept_at: flow.sender.clock.now(),
            flown: Flown { report: Report::default(), interrupted: false, failure: None },
            flow,
        }
    }

    fn is_halted(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Nothing new is sent from now on, and nothing again.
    fn halt(&mut self) {
        self.stopping.send_replace(true);
    }

    fn has_room(&self) -> bool {
        self.in_flight.len() < self.flow.concurrency && self.flow.watermark.open() < WINDOW
    }

    /// Whether more is to be read.
    fn wants(&self) -> bool {
        !self.is_halted() && self.is_open && self.ready.is_empty() && self.has_room()
    }

    /// Sends what is ready, as far as there is room.
    fn launch(&mut self) {
        while !self.is_halted()
            && self.has_room()
            && let Some(request) = self.ready.pop_front()
        {
            let numbers: Vec<u64> =
                request.iter().map(|message| self.flow.watermark.add(message.end)).collect();
            let (sender, stopped) = (Arc::clone(&self.flow.sender), self.stopping.subscribe());
            self.in_flight.spawn(async move {
                let sent = sender.send(&request, stopped).await;
                (numbers.first().copied().unwrap_or_default(), request, sent)
            });
        }
    }

    /// Takes what was read.
    fn take(&mut self, chunk: Option<Chunk>) {
        match chunk {
            Some(Chunk::Items(items)) => {
                for item in items {
                    self.take_item(item);
                }
                return;
            }
            Some(Chunk::End(end)) => self.end = Some(end),
            // What was read before is published all the same.
            Some(Chunk::Failed(error)) => self.fail(error),
            None => self.fail(PublishError::Broken("the reader is gone".to_owned())),
        }
        self.is_open = false;
        self.flow.packer.flush(&mut self.ready);
    }

    fn take_item(&mut self, item: Item) {
        let Item { input, line, event, end } = item;
        match event {
            Ok(text) => self.flow.packer.push(Event { text, input, line, end }, &mut self.ready),
            Err(reason) => self.refuse(input, line, 1, reason),
        }
    }

    fn refuse(&mut self, input: usize, line: u64, events: u64, reason: String) {
        let input = self.flow.inputs.get(input).map_or_else(String::new, |input| input.name.clone());
        self.flown.report.refuse(Refusal { input, line, events, reason });
    }

    /// Takes what became of a request.
    fn settle(&mut self, settled: Result<Settled, JoinError>) {
        let (first, request, sent) = match settled {
            Ok(settled) => settled,
            Err(error) => {
                self.fail(PublishError::Broken(domain::chain(&error)));
                self.halt();
                return;
            }
        };
        let report = &mut self.flown.report;
        report.requests += sent.requests;
        report.billed_requests += sent.billed;
        report.retries += sent.retries;
        for ((number, message), fate) in (first..).zip(request).zip(sent.fates) {
            match fate {
                Fate::Published => {
                    let report = &mut self.flown.report;
                    report.events += message.events;
                    report.messages += 1;
                    report.bytes += message.text.len() as u64;
                }
                Fate::Refused(reason) => self.refuse(message.input, message.line, message.events, reason),
                Fate::Open => continue,
            }
            self.flow.watermark.done(number);
        }
        if let Some(reason) = sent.stop {
            self.fail(PublishError::Topic(reason));
            self.halt();
        }
        self.show();
    }

    /// The first failure is the one to be told.
    fn fail(&mut self, error: PublishError) {
        self.flown.failure.get_or_insert(error);
    }

    fn show(&self) {
        if !self.is_halted() {
            self.flow.progress.show(self.flown.report.events, self.flown.report.refused);
        }
    }

    /// Whether the position is further than the one that is kept.
    fn has_news(&self) -> bool {
        self.flow.keeper.is_some() && self.flow.watermark.reached() != self.kept
    }

    /// Keeps the position, now and then.
    fn keep(&mut self) {
        let now = self.flow.sender.clock.now();
        if self.has_news() && now - self.kept_at >= KEPT_EVERY {
            self.kept_at = now;
            self.save(self.flow.watermark.reached());
        }
    }

    fn save(&mut self, reached: Place) {
        let saved = self.flow.keeper.as_mut().map_or(Ok(()), |keeper| keeper.save(reached));
        self.kept = reached;
        if let Err(error) = saved {
            self.flow.keeper = None;
            self.fail(error);
            self.halt();
        }
    }

    fn finish(mut self) -> Flown {
        let is_all = self.ready.is_empty() && self.flow.watermark.open() == 0 && !self.is_halted();
        let end = self.end.filter(|_| is_all);
        self.save(end.unwrap_or(self.flow.watermark.reached()));
        self.flown
    }
}

#[cfg(test)]
mod tests;
