//! Where an event of a dataset goes.

use domain::{
    Dataset, Partition,
    event::{self, Event, Origin, Placement},
    quarantine::{Holds, Kind},
    settings::{HOURLY_PARTITIONS, MESSAGE_PARTITIONS},
};

use super::{Original, Reason, Rules, Sorter};
use crate::{group::Place, message::Message};

impl<'a> Sorter<'a> {
    /// Puts an event of a dataset where it belongs.
    pub(super) fn land(
        &mut self,
        (index, message): (usize, &Message<'_>),
        dataset: &'a Dataset,
        position: usize,
        text: &str,
        event: &Event<'_>,
    ) {
        let placed = self.place(dataset, message, position, event);
        let landed = placed.and_then(|Placement { partition, id, values }| {
            let group = self.landing(index, dataset, partition)?;
            Ok((group, id, dataset.columns().len() + values))
        });
        match landed {
            Ok((group, id, places)) => {
                let group = self.groups.with_room(group, places);
                let event_and_id = (id.as_deref(), text);
                let group = &mut self.groups.list[group];
                self.bytes += group.accept((index, message), event_and_id, event.trace(), &self.lines);
            }
            Err(reason) => {
                let original = Original::part(text.as_bytes(), Holds::Event);
                self.reject(index, message, position, Some(dataset), reason, original);
            }
        }
    }

    fn place(
        &self,
        dataset: &Dataset,
        message: &Message<'_>,
        position: usize,
        event: &Event<'_>,
    ) -> Result<Placement, Reason> {
        let position = message.position + position;
        let origin = Origin { message_id: message.id, position, sent_at: message.sent_at };
        event::place(dataset, event, origin, self.rules.bounds).map_err(Reason::from)
    }

    /// The group of an event's partition, by its place; or why the event is kept in quarantine instead: its message
    /// has too many partitions, or too much of the past is written to. The first is decided by the message alone, in
    /// the order of its events, so that a redelivery is cut off where the first delivery was.
    fn landing(&mut self, index: usize, dataset: &'a Dataset, partition: Partition) -> Result<usize, Reason> {
        let dropped = self.rules.routes.known.loaded.again.get(dataset.name()).copied().unwrap_or_default();
        let place = Place::Landing(dataset.name(), partition.clone(), dropped);
        let found = self.groups.find(&place);
        if let Some(group) = found.filter(|group| self.groups.list[*group].messages.last() == Some(&index)) {
            return Ok(group);
        }
        let Rules { message_partitions, openings, .. } = self.rules;
        let too_many = if self.partitions >= message_partitions {
            Some(format!(
                "the events of a message may go to {message_partitions} partitions ({})",
                MESSAGE_PARTITIONS.name
            ))
        } else if found.is_none() && !openings.admit(dataset.name(), &partition, self.now) {
            Some(format!(
                "within an hour one process writes to {} partitions that ended more than two days ago ({})",
                openings.most, HOURLY_PARTITIONS.name
            ))
        } else {
            None
        };
        if let Some(reason) = too_many {
            let reason = format!("{reason}, found one more: {partition}");
            self.refused_partitions.insert(place);
            return Err(Reason(Kind::Partitions, reason));
        }
        self.partitions += 1;
        Ok(found.unwrap_or_else(|| self.groups.begin(place)))
    }
}
