use std::{cell::Cell, rc::Rc};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    drawn::{self, Drawn, Identity, Random},
    port::Clock,
    quarantine::Holds,
};
use ingest::{Ingest, Message};

use super::Actor;
use crate::ledger::{Event, Place};

/// How many identities there are in a place, at the most.
const MARKS: u64 = 9;

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
    pub(crate) fn new(
        number: u64,
        places: &[Place],
        begun: DateTime<Utc>,
        of: &Drawn,
        random: &mut Random,
    ) -> Self {
        let (mut lines, mut events) = (Vec::new(), Vec::new());
        // Without an event time it is the message's that decides, and all of it goes to one place.
        let has_time = of.dataset().event_time().is_some();
        let only = random.below(places.len());
        let sent_at = match places.get(only) {
            Some(place) if !has_time => drawn::moment(&place.partition) + TimeDelta::minutes(5),
            _ => begun,
        };
        for position in 0..=random.weighted(&[5, 2, 1]) as u64 {
            let place = if has_time { random.pick(places) } else { places.get(only) };
            let Some(place) = place else { continue };
            let mark = match of.identity() {
                Identity::Message => 10 * number + position,
                Identity::Columns | Identity::CloudEvent => random.bits() % of.marks().min(MARKS),
            };
            let bad = random.chance(60);
            let event = if bad { Event::Bad(mark) } else { Event::Good(mark) };
            // Twins differ in content, most of them.
            lines.push(match bad {
                true => of.bad_event(mark, &place.partition, random),
                false => of.event(mark, &place.partition, random),
            });
            events.push((place.clone(), event));
        }
        let (dataset, body) = (of.dataset().name().to_string(), of.bodies(&lines, random).join("\n"));
        Self { id: format!("m{number}"), sent_at, dataset, body, events, is_acknowledged: Cell::new(false) }
    }

    fn message(&self) -> Message<'_> {
        Message {
            id: &self.id,
            position: 0,
            sent_at: self.sent_at,
            received_at: self.sent_at,
            arn: None,
            topic: "tributary",
            dataset: Some(&self.dataset),
            encoding: None,
            trace: None,
            body: self.body.as_bytes(),
            holds: Holds::Message,
            unreadable: None,
        }
    }
}

/// One delivery. What `ingest` does not name as failed is acknowledged.
pub(crate) async fn send(actor: Actor, mails: Vec<Rc<Mail>>) {
    let store = std::sync::Arc::new(actor.ports.clone());
    let ingest = Ingest::new(store.clone(), store, &*actor.settings);
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
        let checked = state.lake.ledger.acknowledge(events, actor.ports.process);
        state.lake.check(checked);
    }
    drop(state);
    actor.note(|| {
        let ids: Vec<&str> = mails.iter().map(|mail| mail.id.as_str()).collect();
        format!("acknowledges {} but for {:?}", ids.join(" "), report.failed)
    });
}
