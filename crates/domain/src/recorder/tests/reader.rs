//! A reader of the text format by its grammar, which knows nothing of the writer: it takes the text character by character.
//! <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>

use std::collections::{BTreeMap, BTreeSet};

/// Labels by name.
type Labels = BTreeMap<String, String>;

/// One line with a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: Labels,
    pub(super) value: f64,
}

/// All of a page.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Page {
    pub(super) types: BTreeMap<String, String>,
    pub(super) samples: Vec<Sample>,
    index: BTreeMap<(String, Labels), f64>,
}

impl Page {
    pub(super) fn value(&self, name: &str, labels: &Labels) -> Option<f64> {
        self.index.get(&(name.to_owned(), labels.clone())).copied()
    }
}

/// Reads a page, or says in which line it is none.
pub(super) fn read(text: &str) -> Result<Page, String> {
    if !text.is_empty() && !text.ends_with('\n') {
        return Err("the last line has no end".to_owned());
    }
    let (mut page, mut helped, mut last) = (Page::default(), BTreeSet::new(), String::new());
    for line in text.split_terminator('\n') {
        let wrong = |what: &str| Err(format!("{what}: {line:?}"));
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let Some((name, _)) = rest.split_once(' ') else { return wrong("no help") };
            if !is_name(name) || !helped.insert(name.to_owned()) {
                return wrong("a second help, or no name");
            }
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let Some((name, kind)) = rest.split_once(' ') else { return wrong("no type") };
            if !["counter", "gauge", "histogram"].contains(&kind) || !helped.contains(name) {
                return wrong("no type, or no help before it");
            }
            if page.types.insert(name.to_owned(), kind.to_owned()).is_some() {
                return wrong("a second type");
            }
            name.clone_into(&mut last);
        } else {
            let Some(sample) = sample(line) else { return wrong("no sample") };
            let Some(suffix) = sample.name.strip_prefix(&last) else { return wrong("of another metric") };
            let is_histogram = page.types.get(&last).is_some_and(|kind| kind == "histogram");
            if ["_bucket", "_sum", "_count"].contains(&suffix) != is_histogram
                || (!is_histogram && !suffix.is_empty())
            {
                return wrong("not of this type");
            }
            let (name, labels) = (sample.name.clone(), sample.labels.clone());
            if page.index.insert((name, labels), sample.value).is_some() {
                return wrong("the same sample again");
            }
            page.samples.push(sample);
        }
    }
    histograms(&page)?;
    Ok(page)
}

/// Buckets grow with their bounds, and the last one is the count.
fn histograms(page: &Page) -> Result<(), String> {
    for (name, _) in page.types.iter().filter(|(_, kind)| *kind == "histogram") {
        let mut buckets: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
        for sample in page.samples.iter().filter(|sample| sample.name == format!("{name}_bucket")) {
            let mut labels = sample.labels.clone();
            let bound = labels.remove("le").ok_or("a bucket without a bound")?;
            let bound = bound.parse::<f64>().map_err(|_| format!("a bound that is no number: {bound}"))?;
            buckets.entry(labels).or_default().push((bound, sample.value));
        }
        for (labels, buckets) in buckets {
            let grows = buckets.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
            let last = buckets.last().copied();
            let count = page.value(&format!("{name}_count"), &labels);
            let has_sum = page.value(&format!("{name}_sum"), &labels).is_some();
            if !grows || last != count.map(|count| (f64::INFINITY, count)) || !has_sum {
                return Err(format!("no histogram: {name} {labels:?} {buckets:?}"));
            }
        }
    }
    Ok(())
}

fn sample(line: &str) -> Option<Sample> {
    let end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = BTreeMap::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, after) = rest.split_once("=\"")?;
            let (value, after) = quoted(after)?;
            if !is_name(label) || labels.insert(label.to_owned(), value).is_some() {
                return None;
            }
            if let Some(end) = after.strip_prefix('}') {
                rest = end;
                break;
            }
            rest = after.strip_prefix(',')?;
        }
    }
    let value = rest.strip_prefix(' ')?;
    let value = value.parse::<f64>().ok()?;
    is_name(name).then(|| Sample { name: name.to_owned(), labels, value })
}

/// The text up to the quotation mark, and what is behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut characters) = (String::new(), text.chars());
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(match characters.next()? {
                'n' => '\n',
                plain @ ('\\' | '"') => plain,
                _ => return None,
            }),
            other => value.push(other),
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
