use domain::port::{CatalogError, StoreError};

use crate::{RegisterError, world::World};

fn denied() -> CatalogError {
    CatalogError::Failed { what: "a partition".into(), source: "AccessDeniedException".into() }
}

fn busy() -> CatalogError {
    CatalogError::Unavailable { what: "a partition".into(), source: "ThrottlingException".into() }
}

async fn projected_with(refusals: impl IntoIterator<Item = CatalogError>) -> RegisterError {
    let world = World::live().await;
    world.commit(1).await;
    for refusal in refusals {
        world.register.catalog.refuse_item(&world.partition.values(), refusal);
    }
    world.register.project(&world.dataset, &world.partition, &world.run()).await.unwrap_err()
}

#[tokio::test]
async fn a_right_that_is_missing_stops_the_partition_at_the_first_refusal() {
    let error = projected_with([denied()]).await;
    assert!(matches!(error, RegisterError::Catalog(CatalogError::Failed { .. })), "{error}");
    assert!(error.stops());
}

#[tokio::test]
async fn a_catalog_that_is_busy_for_long_stops_nothing() {
    let error = projected_with(std::iter::repeat_with(busy).take(50)).await;
    assert!(!error.stops(), "{error}");
}

#[test]
fn what_a_person_has_to_mend_stops_whichever_port_refused_it() {
    let (key, what) = (|| "schemas/seats/000001.json".to_owned(), || "database tributary".to_owned());
    for (error, stops) in [
        (RegisterError::from(StoreError::Failed { key: key(), source: "AccessDenied".into() }), true),
        (StoreError::Unavailable { key: key(), source: "SlowDown".into() }.into(), false),
        (StoreError::Conflict { key: key() }.into(), false),
        (CatalogError::NotFound { what: what() }.into(), true),
        (CatalogError::Conflict { what: what() }.into(), false),
        (denied().into(), true),
        (busy().into(), false),
    ] {
        assert_eq!(error.stops(), stops, "{error:?}");
    }
}
