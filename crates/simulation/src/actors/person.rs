//! A person at the command line: `tributary partition recover`, `tributary dataset drop` and `tributary dataset apply`.

use bytes::Bytes;
use compact::{CompactError, Discard, DropError, DropOutcome, Dropper};
use domain::{
    Commit, DatasetName, key,
    port::{ObjectStore, PutMode},
    schemas::SchemasError,
};
use register::Acceptance;

use super::{
    Actor,
    compactor::{compactor, settle},
    register::register,
};
use crate::ledger::Place;

/// Goes on without the lost files of a partition, and takes what is still in landing once more.
pub(crate) async fn recover(actor: Actor, place: Place) {
    let answer = recovered(&actor, &place).await;
    actor.note(|| match &answer {
        Ok(commit) => format!("is done: {:?}", commit.as_ref().map(|commit| &commit.discarded)),
        Err(error) => format!("fails: {}", domain::chain(error)),
    });
    if let Err(error) = answer {
        settle(&actor, &[], Err(error));
    }
}

async fn recovered(actor: &Actor, place: &Place) -> Result<Option<Commit>, CompactError> {
    let (compactor, run) = (compactor(actor), actor.run());
    let Place { dataset, partition } = place;
    let Some(lost) = compactor.lost(dataset, partition).await? else { return Ok(None) };
    if lost.files.is_empty() {
        return Ok(None);
    }
    let commit = compactor.discard(Discard::LostFiles, "a file was lost", dataset, partition, &run).await?;
    if commit.is_some() && lost.still_landed > 0 {
        compactor.compact_now(dataset, partition, &run).await?;
    }
    Ok(commit)
}

/// Drops the dataset, with its data or without.
pub(crate) async fn drop_dataset(actor: Actor, name: DatasetName, purges: bool) {
    let (ports, compactor) = (&actor.ports, compactor(&actor));
    if purges {
        ports.world.state().lake.ledger.drops.purge(ports.process);
    }
    let dropper = Dropper {
        store: ports,
        catalog: ports,
        targets: &[],
        compactor: &compactor,
        clock: ports,
        name: &name,
    };
    let answer = dropper.drop(purges).await;
    actor.note(|| match &answer {
        Ok(outcome) => format!("is done: {outcome:?}"),
        Err(error) => format!("fails: {}", domain::chain(error)),
    });
    match &answer {
        Ok(DropOutcome::Dropped) => ports.world.state().lake.ledger.drops.is_done = true,
        Ok(DropOutcome::NeedsPurge | DropOutcome::AskedForAgain) => {}
        Err(
            error @ (DropError::Schemas(SchemasError::Invalid { .. })
            | DropError::Compact(CompactError::Commit(_))),
        ) => actor.unexpected(error),
        Err(_) => {}
    }
}

/// Asks for the dataset as it was, and accepts it. Nothing speaks against that, with its data or without.
pub(crate) async fn ask(actor: Actor, name: DatasetName, definition: Bytes) {
    if let Err(error) = actor.ports.put(&key::definition(&name), definition, PutMode::Overwrite).await {
        return actor.note(|| format!("fails: {}", domain::chain(&error)));
    }
    let answer = register(&actor).accept(&name, &actor.run()).await;
    actor.note(|| match &answer {
        Ok(acceptance) => format!("is done: {acceptance:?}"),
        Err(error) => format!("fails: {}", domain::chain(error)),
    });
    if let Ok(Acceptance::Rejected(rejected)) = &answer {
        actor.unexpected(rejected);
    }
}
