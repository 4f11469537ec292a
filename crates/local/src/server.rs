//! The AWS side as a whole: opened on a directory, served on one port.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::Router;
use domain::port::{Clock, Ids};
use s3s::service::S3ServiceBuilder;
use serde_json::json;

use crate::{
    athena::{Athena, AthenaLimits, AthenaPorts, PreparedStatements, SqlRunner, WorkGroups},
    config::AwsConfig,
    dispatch::{self, Services},
    env::Env,
    expiry::ResultExpiry,
    faults::{Faults, Service},
    glue::{Glue, GlueCatalog, GlueStore},
    s3::{Front, LocalS3, ObjectCreated, Store},
    sns::{Delivery, Sns},
};

/// S3, SNS, Glue, Athena and STS over one data directory.
///
/// It is opened before it is served: what runs the queries and takes the messages is built on its catalog and
/// its bucket, and then handed to [`AwsServer::router`].
pub struct AwsServer {
    config: AwsConfig,
    env: Env,
    faults: Faults,
    objects: Arc<Store>,
    catalog: Arc<GlueStore>,
    workgroups: Arc<WorkGroups>,
    prepared: Arc<PreparedStatements>,
}

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The path is a file, or something else.
    #[error(
        "the data directory {0} is not a directory: name a directory, or a path where one can be created"
    )]
    NotADirectory(PathBuf),
    /// The process may not write there.
    #[error("the data directory {path} cannot be written: name one in which this user may create files")]
    NotWritable {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process has it open.
    #[error("the data directory {0} is in use by another process: stop that one, or name another directory")]
    InUse(PathBuf),
    /// What is kept there cannot be read.
    #[error("the data in {path} cannot be read: repair or remove it, or name another data directory")]
    Unreadable {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A name in the configuration is none that AWS takes.
    #[error("{0:?} is no name for a bucket: use 3 to 63 lower case letters, digits and hyphens")]
    BucketName(String),
}

impl AwsServer {
    /// Opens the data directory, and creates bucket, database and workgroup if they are not there.
    ///
    /// `on_created` is called with every object that is written, in the order of the writes of each key, once it
    /// is readable. It is called while the key is locked: it must hand over and come back.
    pub fn open<C: Clock, I: Ids>(
        config: AwsConfig,
        clock: Arc<C>,
        ids: Arc<I>,
        on_created: impl Fn(ObjectCreated) + Send + Sync + 'static,
    ) -> Result<Self, OpenError> {
        let env = Env::new(clock, ids);
        if !s3s::path::check_bucket_name(&config.bucket) {
            return Err(OpenError::BucketName(config.bucket));
        }
        let lock = prepare(&config.data)?;
        let unreadable = |source| OpenError::Unreadable { path: config.data.clone(), source };
        let objects =
            Store::open(&config.data, lock, env.clone(), Box::new(on_created)).map_err(unreadable)?;
        objects.create_bucket(&config.bucket).map_err(unreadable)?;
        let catalog =
            GlueStore::open(&config.data, config.account.clone(), env.clone()).map_err(unreadable)?;
        let database = [("Name".to_owned(), json!(config.database))].into_iter().collect();
        catalog.create_database_if_absent(database).map_err(unreadable)?;
        let results = format!("s3://{}/{}", config.bucket, config.results);
        let workgroups = WorkGroups::open(&config, &results, env.epoch_seconds()).map_err(unreadable)?;
        let prepared = PreparedStatements::open(&config.data).map_err(unreadable)?;
        Ok(Self {
            config,
            env,
            faults: Faults::default(),
            objects: Arc::new(objects),
            catalog: Arc::new(catalog),
            workgroups: Arc::new(workgroups),
            prepared: Arc::new(prepared),
        })
    }

    /// The service on one port, for `axum::serve`.
    pub fn router(&self, delivery: impl Delivery, runner: impl SqlRunner) -> Router {
        let config = &self.config;
        let s3 = LocalS3::new(Arc::clone(&self.objects), self.faults.clone(), config.region.clone());
        let sns = Sns::new(
            config.topic_arn(),
            config.account.clone(),
            Arc::new(delivery),
            self.faults.clone(),
            self.env.clone(),
        );
        let athena = Athena::new(
            config.database.clone(),
            config.account.clone(),
            AthenaLimits {
                active: config.max_active_queries,
                running: config.max_running_queries,
                timeout: config.query_timeout,
                result_bytes: config.max_result_bytes,
            },
            AthenaPorts {
                runner: Arc::new(runner),
                store: Arc::clone(&self.objects),
                workgroups: Arc::clone(&self.workgroups),
                prepared: Arc::clone(&self.prepared),
                bucket: config.bucket.clone(),
                glue: Glue::new(Arc::clone(&self.catalog), self.faults.clone(), Service::GlueOfAthena),
                faults: self.faults.clone(),
                env: self.env.clone(),
            },
        );
        dispatch::router(Services {
            s3: Front::new(S3ServiceBuilder::new(s3).build(), self.env.clone()),
            sns,
            glue: Glue::new(Arc::clone(&self.catalog), self.faults.clone(), Service::Glue),
            athena,
            account: config.account.clone(),
            env: self.env.clone(),
        })
    }

    /// What it was opened with.
    pub fn config(&self) -> &AwsConfig {
        &self.config
    }

    /// The lake's database, without the way over HTTP.
    pub fn catalog(&self) -> GlueCatalog {
        GlueCatalog::new(Arc::clone(&self.catalog), &self.config.database, &self.config.bucket)
    }

    /// What deletes results that are older than the configuration allows; it may be called at any time.
    pub fn expiry(&self) -> ResultExpiry {
        ResultExpiry {
            objects: Arc::clone(&self.objects),
            env: self.env.clone(),
            bucket: self.config.bucket.clone(),
            prefix: self.config.results.clone(),
            after: self.config.results_expire_after,
        }
    }

    /// Throttling on demand, for tests.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    /// Where the bucket's objects are, as plain files under their keys. For reading: what is written there by
    /// hand is not notified.
    pub fn bucket_directory(&self) -> PathBuf {
        self.config.data.join("s3").join(&self.config.bucket)
    }
}

/// Makes sure that the directory is there, takes files, and is nobody else's.
fn prepare(data: &Path) -> Result<File, OpenError> {
    if data.exists() && !data.is_dir() {
        return Err(OpenError::NotADirectory(data.to_owned()));
    }
    let not_writable = |source| OpenError::NotWritable { path: data.to_owned(), source };
    std::fs::create_dir_all(data).map_err(|source| match source.kind() {
        io::ErrorKind::NotADirectory => OpenError::NotADirectory(data.to_owned()),
        _ => not_writable(source),
    })?;
    let lock = File::options().create(true).write(true).truncate(false).open(data.join("aws.lock"));
    let lock = lock.map_err(not_writable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(data.to_owned())),
        Err(TryLockError::Error(source)) => Err(not_writable(source)),
    }
}
