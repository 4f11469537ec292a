//! CloudEvents types that more than one dataset has: two definitions that were accepted at the same moment.

use std::collections::BTreeMap;

use domain::{DatasetName, schemas::Accepted};

pub(super) fn warn_of_shared(datasets: &BTreeMap<DatasetName, Accepted>) {
    for (cloudevents_type, names) in shared(datasets) {
        tracing::error!(
            cloudevents_type,
            datasets = names.join(", "),
            "datasets share a CloudEvents type: its events go to the first of them"
        );
    }
}

/// The types with their datasets' names in order.
fn shared(datasets: &BTreeMap<DatasetName, Accepted>) -> BTreeMap<&str, Vec<&str>> {
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, accepted) in datasets {
        if let Some(cloudevents_type) = accepted.dataset.cloudevents_type() {
            owners.entry(cloudevents_type).or_default().push(name.as_str());
        }
    }
    owners.retain(|_, names| names.len() > 1);
    owners
}

#[cfg(test)]
mod tests {
    use domain::Dataset;

    use super::*;

    #[test]
    fn a_type_that_two_datasets_have_is_found_with_both_in_order() {
        let accepted = |name: &str, cloudevents_type: &str| {
            let definition = format!(
                r#"{{"name": "{name}", "cloudevents_type": "{cloudevents_type}", "columns": [{{"name": "a", "type": "int"}}]}}"#
            );
            let dataset = Dataset::from_json(definition.as_bytes()).unwrap();
            (dataset.name().clone(), Accepted { version: 1, dataset })
        };
        let datasets = [accepted("c", "x"), accepted("a", "x"), accepted("b", "y")].into();
        assert_eq!(shared(&datasets), BTreeMap::from([("x", vec!["a", "c"])]));
    }
}
