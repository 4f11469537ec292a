//! An invocation as a line in CloudWatch's embedded metric format: CloudWatch makes metrics of what is in it. Specification:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.
//!
//! There is a crate for that, and a facade with recorders. Neither was taken: what is written here is one JSON object of the
//! table of metrics, and both would bring maps, locks and threads for values that come once for each invocation.

use std::{collections::BTreeMap, io::Write};

use chrono::SecondsFormat;
use domain::{
    facts::Facts,
    metric::{Label, Metric},
};
use serde_json::{Map, Value, json};

use super::{Invocation, Outcome};

/// Where the metrics are in CloudWatch.
const NAMESPACE: &str = "TributaryFunctions";

/// Writes the line on standard error, as the lines of the log. It is written whatever `TRIBUTARY_LOG` says.
pub(super) fn write<R: Facts>(invocation: &Invocation<'_, R>, lake: &str) {
    let line = line(invocation, lake);
    // There is nobody to tell that it cannot be written.
    let _unwritten = writeln!(std::io::stderr().lock(), "{line}");
}

/// The line: what [`log`](super::log) would write, and the metrics.
pub(super) fn line<R: Facts>(invocation: &Invocation<'_, R>, lake: &str) -> Value {
    let Invocation { function, request_id, cold, outcome, ended, .. } = invocation;
    let (level, message) = match outcome {
        Outcome::Answered => ("INFO", "invocation answered"),
        Outcome::Failed(_) => ("WARN", "invocation failed"),
        Outcome::BrokenOff => ("ERROR", "invocation broken off"),
    };
    let mut fields = Map::new();
    let mut directives: BTreeMap<&[Label], Vec<Value>> = BTreeMap::new();
    let mut value = |metric: &'static Metric, value: u64| {
        // No value says as much as a zero that is added, and CloudWatch does not charge for it.
        if value > 0 || !metric.unit.adds_up() {
            fields.insert(metric.name.to_owned(), value.into());
            let of = json!({"Name": metric.name, "Unit": metric.unit.as_str()});
            directives.entry(metric.labels).or_default().push(of);
        }
    };
    invocation.each(&mut value);
    let directives: Vec<Value> = directives
        .into_iter()
        .map(|(labels, metrics)| {
            let labels: Vec<&str> = labels.iter().map(|label| label.as_str()).collect();
            json!({"Namespace": NAMESPACE, "Dimensions": [labels], "Metrics": metrics})
        })
        .collect();
    let about: [(&str, Value); 7] = [
        ("timestamp", ended.to_rfc3339_opts(SecondsFormat::Micros, true).into()),
        ("level", level.into()),
        ("message", message.into()),
        (Label::Lake.as_str(), lake.into()),
        (Label::Function.as_str(), (*function).into()),
        ("request_id", (*request_id).into()),
        ("cold_start", (*cold).into()),
    ];
    fields.extend(about.map(|(name, value)| (name.to_owned(), value)));
    if let Outcome::Failed(error) = outcome {
        fields.insert("error".to_owned(), error.as_str().into());
    }
    let metadata = json!({"Timestamp": ended.timestamp_millis(), "CloudWatchMetrics": directives});
    fields.insert("_aws".to_owned(), metadata);
    Value::Object(fields)
}

#[cfg(test)]
mod tests;
