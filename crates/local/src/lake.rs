//! The lake as a whole on one machine: the AWS side, the four Lambdas' own code on it, the notifications
//! between them, and the HTTP API.
//!
//! The Lambdas know only AWS: each is handed a Lambda event, as the service would make it, and talks to the
//! AWS side of this process through the SDK, over the loopback interface.

mod datasets;
mod error;
mod invoke;
mod lambdas;
mod measures;
mod notify;
mod open_files;
mod publish;
mod queries;
mod queue;
mod s3_event;
mod schedule;
mod serve;
mod sql;
mod threads;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use aws::{Aws, RandomIds, SystemClock};
use domain::settings::{CATALOG_CACHE, ENVIRONMENT, InvalidSetting, OPEN_ACCESS, SQL, Settings};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{AwsConfig, AwsServer, Faults};

pub use datasets::{DatasetFileError, DatasetFiles, NotLive};
pub use error::StartError;
pub use open_files::raise_open_files;
pub use queries::{QueryFileError, QueryFiles};
pub use serve::{ConnectionLimits, HostName, InvalidHostName, ServeOptions};

use lambdas::Lambdas;
use measures::Measures;
use serve::{Dialect, Guard, Port};

/// How long a stop waits for what is under way, in each of its two stages.
const STOP: Duration = Duration::from_secs(5);

/// How long it then waits for what it has aborted. A task that computes does not see that until it next waits.
const ABORT: Duration = Duration::from_secs(1);

/// The settings from the environment, as the Lambdas read them. Some defaults differ: what a developer does shows at
/// once, so nothing about the catalog is cached; nothing here needs a key, or is kept from anybody; and metrics say that they
/// are of no deployed lake.
pub fn settings() -> Result<Settings, InvalidSetting> {
    Settings::read(|name| {
        let own = [(CATALOG_CACHE, "0s"), (OPEN_ACCESS, "on"), (SQL, "on"), (ENVIRONMENT, "local")];
        let default = own.iter().find(|(setting, _)| setting.name == name);
        aws::variable(name).or_else(|| default.map(|(_, value)| (*value).to_owned()))
    })
}

/// What a lake is started with.
#[derive(Debug)]
pub struct LakeOptions {
    /// Where everything is kept.
    pub data: PathBuf,
    /// Where the AWS protocols are served; port 0 picks a free one.
    pub aws: SocketAddr,
    /// Where the HTTP API is served; port 0 picks a free one.
    pub http: SocketAddr,
    /// The datasets to ask for.
    pub datasets: DatasetFiles,
    /// The named queries to put.
    pub queries: QueryFiles,
    /// The settings of the Lambdas; bucket, database and workgroup name the local ones too.
    pub settings: Settings,
    /// Whom the two addresses answer, and for how long they wait.
    pub serving: ServeOptions,
}

/// A running lake. Dropping it leaves its tasks to the runtime; [`Lake::stop`] ends them in order.
#[derive(Debug)]
pub struct Lake {
    aws_address: SocketAddr,
    http_address: SocketAddr,
    config: AwsConfig,
    faults: Faults,
    not_live: Vec<NotLive>,
    settings: Settings,
    lambdas: Arc<Lambdas>,
    /// What calls the AWS side: it ends first.
    work: Stage,
    /// The AWS side, and what answers its publishers.
    front: Stage,
}

/// Tasks that end together.
#[derive(Debug)]
struct Stage {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Stage {
    fn new() -> Self {
        Self { stop: watch::Sender::new(false), tasks: JoinSet::new() }
    }

    fn stopped(&self) -> Stopped {
        Stopped(self.stop.subscribe())
    }

    /// Asks the tasks to end, and aborts them if they take too long. Answers whether they were in time.
    async fn end(&mut self) -> bool {
        self.end_within(STOP, ABORT).await
    }

    /// Comes back after both times at the latest. A task that never waits is left to the runtime: only the end of the
    /// process ends it.
    async fn end_within(&mut self, patience: Duration, abort: Duration) -> bool {
        self.stop.send_replace(true);
        let in_time = tokio::time::timeout(patience, self.ended()).await.is_ok();
        self.tasks.abort_all();
        let _either_way = tokio::time::timeout(abort, self.ended()).await;
        in_time
    }

    /// Comes back when all tasks have ended.
    async fn ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// What a task looks at to know when to end.
#[derive(Debug, Clone)]
struct Stopped(watch::Receiver<bool>);

impl Stopped {
    /// Comes back when the lake stops.
    async fn wait(&mut self) {
        // An error means that the lake is gone: that is a stop as well.
        let _either_way = self.0.wait_for(|stop| *stop).await;
    }
}

impl Lake {
    /// Starts everything, and comes back when both addresses answer and the datasets are live.
    pub async fn start(options: LakeOptions) -> Result<Self, StartError> {
        let LakeOptions { data, aws, http, datasets, queries, settings, serving } = options;
        let config = AwsConfig {
            bucket: settings.bucket.clone(),
            database: settings.database.clone(),
            workgroup: settings.workgroup.clone(),
            scan_tiers: settings.query.limits.scan_tiers.clone(),
            ..AwsConfig::new(&data)
        };
        let (created, notifications) = mpsc::unbounded_channel();
        let server =
            AwsServer::open(config.clone(), Arc::new(SystemClock), Arc::new(RandomIds), move |object| {
                // Nobody listens only while the process ends; the next start sweeps.
                let _ended = created.send(object);
            })?;
        let aws_listener = error::bind("--aws", aws).await?;
        let http_listener = error::bind("--http", http).await?;
        let (aws_address, http_address) = (error::address(&aws_listener)?, error::address(&http_listener)?);

        let port = |router, dialect, address: SocketAddr, origins: &[String]| {
            let guard = Guard::new(dialect, address.ip(), &serving.allowed_hosts, origins);
            Port { router, guard, limits: serving.limits }
        };

        let endpoint = format!("http://{aws_address}");
        let clients = Aws::local(&endpoint);
        let (measures, to_observe) = Measures::new(&endpoint, &settings);
        let lambdas =
            Lambdas::start(&endpoint, &settings, Arc::clone(&measures)).map_err(StartError::Threads)?;
        let lambdas = Arc::new(lambdas);
        let (mut work, mut front) = (Stage::new(), Stage::new());

        let delivery = publish::start(&mut front.tasks, Arc::clone(&lambdas));
        let runner = sql::Runner::start(
            &settings.database,
            &settings.bucket,
            server.catalog(),
            clients.store(&settings),
        );
        let runner = runner.map_err(StartError::Threads)?;
        // The setting names origins for the API: no page uses the AWS protocols.
        let aws = port(server.router(delivery, runner), Dialect::Aws, aws_address, &[]);
        front.tasks.spawn(serve::run(aws_listener, aws, front.stopped()));
        let not_live = datasets::go_live(&clients, &settings, &datasets).await?;
        queries.put(&clients.store(&settings)).await?;
        let api = port(lambdas.api(), Dialect::Api, http_address, &settings.query.limits.cors_origins);
        work.tasks.spawn(serve::run(http_listener, api, work.stopped()));
        let stopped = work.stopped();
        notify::start(&mut work.tasks, notifications, &config, &lambdas, &stopped);
        work.tasks.spawn(measures.observe(to_observe, stopped.clone()));
        work.tasks.spawn(schedule::expire(server.expiry(), stopped.clone()));
        work.tasks.spawn(schedule::run(Arc::clone(&lambdas), stopped));

        let faults = server.faults();
        Ok(Self { aws_address, http_address, config, faults, not_live, settings, lambdas, work, front })
    }

    /// Where the AWS protocols are served: what `AWS_ENDPOINT_URL` is to be.
    pub fn aws_endpoint(&self) -> String {
        format!("http://{}", self.aws_address)
    }

    /// Where the HTTP API is served.
    pub fn http_endpoint(&self) -> String {
        format!("http://{}", self.http_address)
    }

    /// The names of everything.
    pub fn config(&self) -> &AwsConfig {
        &self.config
    }

    /// Asks for datasets of a lake that runs, as its start does. Answers those that did not go live.
    pub async fn add_datasets(&self, files: &DatasetFiles) -> Result<Vec<NotLive>, StartError> {
        let clients = Aws::local(&self.aws_endpoint());
        Ok(datasets::go_live(&clients, &self.settings, files).await?)
    }

    /// Puts named queries into a lake that runs, over what is there.
    pub async fn put_queries(&self, files: &QueryFiles) -> Result<(), StartError> {
        let clients = Aws::local(&self.aws_endpoint());
        Ok(files.put(&clients.store(&self.settings)).await?)
    }

    /// Datasets that were asked for and did not go live.
    pub fn not_live(&self) -> &[NotLive] {
        &self.not_live
    }

    /// Throttling on demand, for tests.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    /// Compacts what is due, as the schedule does every minute; for tests.
    pub async fn sweep(&self) {
        schedule::sweep(&self.lambdas).await;
    }

    /// Finishes what is under way, then ends: first what calls the AWS side, then that. What was acknowledged
    /// outlives the process in any case. Comes back within 12 seconds, even if a task computes and does not look up;
    /// that task then ends with the process.
    pub async fn stop(mut self) {
        let (worked, answered) = (self.work.end().await, self.front.end().await);
        if !(worked && answered) {
            tracing::warn!("some work was still under way and is ended; the next start goes on with it");
        }
    }
}

#[cfg(test)]
mod tests;
