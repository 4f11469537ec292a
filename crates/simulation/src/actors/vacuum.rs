use std::sync::Arc;

use compact::{Vacuum, VacuumError};

use super::Actor;
use crate::ledger::Place;

/// One partition, or the schedule's: every partition with something to delete.
pub(crate) async fn vacuum(actor: Actor, place: Place) {
    let ports = Arc::new(actor.ports.clone());
    let (mut vacuum, run) = (Vacuum::new(ports.clone(), ports.clone(), ports, &*actor.settings), actor.run());
    if let Some(second) = actor.second() {
        vacuum = vacuum.with_target(second);
    }
    let answer = match actor.seed % 2 {
        0 => vacuum.sweep(&run).await.map(|swept| format!("is done: {swept:?}")),
        _ => {
            let done = vacuum.vacuum(&place.dataset, &place.partition, &run).await;
            done.map(|vacuumed| format!("is done: {vacuumed:?}"))
        }
    };
    actor.note(|| match &answer {
        Ok(words) => words.clone(),
        Err(error) => format!("fails: {}", domain::chain(error)),
    });
    if let Err(error @ (VacuumError::Commit(_) | VacuumError::Notes(_) | VacuumError::Encode(_))) = answer {
        actor.unexpected(&error);
    }
}
