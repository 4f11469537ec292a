use std::ops::Range;

use bytes::Bytes;
use domain::port::{DeleteFailure, ListPage, ObjectMeta, ObjectStore, PutMode, StoreError, Version};
use futures::{FutureExt, future::join_all};

use super::Ports;
use crate::call::{Failure, Request};

impl ObjectStore for Ports {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        let owned = key.to_owned();
        self.read("get", key, failed, Box::new(move |lake| lake.store.get(&owned).now_or_never())).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        let owned = key.to_owned();
        let perform = Box::new(move |lake: &mut crate::lake::Lake| {
            lake.store.get_range(&owned, range.clone()).now_or_never()
        });
        self.read("get_range", key, failed, perform).await
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        let owned = key.to_owned();
        let perform =
            Box::new(move |lake: &mut crate::lake::Lake| lake.store.get_versioned(&owned).now_or_never());
        self.read("get_versioned", key, failed, perform).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        let owned = key.to_owned();
        self.read("head", key, failed, Box::new(move |lake| lake.store.head(&owned).now_or_never())).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        let (owned, after) = (prefix.to_owned(), after.map(str::to_owned));
        let perform = Box::new(move |lake: &mut crate::lake::Lake| lake.list(&owned, after.as_deref()));
        self.read("list", prefix, failed, perform).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let (source, target) = (from.to_owned(), to.to_owned());
        self.change("copy", to, failed, Box::new(move |lake| lake.copy(&source, &target))).await
    }

    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        let owned = key.to_owned();
        let request = Request {
            name: match &mode {
                PutMode::Create => "create",
                PutMode::Update(_) => "update",
                PutMode::Overwrite => "put",
            },
            key: key.to_owned(),
            changes: true,
            conflicts: mode == PutMode::Create,
            perform: Box::new(move |lake| lake.put(&owned, body.clone(), mode.clone())),
            failed,
        };
        self.world.call(self.process, None, request).await
    }

    /// Many keys are not deleted in one moment: some now, some later, and each may fail.
    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        let calls: Vec<_> = keys
            .iter()
            .map(|key| {
                let owned = key.clone();
                self.change("delete", key, failed, Box::new(move |lake| lake.delete(&owned)))
            })
            .collect();
        let answers: Result<Vec<_>, StoreError> = join_all(calls).await.into_iter().collect();
        Ok(answers?.into_iter().flatten().collect())
    }
}

fn failed<T>(key: &str, failure: Failure) -> Result<T, StoreError> {
    let key = key.to_owned();
    Err(match failure {
        Failure::Unavailable => StoreError::Unavailable { key, source: "injected".into() },
        Failure::Conflict => StoreError::Conflict { key },
    })
}
