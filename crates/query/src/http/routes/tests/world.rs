//! The API on ports in memory.

use domain::{
    access::{NewKey, Rights, create},
    settings::AccessSettings,
};

use super::*;

/// Of `limit=20`.
pub(crate) const PASSENGERS: &str = "SELECT \"passenger_id\", \"flight_id\", \"name\", \"seat_number\", \"dt\" AS \
     \"_key_4\" FROM \"tributary\".\"passengers\" ORDER BY \"passenger_id\" ASC NULLS LAST, \"dt\" ASC NULLS LAST LIMIT 21";

type InMemory = (MemoryStore, MemoryCatalog, MemoryEngine, RuntimeClock, SeededIds);

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, words: &str) -> Value {
        let body = self.json();
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, "application/problem+json"),
            "{body}"
        );
        assert_eq!(body["status"], status);
        let detail = body["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{detail:?} does not say {words:?}");
        for secret in ["SELECT \"", "SYNTAX", "schemas/", "memory-engine words"] {
            assert!(!detail.contains(secret), "{detail}");
        }
        body
    }
}

/// Passengers with a table and one partition, bookings without a table.
pub(crate) struct World {
    pub(crate) store: MemoryStore,
    pub(crate) catalog: MemoryCatalog,
    pub(crate) engine: MemoryEngine,
    pub(crate) settings: ApiSettings,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (store, catalog) = (MemoryStore::default(), MemoryCatalog::default());
        let (passengers, bookings) = (testing::passengers(), testing::bookings());
        for (dataset, version) in [(&passengers, 1), (&bookings, 1), (&bookings, 2)] {
            let body = serde_json::to_vec(dataset.definition()).unwrap();
            let key = key::schema(dataset.name(), version);
            store.put(&key, body.into(), PutMode::Create).await.unwrap();
        }
        catalog.create_table(&table(&passengers)).await.unwrap();
        let partitions = [partition("2026-11-22", 8), partition("2026-11-23", 12)];
        let errors = catalog.write_partitions(passengers.name(), Upsert::Create, &partitions).await.unwrap();
        assert!(errors.is_empty());
        let engine = MemoryEngine::default();
        engine.script(PASSENGERS, &[], rows(testing::passengers_result()));
        let settings = domain::settings::Settings::read(|_| None).unwrap();
        let settings = ApiSettings {
            max_rows: 1_000,
            snapshot_age: Duration::ZERO,
            access: AccessSettings { open: true, free_sql: true },
            ..ApiSettings::from(&settings)
        };
        Self { store, catalog, engine, settings }
    }

    /// What a request with a new key of these rights has as its `Authorization`. Each key has a seed of its own.
    pub(crate) async fn key(&self, seed: u64, rights: Rights) -> String {
        let new = NewKey { name: "a test".into(), expires_at: None, rights };
        let now = chrono::DateTime::UNIX_EPOCH;
        let (_, secret) = create(&self.store, &SeededIds::new(seed), now, &new).await.unwrap();
        format!("Bearer {}", secret.reveal())
    }

    pub(crate) fn router(self) -> Router {
        self.serve().router
    }

    pub(crate) fn serve(self) -> Served {
        let (clock, ids) = (RuntimeClock::new(), SeededIds::new(1));
        let Self { store, catalog, engine, settings } = self;
        let api = Arc::new(Api::new(store, catalog, engine, clock, ids, settings));
        Served { router: router(Arc::clone(&api)), api }
    }
}

/// The API of a world, and what is behind it.
pub(crate) struct Served {
    pub(crate) router: Router,
    pub(crate) api: Arc<Api<InMemory>>,
}

impl Served {
    pub(crate) async fn get(&self, uri: &str) -> Reply {
        get(&self.router, uri).await
    }

    pub(crate) async fn send(&self, method: &str, uri: &str, headers: &[(&str, &str)]) -> Reply {
        send(&self.router, method, uri, headers).await
    }

    pub(crate) fn started(&self) -> usize {
        self.api.engine().started().len()
    }

    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        let mut keys = self.api.store_and_catalog().0.keys();
        keys.retain(|key| key.starts_with(prefix));
        keys
    }

    /// Compaction, as the catalog sees it: the newest day is another generation, and nothing else changes.
    pub(crate) async fn next_generation(&self, generation: &str) {
        let mut newest = partition("2026-11-23", 12);
        newest.location = format!("tables/passengers/dt=2026-11-23/{generation}/");
        let name = testing::passengers().name().clone();
        let catalog = self.api.store_and_catalog().1;
        assert!(catalog.write_partitions(&name, Upsert::Replace, &[newest]).await.unwrap().is_empty());
    }
}

fn table(dataset: &Dataset) -> Table {
    Table {
        name: dataset.name().clone(),
        description: None,
        columns: vec![],
        partition_keys: vec![domain::port::PartitionKey::string("dt")],
        location: key::table_prefix(dataset.name()),
        schema_version: None,
        parameters: BTreeMap::new(),
        version: None,
    }
}

pub(crate) fn partition(day: &str, rows: u64) -> CatalogPartition {
    let state = EntryState::Registered(PartitionState {
        generation: domain::Generation::new(3),
        schema_version: 1,
        rows,
        bytes: 1_000,
        committed_at: format!("{day}T10:05:00Z").parse().unwrap(),
        newest_landed_at: None,
    });
    let location = format!("tables/passengers/dt={day}/");
    CatalogPartition { state, ..CatalogPartition::by_hand(vec![day.into()], location) }
}

/// A result whose columns are as its header says.
pub(crate) fn rows(csv: Vec<u8>) -> Outcome {
    let header = std::str::from_utf8(&csv).unwrap().lines().next().unwrap_or_default();
    let column =
        |name: &str| ResultColumn { name: name.trim_matches('"').into(), data_type: "varchar".into() };
    Outcome::Rows(Rows { columns: header.split(',').map(column).collect(), csv: csv.into() })
}

pub(crate) async fn send(router: &Router, method: &str, uri: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    reply(response).await
}

pub(crate) async fn reply(response: axum::response::Response) -> Reply {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Reply { status: parts.status.as_u16(), headers: parts.headers, body }
}

pub(crate) async fn get(router: &Router, uri: &str) -> Reply {
    send(router, "GET", uri, &[]).await
}
