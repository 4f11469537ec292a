//! Logs: one JSON object a line on standard error, as CloudWatch Logs Insights reads them.

mod named;

use domain::settings::{InvalidSetting, LOG, LogSettings};
use tracing_subscriber::{
    filter::{LevelFilter, ParseError, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use named::Named;

/// Parts that write whole requests and events, payloads and all, at `debug` or `trace`: never below `info`.
/// `s3s`, in the local lake, logs every 404 and 412 as an error, where to the lake they are answers.
const BOUNDS: [(&str, LevelFilter); 6] = [
    ("lambda_runtime", LevelFilter::INFO),
    ("aws_smithy_runtime", LevelFilter::INFO),
    ("aws_sigv4", LevelFilter::INFO),
    ("aws_runtime", LevelFilter::INFO),
    ("hyper", LevelFilter::INFO),
    ("s3s", LevelFilter::OFF),
];

/// Starts logging. To be called once, before anything else is done; a second call changes nothing.
pub fn init(settings: &LogSettings) -> Result<(), InvalidSetting> {
    let started = lines(log_filter(&settings.filter)?, settings.lake.as_deref(), std::io::stderr).try_init();
    if started.is_err() {
        tracing::debug!("logging was started already");
    }
    Ok(())
}

/// Fields are at the top of each object: a metric filter of `infra/` counts the lines where `stopped` is true, for each
/// `lake` apart. The request's id is there too.
pub(crate) fn lines<W>(
    filter: Targets,
    lake: Option<&str>,
    writer: W,
) -> impl tracing::Subscriber + Send + Sync + use<W>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        // It would tell of a line that cannot be written on standard error, and panic where that is what cannot be written.
        .log_internal_errors(false)
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .map_event_format(|format| Named::new(lake, format))
        .with_writer(writer);
    tracing_subscriber::registry().with(lines).with(filter)
}

/// What is logged whatever `TRIBUTARY_LOG` says: who was rejected, and what was changed.
const ALWAYS: (&str, LevelFilter) = (domain::access::AUDIT, LevelFilter::INFO);

/// The runtime's span of an invocation, which has the request's id. Nothing is logged under this name but that span, so
/// whatever is filtered, each line says of which invocation it is.
const SPAN: (&str, LevelFilter) = ("lambda_runtime::layers::trace", LevelFilter::INFO);

/// The filter of `TRIBUTARY_LOG`, with no payloads in it whatever it says, and with every audit line. Where the text is
/// empty, errors are logged.
pub fn log_filter(text: &str) -> Result<Targets, InvalidSetting> {
    let invalid = |reason: String| InvalidSetting {
        name: LOG.name,
        value: text.to_owned(),
        expected: format!("expected a level, or filters such as compact=debug ({reason})"),
    };
    if text.contains(['[', '{']) {
        return Err(invalid("spans and fields cannot be filtered".to_owned()));
    }
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let asked: Targets = if parts.is_empty() {
        Targets::new().with_default(LevelFilter::ERROR)
    } else {
        parts.join(",").parse().map_err(|error: ParseError| invalid(error.to_string()))?
    };
    let default = asked.default_level().unwrap_or(LevelFilter::OFF);
    // Nothing of them is logged that was not asked for, either: with `warn` they log warnings.
    let bounds = BOUNDS.map(|(part, bound)| (part, bound.min(default)));
    // The longest name decides: one within a bounded part would lift its bound.
    let kept = asked.iter().map(|(target, level)| (target, level.min(bound_of(target))));
    let filter = Targets::new().with_default(default);
    Ok(filter.with_targets(bounds).with_targets(kept).with_targets([ALWAYS, SPAN]))
}

/// The most that may be logged of this module.
fn bound_of(target: &str) -> LevelFilter {
    let bound = BOUNDS.iter().find(|(part, _)| target == *part || is_within(target, part));
    bound.map_or(LevelFilter::TRACE, |(_, bound)| *bound)
}

/// Whether this module is below that one.
fn is_within(target: &str, part: &str) -> bool {
    target.strip_prefix(part).is_some_and(|rest| rest.starts_with("::"))
}

/// What is logged meanwhile on this thread, with this filter.
#[cfg(test)]
pub(crate) fn logged(filter: &str, work: impl FnOnce()) -> String {
    logged_of(None, filter, work)
}

/// The same of the lake of this name.
#[cfg(test)]
pub(crate) fn logged_of(lake: Option<&str>, filter: &str, work: impl FnOnce()) -> String {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let subscriber = lines(log_filter(filter).unwrap(), lake, std::sync::Mutex::new(writer));
    // While `tracing` knows one subscriber alone, what a thread without any is the first to log is logged nowhere any more:
    // https://github.com/tokio-rs/tracing/issues/3611.
    let _other = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    // The writer goes with the subscriber: that ends the text.
    tracing::subscriber::with_default(subscriber, work);
    let mut text = String::new();
    std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_does_not_parse_is_refused_by_name() {
        for text in ["compact=loud", "compact=debug=info", "compact[round]=debug", "info,[{dataset}]=debug"] {
            let message = log_filter(text).unwrap_err().to_string();
            assert!(message.starts_with(&format!("TRIBUTARY_LOG=\"{text}\" is not valid")), "{message}");
        }
    }

    #[test]
    fn a_field_is_where_the_metric_filter_looks_for_it() {
        let text = logged("info", || {
            tracing::error!(stopped = true, dataset = "seats", "partition not compacted");
        });
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["stopped"], &line["level"]), (&true.into(), &"ERROR".into()), "{line}");
    }

    #[test]
    fn every_line_names_the_lake_if_it_has_a_name() {
        let work = || {
            tracing::error!(stopped = true, "partition not compacted");
            tracing::info!("a line without fields, and \"quotes\"");
        };
        let text = logged_of(Some("tributary-prod"), "info", work);
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines.iter().all(|line| line["lake"] == "tributary-prod"), "{text}");
        assert_eq!((&lines[0]["stopped"], &lines[0]["level"]), (&true.into(), &"ERROR".into()), "{text}");
        // Without a name, a line is what it is with one, but for the name.
        let nameless = logged("info", work);
        assert_eq!(nameless.lines().count(), 2, "{nameless}");
        assert!(!nameless.contains("\"lake\""), "{nameless}");
    }

    #[test]
    fn every_line_of_an_invocation_has_the_requests_id_at_its_top() {
        let work = || {
            tracing::error!("before any invocation");
            let span = tracing::info_span!(
                target: "lambda_runtime::layers::trace", "Lambda runtime invoke",
                requestId = "84\"76a536", xrayTraceId = "Root=1-5759e988-bd862e3fe1be46a994272793"
            );
            span.in_scope(|| {
                tracing::error!(dataset = "seats", "partition not compacted");
                tracing::info_span!("within").in_scope(|| tracing::error!("of a span of our own"));
            });
        };
        for (lake, filter) in
            [(None, "info"), (Some("tributary-prod"), "info"), (None, "error"), (None, "aws=error")]
        {
            let text = logged_of(lake, filter, work);
            let lines: Vec<serde_json::Value> =
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let ids: Vec<Option<&str>> = lines.iter().map(|line| line["request_id"].as_str()).collect();
            assert_eq!(ids, [None, Some("84\"76a536"), Some("84\"76a536")], "{filter}: {text}");
            assert_eq!((&lines[1]["dataset"], lines[1]["lake"].as_str()), (&"seats".into(), lake), "{text}");
        }
    }

    #[test]
    fn no_filter_holds_audit_lines_back() {
        for filter in ["off", "error", "audit=off", "warn,audit=error", "query=debug"] {
            let text = logged(filter, || {
                tracing::info!(target: domain::access::AUDIT, key = "0123abcd", "an API key was made");
                tracing::info!("something else");
            });
            let line: serde_json::Value = serde_json::from_str(&text).expect("this line, and no other");
            assert_eq!((&line["target"], &line["key"]), (&"audit".into(), &"0123abcd".into()), "{filter}");
        }
    }

    #[test]
    fn levels_and_parts_are_filtered() {
        use tracing::Level;

        for (text, target, level, expected) in [
            ("info", "compact::round", Level::INFO, true),
            ("info", "compact::round", Level::DEBUG, false),
            (" WARN ", "compact", Level::WARN, true),
            (" WARN ", "compact", Level::INFO, false),
            ("compact=debug", "compact::round", Level::DEBUG, true),
            ("compact=debug", "query", Level::ERROR, false),
            ("warn, compact=debug,", "compact", Level::DEBUG, true),
            ("warn, compact=debug,", "query", Level::WARN, true),
            ("warn, compact=debug,", "query", Level::INFO, false),
            ("compact=debug,compact::round=off", "compact::round", Level::ERROR, false),
            ("", "query", Level::ERROR, true),
            ("", "query", Level::WARN, false),
            ("off", "query", Level::ERROR, false),
            ("off", "lambda_runtime::layers::panic", Level::ERROR, false),
            ("warn", "hyper", Level::WARN, true),
            ("warn", "hyper", Level::INFO, false),
            ("compact=debug", "hyper", Level::ERROR, false),
            ("warn,hyper=error", "hyper::proto", Level::WARN, false),
            ("off,hyper::proto=warn", "hyper::proto", Level::WARN, true),
            ("off,hyper::proto=warn", "hyper::client", Level::ERROR, false),
        ] {
            let found = log_filter(text).unwrap().would_enable(target, &level);
            assert_eq!(found, expected, "{text:?} of {level} in {target}");
        }
    }

    #[test]
    fn no_filter_lets_payloads_through() {
        for (part, bound) in BOUNDS {
            let module = format!("{part}::client::orchestrator");
            // And of what each is all that is asked for.
            let asked = [
                ("trace".to_owned(), ""),
                (format!("{part}=trace"), part),
                (format!("trace,{module}=trace"), ""),
                (module.clone(), module.as_str()),
            ];
            for (asked, of) in asked {
                let filter = log_filter(&asked).unwrap();
                for target in [part, module.as_str()] {
                    for level in [tracing::Level::TRACE, tracing::Level::DEBUG, tracing::Level::INFO] {
                        let expected = level <= bound && target.starts_with(of);
                        let found = filter.would_enable(target, &level);
                        assert_eq!(found, expected, "{asked}: {level} in {target}");
                    }
                }
            }
        }
    }
}
