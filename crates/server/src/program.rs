//! From the environment to a server that runs, and to its end.

use std::future::pending;

use aws::Aws;
use domain::{settings::QueryFunction, version};
use query::Context;
use tokio::net::TcpListener;

use crate::{
    error::ServerError,
    metrics::Metrics,
    serve::{Ended, serve},
    signals::Signals,
};

/// What `--help` says.
pub const USAGE: &str = "\
The HTTP API of a Tributary lake as a standing process.

Usage: server [--version | --help]

All settings are environment variables: those of the lake (TRIBUTARY_BUCKET, TRIBUTARY_DATABASE, TRIBUTARY_WORKGROUP, \
AWS_REGION and the SDK's other variables), and
  TRIBUTARY_LISTEN           where it listens [default: 0.0.0.0:8080]
  TRIBUTARY_MAX_CONNECTIONS  how many connections it has open at once [default: 1024]
  TRIBUTARY_DRAIN            how long it is not ready before it takes no further request [default: 5s]
  TRIBUTARY_STOP             how long it then waits for requests under way [default: 25s]
  TRIBUTARY_METRICS_LISTEN   where it answers GET /metrics for Prometheus, without a key [default: nowhere]

GET /healthz is its liveness, GET /readyz its readiness. SIGTERM and SIGINT stop it gracefully, a second one at once.

Exit status: 0 stopped, 1 it cannot listen, 2 a wrong setting.";

/// What the program is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// To serve.
    Serve,
    /// To say its version.
    Version,
    /// To say how it is used.
    Help,
}

impl Request {
    /// Reads the arguments, without the program's name. The first one counts.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, ServerError> {
        match arguments.into_iter().next() {
            None => Ok(Self::Serve),
            Some(argument) => match argument.as_str() {
                "--version" | "-V" => Ok(Self::Version),
                "--help" | "-h" => Ok(Self::Help),
                _ => Err(ServerError::Argument(argument)),
            },
        }
    }
}

/// Serves until a signal stops it. Bad configuration fails here, with a message that names the variable; a lake that
/// does not answer does not: `/readyz` says so.
pub async fn run() -> Result<(), ServerError> {
    let settings = aws::settings()?;
    aws::init_telemetry(&settings.logs)?;
    let (mut first, mut second) = (Signals::watch()?, Signals::watch()?);
    let context = Context::new(&Aws::from_environment().await, &QueryFunction::from(&settings));
    let metrics = Metrics::listen(&settings).await?;
    let router = match &metrics {
        Some(metrics) => metrics.measured(context.router()),
        None => context.router(),
    };
    let (setting, address) = ("TRIBUTARY_LISTEN", settings.server.listen);
    let unusable = |source| ServerError::Listen { setting, address, source };
    let listener = TcpListener::bind(address).await.map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    tracing::info!(
        %address, version = version::VERSION, commit = version::COMMIT, bucket = settings.bucket, "the server listens"
    );
    let impatient = async {
        second.requested().await;
        second.requested().await;
    };
    let serving = serve(listener, router, &settings, first.requested());
    let shown = async {
        if let Some(metrics) = metrics {
            metrics.serve(&settings).await;
        }
        pending::<()>().await;
    };
    tokio::select! {
        Ended { broken_off } = serving => {
            tracing::info!(broken_off, "the server has stopped");
        }
        () = impatient => tracing::warn!("a second signal: the server stops at once"),
        () = shown => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_argument_is_refused_with_those_that_are() {
        let parse = |arguments: &[&str]| Request::parse(arguments.iter().map(|text| (*text).to_owned()));
        assert_eq!(parse(&[]).unwrap(), Request::Serve);
        assert_eq!(parse(&["--version"]).unwrap(), Request::Version);
        assert_eq!(parse(&["-h"]).unwrap(), Request::Help);
        let refused = parse(&["--port", "80"]).unwrap_err();
        assert!(refused.to_string().contains("--version and --help"), "{refused}");
    }

    #[test]
    fn the_help_has_the_defaults_of_the_settings() {
        let servers = ["LISTEN", "MAX_CONNECTIONS", "DRAIN", "STOP"].map(|name| format!("TRIBUTARY_{name}"));
        for name in servers {
            let setting = domain::settings::ALL.iter().find(|setting| setting.name == name).unwrap();
            let line = USAGE.lines().find(|line| line.trim_start().starts_with(&name)).unwrap();
            assert!(line.ends_with(&format!("[default: {}]", setting.default)), "{line}");
        }
    }
}
