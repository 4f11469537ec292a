use chrono::TimeDelta;
use domain::{
    invariant::Violation,
    port::{Catalog, Clock, ObjectStore, StoreError},
};

use super::Actor;
use crate::ledger::{Event, Place, is_hidden, rows};

/// How long a query may take and be promised a whole generation: the retention less what a late `register` and a late
/// vacuum take.
const PATIENCE: TimeDelta = TimeDelta::minutes(3 * 60 + 30);

/// A query: it resolves the partition, through one target or the other, and reads all files below its location, as
/// slowly as it pleases.
pub(crate) async fn read(actor: Actor, place: Place) {
    let began = actor.ports.now();
    let Some(location) = resolve(&actor, &place).await else { return };
    {
        let mut state = actor.ports.world.state();
        let known = state.lake.ledger.place(&place);
        // What a person wrote there, or has deleted files of, is nobody's promise.
        if known.was_by_hand(&location) || known.has_lost(&location) {
            return;
        }
        if known.committed_at(&location).is_none() {
            drop(state);
            if !actor.is_settled() {
                return;
            }
            return actor.check(broken(format!("{location} was resolved, and is no generation")));
        }
    }
    let Ok(objects) = actor.ports.list_all(&location).await else { return };
    let mut found: Vec<Event> = Vec::new();
    for object in objects.into_iter().filter(|object| !is_hidden(&object.key)) {
        match actor.ports.get(&object.key).await {
            Ok(body) => found.extend(rows(&body).unwrap_or_default()),
            Err(_) if is_disturbed(&actor, &place, &location) => return,
            Err(StoreError::NotFound { key }) if actor.ports.now() - began <= PATIENCE => {
                return actor.check(broken(format!("{key} was deleted while it was being read")));
            }
            Err(_) => return,
        }
    }
    if actor.ports.now() - began > PATIENCE || is_disturbed(&actor, &place, &location) {
        return;
    }
    let mut state = actor.ports.world.state();
    let mut whole = match state.lake.ledger.place(&place).committed_at(&location) {
        Some(committed) => committed.rows.clone(),
        None => return,
    };
    whole.sort_unstable();
    found.sort_unstable();
    if whole != found {
        state.lake.check(broken(format!("{location} was read as {found:?}, and is {whole:?}")));
    }
}

async fn resolve(actor: &Actor, place: &Place) -> Option<String> {
    match actor.second().filter(|_| !actor.seed.is_multiple_of(2)) {
        Some(second) => {
            let named = second.named(&place.dataset, &place.partition).await.ok()?;
            named.into_iter().next().map(|naming| naming.location)
        }
        None => {
            let found = actor.ports.partition(&place.dataset, &place.partition.values()).await;
            found.ok()?.map(|found| found.location)
        }
    }
}

/// Whether a person has deleted files of it meanwhile, or dropped the dataset.
fn is_disturbed(actor: &Actor, place: &Place, location: &str) -> bool {
    let has_lost = actor.ports.world.state().lake.ledger.place(place).has_lost(location);
    has_lost || !actor.is_settled()
}

fn broken(what: String) -> Result<(), Violation> {
    Err(Violation { invariant: "reader", what })
}
