//! The text format of Prometheus, version 0.0.4:
//! <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>.
//!
//! Bounds of buckets have a decimal point (`le="60.0"`): Prometheus 2 takes them as they are, and Prometheus 3 makes them so.

use super::{Kind, Scale, Series, Value};

/// All samples, those of one metric together, behind its help and its type.
pub(super) fn of<'a>(
    constant: &[(&'static str, String)],
    series: impl IntoIterator<Item = &'a Series>,
) -> String {
    let mut text = String::new();
    for of in series {
        let (name, kind) = (&of.name, of.kind.as_str());
        text.push_str(&format!("# HELP {name} {}\n# TYPE {name} {kind}\n", help(of.meaning)));
        for (values, value) in &of.samples {
            let own = of.labels.iter().copied().zip(values.iter().map(String::as_str));
            let all: Vec<(&str, &str)> =
                constant.iter().map(|(label, value)| (*label, value.as_str())).chain(own).collect();
            match value {
                Value::Number(number) => line(&mut text, name, "", &all, &decimal(*number, of.scale)),
                Value::Histogram(buckets, sum) => histogram(&mut text, of, &all, (buckets, *sum)),
            }
        }
    }
    text
}

fn histogram(text: &mut String, of: &Series, labels: &[(&str, &str)], (buckets, sum): (&[u64], u64)) {
    let Kind::Histogram(bounds) = of.kind else { return };
    let bounds = bounds.iter().map(|bound| with_point(*bound, of.scale)).chain(["+Inf".to_owned()]);
    let mut count: u64 = 0;
    for (bound, in_bucket) in bounds.zip(buckets) {
        count = count.saturating_add(*in_bucket);
        let mut labels = labels.to_vec();
        labels.push(("le", &bound));
        line(text, &of.name, "_bucket", &labels, &count.to_string());
    }
    line(text, &of.name, "_sum", labels, &decimal(sum, of.scale));
    line(text, &of.name, "_count", labels, &count.to_string());
}

fn line(text: &mut String, name: &str, suffix: &str, labels: &[(&str, &str)], value: &str) {
    text.push_str(name);
    text.push_str(suffix);
    let mut before = '{';
    for (label, value) in labels {
        text.push(before);
        text.push_str(label);
        text.push_str("=\"");
        for character in value.chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '"' => text.push_str("\\\""),
                '\n' => text.push_str("\\n"),
                other => text.push(other),
            }
        }
        text.push('"');
        before = ',';
    }
    if before == ',' {
        text.push('}');
    }
    text.push(' ');
    text.push_str(value);
    text.push('\n');
}

/// A help text is not in quotation marks: these stay.
fn help(meaning: &str) -> String {
    meaning.replace('\\', "\\\\").replace('\n', "\\n")
}

/// Exact, and without a point where nothing is behind it.
fn decimal(value: u64, scale: Scale) -> String {
    let text = with_point(value, scale);
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn with_point(value: u64, scale: Scale) -> String {
    let (unit, digits) = match scale {
        Scale::One => (1, 0),
        Scale::Thousandth => (1_000, 3),
        Scale::Billionth => (1_000_000_000, 9),
    };
    let (whole, part) = (value / unit, value % unit);
    let part = format!("{part:0digits$}");
    let part = part.trim_end_matches('0');
    format!("{whole}.{}", if part.is_empty() { "0" } else { part })
}
