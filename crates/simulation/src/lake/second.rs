//! The second target: it is down, fails and loses its state on its own, whatever the catalog does.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    Commit, DatasetName, Partition,
    memory::MemoryTarget,
    port::Clock,
    schemas::Accepted,
    target::{Naming, Permit, Target, TargetError},
};
use futures::FutureExt;

use super::Lake;
use crate::ledger::{Place, TargetId};

/// A target, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Second {
    target: MemoryTarget,
    /// Until then it does nothing that it is asked for, and says nothing.
    pub(crate) down_until: DateTime<Utc>,
    /// Of a thousand calls, how many it does not do, though it is not down.
    pub(crate) faults: usize,
}

/// Who made the call has asked already.
const ASKED: Permit<'static> = &|| Ok(());

/// What is `None` was not done.
impl Lake {
    pub(crate) fn define_second(&mut self, accepted: &Accepted) -> Option<Result<(), TargetError>> {
        self.second_answers()?;
        self.second.target.define(accepted, ASKED).now_or_never()
    }

    pub(crate) fn publish_second(
        &mut self,
        head: &Commit,
        accepted: &Accepted,
    ) -> Option<Result<bool, TargetError>> {
        self.second_answers()?;
        let answer = self.second.target.publish(head, accepted, ASKED).now_or_never()?;
        if let Ok(true) = answer {
            let place = Place { dataset: head.dataset.clone(), partition: head.partition.clone() };
            let (target, now) = ((&place, TargetId::Second), self.time.now());
            let checked = self.ledger.named(target, Some(&head.location), self.process, now);
            self.check(checked);
        }
        Some(answer)
    }

    pub(crate) fn named_by_second(
        &mut self,
        dataset: &DatasetName,
        partition: &Partition,
    ) -> Option<Result<Vec<Naming>, TargetError>> {
        self.second_answers()?;
        self.second.target.named(dataset, partition).now_or_never()
    }

    pub(crate) fn all_named_by_second(
        &mut self,
        dataset: &DatasetName,
    ) -> Option<Result<BTreeMap<Partition, Vec<Naming>>, TargetError>> {
        self.second_answers()?;
        self.second.target.all_named(dataset).now_or_never()
    }

    /// It forgets all that it was told.
    pub(crate) fn lose_second(&mut self) {
        self.second.target.lose_everything();
        for place in self.ledger.places() {
            self.ledger.damaged((&place, TargetId::Second), None, self.time.now());
        }
    }

    fn second_answers(&mut self) -> Option<()> {
        let is_up = self.time.now() >= self.second.down_until;
        (is_up && !self.random.chance(self.second.faults)).then_some(())
    }
}
