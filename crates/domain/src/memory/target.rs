use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::{
    FutureExt,
    future::{BoxFuture, ready},
};

use super::lock;
use crate::{
    commit::Commit,
    name::DatasetName,
    partition::Partition,
    port::CatalogError,
    schemas::Accepted,
    target::{Naming, Permit, Target, TargetError},
};

/// A target in memory. It names one location for each partition.
#[derive(Debug, Default)]
pub struct MemoryTarget {
    state: Mutex<State>,
    unavailable: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// The version that each dataset follows.
    defined: BTreeMap<DatasetName, u32>,
    named: BTreeMap<(DatasetName, Partition), Naming>,
    /// What is named right after the next withdrawal.
    late: Option<((DatasetName, Partition), Naming)>,
}

impl MemoryTarget {
    /// The next `calls` calls answer `Unavailable` and do nothing.
    pub fn fail_next(&self, calls: u64) {
        self.unavailable.store(calls, Ordering::SeqCst);
    }

    /// It forgets all that it knows.
    pub fn lose_everything(&self) {
        *lock(&self.state) = State::default();
    }

    /// Somebody's hand, or a write that comes late: the partition is named so from now on.
    pub fn name_by_hand(&self, dataset: &DatasetName, partition: &Partition, naming: Naming) {
        lock(&self.state).named.insert((dataset.clone(), partition.clone()), naming);
    }

    /// A write that was under way lands right after the next withdrawal.
    pub fn land_after_withdrawal(&self, dataset: &DatasetName, partition: &Partition, naming: Naming) {
        lock(&self.state).late = Some(((dataset.clone(), partition.clone()), naming));
    }

    /// The datasets that it has been told of.
    pub fn defined(&self) -> BTreeSet<DatasetName> {
        lock(&self.state).defined.keys().cloned().collect()
    }

    fn call<T>(
        &self,
        what: &DatasetName,
        work: impl FnOnce(&mut State) -> Result<T, TargetError>,
    ) -> Result<T, TargetError> {
        let left = self.unavailable.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match left {
            Ok(_) => {
                Err(CatalogError::Unavailable { what: what.to_string(), source: "injected".into() }.into())
            }
            Err(_) => work(&mut lock(&self.state)),
        }
    }
}

impl Target for MemoryTarget {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn define<'a>(
        &'a self,
        accepted: &'a Accepted,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<(), TargetError>> {
        let name = accepted.dataset.name();
        let define = self.call(name, |state| {
            if state.defined.get(name).is_none_or(|version| *version < accepted.version) {
                permit()?;
                state.defined.insert(name.clone(), accepted.version);
            }
            Ok(())
        });
        ready(define).boxed()
    }

    fn publish<'a>(
        &'a self,
        head: &'a Commit,
        accepted: &'a Accepted,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<bool, TargetError>> {
        let publish = self.call(&head.dataset, |state| {
            if !state.defined.contains_key(&head.dataset) {
                return Err(CatalogError::NotFound { what: head.dataset.to_string() }.into());
            }
            let place = (head.dataset.clone(), head.partition.clone());
            let naming = Naming::of(head, accepted.version);
            if state.named.get(&place) == Some(&naming) {
                return Ok(false);
            }
            permit()?;
            state.named.insert(place, naming);
            Ok(true)
        });
        ready(publish).boxed()
    }

    fn named<'a>(
        &'a self,
        dataset: &'a DatasetName,
        partition: &'a Partition,
    ) -> BoxFuture<'a, Result<Vec<Naming>, TargetError>> {
        let place = (dataset.clone(), partition.clone());
        let named: Result<Vec<Naming>, TargetError> =
            self.call(dataset, |state| Ok(state.named.get(&place).cloned().into_iter().collect()));
        ready(named).boxed()
    }

    fn all_named<'a>(
        &'a self,
        dataset: &'a DatasetName,
    ) -> BoxFuture<'a, Result<BTreeMap<Partition, Vec<Naming>>, TargetError>> {
        let named: Result<BTreeMap<_, _>, TargetError> = self.call(dataset, |state| {
            let own = state.named.iter().filter(|((of, _), _)| of == dataset);
            Ok(own.map(|((_, partition), naming)| (partition.clone(), vec![naming.clone()])).collect())
        });
        ready(named).boxed()
    }

    fn withdraw<'a>(&'a self, dataset: &'a DatasetName) -> BoxFuture<'a, Result<(), TargetError>> {
        let withdraw = self.call(dataset, |state| {
            state.defined.remove(dataset);
            state.named.retain(|(of, _), _| of != dataset);
            let late = state.late.take();
            state.named.extend(late);
            Ok(())
        });
        ready(withdraw).boxed()
    }
}
