use std::collections::BTreeMap;

use domain::{
    Commit, DatasetName, Partition,
    port::CatalogError,
    schemas::Accepted,
    target::{Naming, Permit, Target, TargetError},
};
use futures::{
    FutureExt,
    future::{BoxFuture, ready},
};

use super::Ports;
use crate::{call::Failure, lake::Lake};

/// The second target, as one process sees it.
#[derive(Debug, Clone)]
pub(crate) struct Second(pub(crate) Ports);

impl Target for Second {
    fn name(&self) -> &'static str {
        "second"
    }

    fn define<'a>(
        &'a self,
        accepted: &'a Accepted,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<(), TargetError>> {
        async move {
            permit()?;
            let owned = accepted.clone();
            let perform = Box::new(move |lake: &mut Lake| lake.define_second(&owned));
            self.0.change("define_second", accepted.dataset.name().as_str(), failed, perform).await
        }
        .boxed()
    }

    /// As with Glue, there is no condition: time may pass between the look and the write.
    fn publish<'a>(
        &'a self,
        head: &'a Commit,
        accepted: &'a Accepted,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<bool, TargetError>> {
        async move {
            if self.named(&head.dataset, &head.partition).await? == [Naming::of(head, accepted.version)] {
                return Ok(false);
            }
            permit()?;
            let owned = (head.clone(), accepted.clone());
            let perform = Box::new(move |lake: &mut Lake| lake.publish_second(&owned.0, &owned.1));
            let written = self.0.change("publish_second", &head.location, failed, perform).await;
            // The call may have been sent twice, and the second one finds what the first one did: it is a change all the same.
            written.map(|_| true)
        }
        .boxed()
    }

    fn named<'a>(
        &'a self,
        dataset: &'a DatasetName,
        partition: &'a Partition,
    ) -> BoxFuture<'a, Result<Vec<Naming>, TargetError>> {
        async move {
            let owned = (dataset.clone(), partition.clone());
            let perform = Box::new(move |lake: &mut Lake| lake.named_by_second(&owned.0, &owned.1));
            self.0.read("named_by_second", &partition.to_string(), failed, perform).await
        }
        .boxed()
    }

    fn all_named<'a>(
        &'a self,
        dataset: &'a DatasetName,
    ) -> BoxFuture<'a, Result<BTreeMap<Partition, Vec<Naming>>, TargetError>> {
        async move {
            let owned = dataset.clone();
            let perform = Box::new(move |lake: &mut Lake| lake.all_named_by_second(&owned));
            self.0.read("all_named_by_second", dataset.as_str(), failed, perform).await
        }
        .boxed()
    }

    /// No schedule with a second target drops a dataset.
    fn withdraw<'a>(&'a self, dataset: &'a DatasetName) -> BoxFuture<'a, Result<(), TargetError>> {
        let source = "no schedule drops a dataset that has a second target".into();
        let refused: TargetError = CatalogError::Failed { what: dataset.to_string(), source }.into();
        ready(Err(refused)).boxed()
    }
}

fn failed<T>(what: &str, _: Failure) -> Result<T, TargetError> {
    Err(CatalogError::Unavailable { what: what.to_owned(), source: "injected".into() }.into())
}
