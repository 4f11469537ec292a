//! What an invocation leaves in a bucket, to be compared with what a peer says of the same event.

use std::{collections::BTreeMap, sync::Arc};

use domain::port::ObjectStore;

use crate::{
    invocation::{bucket, invoke, service},
    orders,
};

/// Places and how many events each has, as `dt=2026-11-23:999,quarantine:1`.
pub(crate) async fn after(event: &[u8]) -> String {
    let store = Arc::new(bucket(orders::DEFINITION).await);
    invoke(&service(store.clone()), event).await;
    let mut places = BTreeMap::<String, usize>::new();
    for key in store.keys().iter().filter(|key| !key.starts_with("schemas/")) {
        let lines = zstd::decode_all(&store.get(key).await.expect("an object")[..]).expect("zstd");
        let place =
            key.split('/').find(|part| part.starts_with("dt=")).filter(|_| key.starts_with("landing/"));
        let place = place.unwrap_or("quarantine").to_owned();
        *places.entry(place).or_default() += lines.iter().filter(|byte| **byte == b'\n').count();
    }
    let places: Vec<String> = places.iter().map(|(place, events)| format!("{place}:{events}")).collect();
    places.join(",")
}
