//! The file of a statement that is not over yet. If the statement fails or is stopped, the file goes: a table that was never
//! registered would leave it behind, and its place would not be empty for the next statement.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;

use super::execution::Output;
use crate::s3::{Draft, Store, StoreError};

/// An object that a statement writes. Dropped, it is removed, unless it is kept.
pub(super) struct Unfinished {
    object: Arc<Object>,
    is_kept: bool,
}

struct Object {
    store: Arc<Store>,
    place: Output,
    stage: Mutex<Stage>,
}

/// Who publishes the object may come after who gives it up: a task that was stopped does not end the work on the disk that it
/// has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Unpublished,
    Published,
    GivenUp,
}

impl Unfinished {
    pub(super) fn new(store: &Arc<Store>, place: Output) -> Self {
        let stage = Mutex::new(Stage::Unpublished);
        Self { object: Arc::new(Object { store: Arc::clone(store), place, stage }), is_kept: false }
    }

    /// The work that makes the draft the object. It does nothing once the object is given up.
    pub(super) fn publish(
        &self,
        draft: Draft,
        content_type: &'static str,
    ) -> impl FnOnce(&Store) -> Result<(), StoreError> + Send + use<> {
        let object = Arc::clone(&self.object);
        move |store| {
            let mut stage = object.stage();
            if *stage == Stage::GivenUp {
                return Ok(());
            }
            store.publish_draft(draft, &object.place.bucket, &object.place.key, content_type)?;
            *stage = Stage::Published;
            Ok(())
        }
    }

    /// The statement is over, or what it does next says what becomes of the object.
    pub(super) fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Removes the object, and waits until it is gone.
    pub(super) async fn remove(mut self) {
        self.is_kept = true;
        let object = Arc::clone(&self.object);
        // It logs what goes wrong, and a runtime that ends takes the process along.
        let _gone = tokio::task::spawn_blocking(move || object.give_up()).await;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        let object = Arc::clone(&self.object);
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || object.give_up())),
            Err(_) => object.give_up(),
        }
    }
}

impl Object {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_up(&self) {
        let mut stage = self.stage();
        let was = std::mem::replace(&mut *stage, Stage::GivenUp);
        if was != Stage::Published {
            return;
        }
        if let Err(error) = self.store.delete(&self.place.bucket, &self.place.key, None) {
            let key = &self.place.key;
            tracing::error!(
                error = domain::chain(&error),
                key,
                "the file of a statement that failed was not removed"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use domain::memory::NoClock;

    use super::*;
    use crate::env::Env;

    const TYPE: &str = "application/octet-stream";

    struct NoIds;

    impl domain::port::Ids for NoIds {
        fn ulid(&self) -> ulid::Ulid {
            ulid::Ulid::from_parts(0, 0)
        }

        fn random(&self) -> u64 {
            0
        }
    }

    fn store(directory: &tempfile::TempDir) -> Arc<Store> {
        let in_use = File::create(directory.path().join("lock")).unwrap();
        let env = Env::new(Arc::new(NoClock), Arc::new(NoIds));
        let store = Store::open(directory.path(), in_use, env, Box::new(|_| {})).unwrap();
        store.create_bucket("mine").unwrap();
        Arc::new(store)
    }

    fn unfinished(store: &Arc<Store>) -> Unfinished {
        Unfinished::new(store, Output { bucket: "mine".to_owned(), key: "t/a.parquet".to_owned() })
    }

    fn draft(store: &Store) -> Draft {
        store.draft().unwrap().append(b"rows").unwrap()
    }

    #[tokio::test]
    async fn what_is_given_up_goes_and_what_is_kept_stays() {
        let directory = tempfile::tempdir().unwrap();
        let store = store(&directory);
        let is_there = || store.has_below("mine", "t/").unwrap();

        // Failed after it was published.
        let object = unfinished(&store);
        object.publish(draft(&store), TYPE)(&store).unwrap();
        assert!(is_there());
        object.remove().await;
        assert!(!is_there());

        // Stopped while the disk was at work: it is published after that, or would be.
        let object = unfinished(&store);
        let publish = object.publish(draft(&store), TYPE);
        object.remove().await;
        publish(&store).unwrap();
        assert!(!is_there());

        let mut object = unfinished(&store);
        object.publish(draft(&store), TYPE)(&store).unwrap();
        object.keep();
        drop(object);
        assert!(is_there());
    }

    #[test]
    fn without_a_runtime_it_goes_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let store = store(&directory);
        let object = unfinished(&store);
        object.publish(draft(&store), TYPE)(&store).unwrap();
        drop(object);
        assert!(!store.has_below("mine", "t/").unwrap());
    }
}
