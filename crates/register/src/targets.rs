//! All places where commits are published, side by side.

use std::{iter, sync::Arc};

use domain::{
    DatasetName, Partition,
    port::{Catalog, Clock, Ids, ObjectStore},
    run::Run,
    target::{CatalogTarget, Target},
};
use futures::future::join_all;

use crate::{error::RegisterError, service::Register};

/// What came of one target.
#[derive(Debug)]
pub struct Published {
    /// The target's name.
    pub target: &'static str,
    /// Whether anything was changed there; or why it does not name the head.
    pub answer: Result<bool, RegisterError>,
}

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Points the partition at its head in every target, each at its own pace: one that is slow or down holds up no
    /// other. The catalog is the first of the answers, the others are in the order in which they were added.
    pub async fn project_each(&self, name: &DatasetName, partition: &Partition, run: &Run) -> Vec<Published> {
        let targets = self.everywhere();
        let all = targets.iter().map(|target| async move {
            let answer = self.project_to(&**target, name, partition, run).await;
            // Of the catalog alone, whoever asked tells.
            if let Err(error) = &answer
                && !self.targets.is_empty()
            {
                let (published_to, error) = (target.name(), domain::chain(error));
                tracing::warn!(dataset = %name, %partition, published_to, error, "a head is not published to a target");
            }
            Published { target: target.name(), answer }
        });
        join_all(all).await
    }

    /// Every target, the catalog first.
    pub(crate) fn everywhere(&self) -> Vec<Arc<dyn Target>> {
        let catalog: Arc<dyn Target> = Arc::new(self.catalog_target());
        iter::once(catalog).chain(self.targets.iter().cloned()).collect()
    }

    pub(crate) fn catalog_target(&self) -> CatalogTarget<C> {
        CatalogTarget::new(Arc::clone(&self.catalog))
    }
}
