//! Logs: one JSON object a line on standard error, as CloudWatch Logs Insights reads them.

use domain::settings::{InvalidSetting, LOG, Settings};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, util::SubscriberInitExt};

/// Parts that write whole requests and events, payloads and all, at `debug` or `trace`: never below `info`.
/// `s3s`, in the local lake, logs every 404 and 412 as an error, where to the lake they are answers.
const BOUNDS: [&str; 6] = [
    "lambda_runtime=info",
    "aws_smithy_runtime=info",
    "aws_sigv4=info",
    "aws_runtime=info",
    "hyper=info",
    "s3s=off",
];

/// Starts logging. To be called once, before anything else is done; a second call changes nothing.
pub fn init(settings: &Settings) -> Result<(), InvalidSetting> {
    let started = lines(log_filter(&settings.log)?, std::io::stderr).try_init();
    if started.is_err() {
        tracing::debug!("logging was started already");
    }
    Ok(())
}

/// Fields are at the top of each object: a metric filter of `infra/` counts the lines where `stopped` is true.
fn lines<W>(filter: EnvFilter, writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(writer)
        .finish()
}

/// The filter of `TRIBUTARY_LOG`, with no payloads in it whatever it says.
pub fn log_filter(text: &str) -> Result<EnvFilter, InvalidSetting> {
    let filter = EnvFilter::try_new(text).map_err(|error| InvalidSetting {
        name: LOG.name,
        value: text.to_owned(),
        expected: format!("expected a level, or filters such as compact=debug ({error})"),
    })?;
    let bounds = BOUNDS.iter().filter_map(|bound| bound.parse().ok());
    Ok(bounds.fold(filter, EnvFilter::add_directive))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_does_not_parse_is_refused_by_name() {
        let message = log_filter("compact=loud").unwrap_err().to_string();
        assert!(message.starts_with("TRIBUTARY_LOG=\"compact=loud\" is not valid"), "{message}");
    }

    #[test]
    fn a_field_is_where_the_metric_filter_looks_for_it() {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let subscriber = lines(log_filter("info").unwrap(), std::sync::Mutex::new(writer));
        tracing::subscriber::with_default(subscriber, || {
            tracing::error!(stopped = true, dataset = "seats", "partition not compacted");
        });
        let mut text = String::new();
        std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["stopped"], &line["level"]), (&true.into(), &"ERROR".into()), "{line}");
    }

    #[test]
    fn no_filter_lets_payloads_through() {
        let filter = log_filter("trace").unwrap().to_string();
        for bound in BOUNDS {
            assert!(filter.contains(bound), "{bound} is not in {filter}");
        }
    }
}
