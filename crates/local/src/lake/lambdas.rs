//! The four Lambdas, as this process holds them: the contexts that their binaries build at cold start.

use aws::Aws;
use axum::Router;
use domain::settings::Settings;

#[derive(Debug)]
pub(super) struct Lambdas {
    pub(super) ingest: ingest::Context,
    pub(super) compact: compact::Context,
    pub(super) register: register::Context,
    query: query::Context,
}

impl Lambdas {
    pub(super) fn new(clients: &Aws, settings: &Settings) -> Self {
        Self {
            ingest: ingest::Context::new(clients, settings),
            compact: compact::Context::new(clients, settings),
            register: register::Context::new(clients, settings),
            query: query::Context::new(clients, settings),
        }
    }

    pub(super) fn api(&self) -> Router {
        self.query.router()
    }
}
