use std::{cell::Cell, rc::Rc};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{port::Clock, quarantine::Holds};
use ingest::{Ingest, Message};

use super::Actor;
use crate::{
    ledger::{Event, Place},
    random::Random,
};

/// A message that somebody published.
#[derive(Debug)]
pub(crate) struct Mail {
    id: String,
    sent_at: DateTime<Utc>,
    dataset: String,
    body: String,
    events: Vec<(Place, Event)>,
    /// Its queue deleted it: it comes again by accident only.
    pub(crate) is_acknowledged: Cell<bool>,
}

impl Mail {
    /// A message with up to three events. Identities are few, so that twins are many.
    pub(crate) fn new(number: usize, places: &[Place], sent_at: DateTime<Utc>, random: &mut Random) -> Self {
        let (mut lines, mut events) = (Vec::new(), Vec::new());
        let dataset = random.pick(places).map(|place| place.dataset.clone());
        let dataset = dataset.map(|dataset| dataset.to_string()).unwrap_or_default();
        for _ in 0..=random.weighted(&[5, 2, 1]) {
            let Some(place) = random.pick(places).filter(|place| place.dataset.as_str() == dataset) else {
                continue;
            };
            let seat = random.between(1, 9);
            let event = if random.chance(60) { Event::Bad(seat) } else { Event::Good(seat) };
            let seat = match event {
                Event::Good(seat) => seat.to_string(),
                Event::Bad(seat) => format!("\"x{seat}\""),
            };
            let at = place.partition.begin().format("%Y-%m-%dT%H:30:00Z");
            // Twins differ in content, most of them.
            let who = random.below(4);
            lines.push(format!(r#"{{"seat":{seat},"at":"{at}","who":"{who}"}}"#));
            events.push((place.clone(), event));
        }
        let body = lines.join("\n");
        Self { id: format!("m{number}"), sent_at, dataset, body, events, is_acknowledged: Cell::new(false) }
    }

    pub(crate) fn sent_at(&self) -> DateTime<Utc> {
        self.sent_at
    }

    fn message(&self) -> Message<'_> {
        Message {
            id: &self.id,
            position: 0,
            sent_at: self.sent_at,
            topic: "tributary",
            dataset: Some(&self.dataset),
            encoding: None,
            body: self.body.as_bytes(),
            holds: Holds::Message,
            unreadable: None,
        }
    }
}

/// One delivery. What `ingest` does not name as failed is acknowledged.
pub(crate) async fn send(actor: Actor, mails: Vec<Rc<Mail>>) {
    let store = std::sync::Arc::new(actor.ports.clone());
    let ingest = Ingest::new(store.clone(), store, &actor.settings);
    let messages: Vec<Message<'_>> = mails.iter().map(|mail| mail.message()).collect();
    let until = actor.ports.now() + actor.limit.unwrap_or(TimeDelta::days(30));
    let report = match ingest.store(&messages, until).await {
        Ok(report) => report,
        Err(error) => return actor.note(|| format!("nothing is acknowledged: {}", domain::chain(&error))),
    };
    let mut state = actor.ports.world.state();
    let stored = mails.iter().enumerate().filter(|(index, _)| !report.failed.contains(index));
    for (_, mail) in stored {
        mail.is_acknowledged.set(true);
        let events = mail.events.iter().map(|(place, event)| (place, *event));
        let checked = state.lake.ledger.acknowledge(events);
        state.lake.check(checked);
    }
    drop(state);
    actor.note(|| {
        let ids: Vec<&str> = mails.iter().map(|mail| mail.id.as_str()).collect();
        format!("acknowledges {} but for {:?}", ids.join(" "), report.failed)
    });
}
