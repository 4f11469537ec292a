//! The plan, step by step.

use aws::OriginObject;
use domain::{
    key,
    port::{ObjectStore, PutMode, StoreError},
};
use futures::{StreamExt, stream};

use super::{origin::Origin, plan::Plan};

/// How many objects are restored at the same time.
const COPIES: usize = 16;

/// An object that is not restored.
#[derive(Debug)]
pub(super) struct Unrestored {
    pub(super) key: String,
    pub(super) error: String,
}

/// Restores one step after the other. If something of a step fails, no later step begins: a commit must not come before
/// its files. Answers what failed.
pub(super) async fn perform<S: ObjectStore, O: Origin>(
    store: &S,
    origin: &O,
    plan: &Plan,
    progress: &(dyn Fn() + Sync),
) -> Vec<Unrestored> {
    let mut failed = Vec::new();
    for (_, objects) in plan.steps() {
        let restored =
            objects.iter().map(|object| async move { (object, restore(store, origin, object).await) });
        let mut restored = stream::iter(restored).buffer_unordered(COPIES);
        while let Some((object, answer)) = restored.next().await {
            progress();
            if let Err(error) = answer {
                failed.push(Unrestored { key: object.key.clone(), error: domain::chain(&error) });
            }
        }
        if !failed.is_empty() {
            break;
        }
    }
    failed
}

async fn restore<S: ObjectStore, O: Origin>(
    store: &S,
    origin: &O,
    object: &OriginObject,
) -> Result<(), StoreError> {
    if !object.key.starts_with(key::COMMITS) {
        return origin.copy(object).await;
    }
    let body = origin.get(object).await?;
    match store.put(&object.key, body.clone(), PutMode::Create).await {
        // Ours, if the reply of an attempt was lost.
        Err(exists @ StoreError::AlreadyExists { .. }) => {
            if store.get(&object.key).await? == body {
                Ok(())
            } else {
                Err(exists)
            }
        }
        answer => answer,
    }
}
