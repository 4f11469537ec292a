use domain::port::{CatalogError, StoreError};

use super::*;

#[test]
fn what_a_person_has_to_mend_stops_the_partition_and_what_passes_does_not() {
    let key = || "landing/seats/dt=2026-11-23/a.ndjson.zst".to_owned();
    let denied = || StoreError::Failed { key: key(), source: "AccessDenied".into() };
    let busy = || StoreError::Unavailable { key: key(), source: "SlowDown".into() };
    let refused = CatalogError::Failed { what: "seats".into(), source: "AccessDeniedException".into() };
    for (error, stops) in [
        (CompactError::from(denied()), true),
        (busy().into(), false),
        (StoreError::NotFound { key: key() }.into(), false),
        (SchemasError::from(denied()).into(), true),
        (SchemasError::from(busy()).into(), false),
        (CompactError::Vacuum(denied().into()), true),
        (CompactError::Vacuum(busy().into()), false),
        (CompactError::Vacuum(refused.into()), true),
        (CompactError::UnknownDataset(DatasetName::new("seats").unwrap()), true),
        (CompactError::LandingTooLarge { key: key(), reason: "it has 5 GB".into() }, true),
        (CompactError::Contention(20), false),
        (Expired::Deadline.into(), false),
    ] {
        assert_eq!(error.stops(), stops, "{error:?}");
    }
}
