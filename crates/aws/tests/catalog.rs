//! The catalog on a Glue that others wrote: moto's, which `scripts/catalog-check` starts.

#![allow(clippy::unwrap_used, reason = "all of it is tests; clippy sees that only in #[test] functions")]

use aws::Aws;

#[tokio::test]
#[ignore = "it needs moto: scripts/catalog-check starts it"]
async fn the_catalog_keeps_the_contract_on_moto() {
    let aws = Aws::from_environment().await;
    let catalog = aws.catalog(&aws::settings().unwrap());
    domain::contract::catalog::suite_but_versions(&catalog).await;
}
