//! What was last read, at most so old. Who comes while somebody reads waits for that reader and shares what it finds.

use std::{future::Future, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::port::Clock;

/// A value, and when its reading began.
#[derive(Debug)]
pub(crate) struct Fresh<T> {
    age: TimeDelta,
    slot: tokio::sync::Mutex<Option<(DateTime<Utc>, Arc<T>)>>,
}

impl<T: Send + Sync> Fresh<T> {
    /// Nothing read yet. With an `age` of zero, nothing that was read before a request came is used for it.
    pub(crate) fn new(age: Duration) -> Self {
        let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
        Self { age, slot: tokio::sync::Mutex::new(None) }
    }

    /// The value; what cannot be read is an error, however good what was read before is.
    pub(crate) async fn get<K: Clock, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &K,
        read: impl FnOnce() -> F,
    ) -> Result<Arc<T>, E> {
        let arrived = clock.now();
        // Held while reading: that is what makes the others wait for this reader.
        let mut slot = self.slot.lock().await;
        if let Some((begun, value)) = &*slot
            && arrived - *begun < self.age
        {
            return Ok(Arc::clone(value));
        }
        let begun = clock.now();
        let value = Arc::new(read().await?);
        *slot = Some((begun, Arc::clone(&value)));
        Ok(value)
    }
}
