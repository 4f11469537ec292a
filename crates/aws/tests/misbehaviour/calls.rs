//! A call of each kind, and what AWS answers to it.

use aws::{
    Aws,
    testing::{Misbehaviour, Request, answer},
};
use bytes::Bytes;
use domain::{
    DatasetName,
    port::{
        Catalog, CatalogError, CatalogPartition, EngineError, ObjectStore, PutMode, Query, QueryEngine,
        QueryId, QueryState, StoreError, Upsert,
    },
    settings::Settings,
};

/// One operation of a port. Each stands for a form of request and answer: bodies that the SDK streams, that it reads as
/// XML or JSON in one of its two ways, that it does not read at all, and none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Put,
    Get,
    Head,
    List,
    Delete,
    Copy,
    Table,
    WritePartitions,
    Start,
    Status,
}

pub(crate) const CALLS: [Call; 10] = [
    Call::Put,
    Call::Get,
    Call::Head,
    Call::List,
    Call::Delete,
    Call::Copy,
    Call::Table,
    Call::WritePartitions,
    Call::Start,
    Call::Status,
];

/// What a port made of a failure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The same call may succeed later.
    Passing(String),
    /// It will not.
    Final(String),
}

impl Call {
    /// Whether this is misbehaviour towards this call.
    pub(crate) fn minds(self, way: Misbehaviour) -> bool {
        use Misbehaviour as M;
        match way {
            // Nobody expects a body behind the head, and without one 404 says that there is no object.
            M::HeadOnly | M::ShortBody | M::TornChunk | M::Page(404) => self != Self::Head,
            // What says that it may pass is in the body. The SDK corrects the clock by itself, only not with HEAD.
            M::Error(400, code) => {
                self != Self::Head || code.starts_with("Invalid") || code == "ExpiredToken"
            }
            M::Skewed => self != Self::Head,
            _ => true,
        }
    }

    /// Makes it, and looks whether the answer is the one of [`answers`].
    pub(crate) async fn make(self, aws: &Aws) -> Result<(), Outcome> {
        let settings = Settings::read(|_| None).unwrap();
        let (store, catalog, engine) = (aws.store(&settings), aws.catalog(&settings), aws.engine(&settings));
        let (dataset, id) = (DatasetName::new("passengers").unwrap(), QueryId::new("q1"));
        match self {
            Self::Put => store.put("a", Bytes::from_static(b"hello"), PutMode::Overwrite).await?,
            Self::Get => assert_eq!(store.get("a").await?, "hello"),
            Self::Head => assert_eq!(store.head("a").await?.size, 5),
            Self::List => assert_eq!(store.list("", None).await?.objects[0].key, "a"),
            Self::Delete => assert_eq!(store.delete(&["a".to_owned()]).await?.len(), 0),
            Self::Copy => store.copy("a", "b").await?,
            Self::Table => assert_eq!(catalog.table(&dataset).await?.unwrap().name, dataset),
            Self::WritePartitions => {
                let partition = CatalogPartition::by_hand(vec!["2026-01-01".to_owned()], "a/");
                let errors = catalog.write_partitions(&dataset, Upsert::Replace, &[partition]).await?;
                assert_eq!(errors.len(), 0);
            }
            Self::Start => {
                let (sql, token) = ("SELECT 1".to_owned(), "t".repeat(32));
                let query = Query { sql, parameters: Vec::new(), token, reuse: None, workgroup: None };
                assert_eq!(engine.start(&query).await?, id);
            }
            Self::Status => assert_eq!(engine.status(&id).await?.state, QueryState::Running),
        }
        Ok(())
    }
}

/// AWS, as far as these calls need it.
pub(crate) fn answers(request: &Request) -> Vec<u8> {
    let etag = ("ETag", "\"abc\"");
    let json = |body: &str| answer(200, &[], body);
    match (request.method(), request.header("x-amz-target")) {
        (_, Some("AWSGlue.GetTable")) => json(r#"{"Table":{"Name":"passengers"}}"#),
        (_, Some("AWSGlue.BatchUpdatePartition")) => json("{}"),
        (_, Some("AmazonAthena.StartQueryExecution")) => json(r#"{"QueryExecutionId":"q1"}"#),
        (_, Some("AmazonAthena.GetQueryExecution")) => {
            let settings = Settings::read(|_| None).unwrap();
            json(&format!(
                r#"{{"QueryExecution":{{"WorkGroup":"{}","Status":{{"State":"RUNNING"}}}}}}"#,
                settings.workgroup
            ))
        }
        ("PUT", _) if request.header("x-amz-copy-source").is_some() => {
            answer(200, &[], "<CopyObjectResult><ETag>\"abc\"</ETag></CopyObjectResult>")
        }
        ("PUT", _) => answer(200, &[etag], ""),
        ("POST", _) => answer(200, &[], "<DeleteResult></DeleteResult>"),
        ("GET", _) if request.target().contains("list-type=2") => {
            let object = "<Contents><Key>a</Key><Size>5</Size></Contents>";
            answer(200, &[], format!("<ListBucketResult>{object}</ListBucketResult>"))
        }
        ("GET" | "HEAD", _) => answer(200, &[etag], "hello"),
        (method, target) => panic!("{method} {target:?} {}", request.target()),
    }
}

impl From<StoreError> for Outcome {
    fn from(error: StoreError) -> Self {
        let words = domain::chain(&error);
        match error {
            StoreError::Unavailable { .. } => Self::Passing(words),
            StoreError::Failed { .. } => Self::Final(words),
            other => panic!("{other:?}"),
        }
    }
}

impl From<CatalogError> for Outcome {
    fn from(error: CatalogError) -> Self {
        let words = domain::chain(&error);
        match error {
            CatalogError::Unavailable { .. } => Self::Passing(words),
            CatalogError::Failed { .. } => Self::Final(words),
            other => panic!("{other:?}"),
        }
    }
}

impl From<EngineError> for Outcome {
    fn from(error: EngineError) -> Self {
        let words = domain::chain(&error);
        match error {
            EngineError::Unavailable { .. } | EngineError::Busy => Self::Passing(words),
            EngineError::Failed { .. } => Self::Final(words),
            other => panic!("{other:?}"),
        }
    }
}
