use std::sync::Arc;

use compact::{CompactError, Compactor, Refused, Report, RollbackError};
use domain::{Generation, batch::BatchName, memory::SeededIds};

use super::Actor;
use crate::{ledger::Place, ports::Ports};

pub(super) fn compactor(actor: &Actor) -> Compactor<Ports, Ports, SeededIds> {
    let ports = Arc::new(actor.ports.clone());
    let ids = Arc::new(SeededIds::new(actor.seed));
    let compactor = Compactor::new(ports.clone(), ports, ids, &*actor.settings);
    compactor.with_row_groups_of(actor.row_group).with_parts_of(actor.parts)
}

/// A notification: one partition.
pub(crate) async fn compact(actor: Actor, place: Place) {
    let landed = landed(&actor, &place);
    let (compactor, run) = (compactor(&actor), actor.run());
    let answer = match actor.seed % 8 {
        0 => {
            let answer = compactor.rebuild(&place.dataset, &place.partition, &run).await;
            return settle(&actor, &[], answer.map(|report| vec![report]));
        }
        4 if is_doubled(&actor, &place) => return repair(actor, place).await,
        3 => return roll_back(&actor, &compactor, &place).await,
        // Somebody asked for this partition.
        1 | 2 => compactor.compact_now(&place.dataset, &place.partition, &run).await,
        _ => compactor.compact(&place.dataset, &place.partition, &run).await,
    };
    let answer = answer.map(|report| vec![report]);
    settle(&actor, &[(place, landed)], answer);
}

/// Somebody drops twins.
pub(crate) async fn repair(actor: Actor, place: Place) {
    let answer = compactor(&actor).repair(&place.dataset, &place.partition, &actor.run()).await;
    settle(&actor, &[], answer.map(|report| vec![report]));
}

fn is_doubled(actor: &Actor, place: &Place) -> bool {
    !actor.ports.world.state().lake.ledger.place(place).by_fault.is_empty()
}

/// Somebody undoes the last commit, or the last two.
async fn roll_back(actor: &Actor, compactor: &Compactor<Ports, Ports, SeededIds>, place: &Place) {
    let head = actor.ports.world.state().lake.ledger.place(place).head_number();
    let to = Generation::new(head.saturating_sub(1 + actor.seed / 8 % 2));
    let answer = compactor.rollback(&place.dataset, &place.partition, to, &actor.run()).await;
    actor.note(|| match &answer {
        Ok(commit) => format!("is done: {to} again as {}", commit.generation),
        Err(error) => format!("fails: {}", domain::chain(error)),
    });
    match answer {
        Err(RollbackError::Failed(error)) => settle(actor, &[], Err(error)),
        Err(RollbackError::Refused(error @ Refused::OtherRows { .. })) => actor.unexpected(&error),
        Err(RollbackError::Refused(_)) | Ok(_) => {}
    }
}

/// The schedule: every partition with something to do.
pub(crate) async fn sweep(actor: Actor) {
    let landed: Vec<_> = actor.places.iter().map(|place| (place.clone(), landed(&actor, place))).collect();
    let answer = compactor(&actor).sweep(&actor.run()).await;
    settle(&actor, &landed, answer);
}

fn landed(actor: &Actor, place: &Place) -> Vec<BatchName> {
    actor.ports.world.state().lake.ledger.place(place).landing.keys().cloned().collect()
}

/// A trigger that is reported as handled does not come again: what it was about is in the table.
pub(super) fn settle(
    actor: &Actor,
    landed: &[(Place, Vec<BatchName>)],
    answer: Result<Vec<Report>, CompactError>,
) {
    actor.note(|| match &answer {
        Ok(reports) => format!("is done: {reports:?}"),
        Err(error) => format!("fails: {}", domain::chain(error)),
    });
    match answer {
        Ok(reports) if reports.iter().any(|report| report.waiting) => {}
        // What has landed for a dropped dataset waits, or was purged.
        Ok(_) if !actor.is_settled() => {}
        Ok(_) => {
            let mut state = actor.ports.world.state();
            for (place, landed) in landed {
                let checked = state.lake.ledger.place(place).handled(landed);
                state.lake.check(checked);
            }
        }
        Err(CompactError::DataFile { .. }) if actor.ports.world.state().lake.ledger.has_losses() => {}
        // It had read the definition of before; or somebody rebuilds or repairs what is dropped.
        Err(CompactError::DefinitionBehind { .. } | CompactError::UnknownDataset(_))
            if !actor.is_settled() => {}
        Err(
            error @ (CompactError::Commit(_)
            | CompactError::DataFile { .. }
            | CompactError::Build(_)
            | CompactError::UnknownDataset(_)
            | CompactError::OtherGranularity(_)
            | CompactError::DefinitionBehind { .. }),
        ) => actor.unexpected(&error),
        Err(_) => {}
    }
}
