//! A plan of Terraform judges definitions as this crate does: it refuses what would never go live, and lets through what
//! would. `infra/modules/lake/tests/files.tftest.hcl` says which of the files beside it a plan refuses; `terraform test` has
//! that it does.

#![allow(clippy::unwrap_used, reason = "all of it is tests; clippy sees that only in #[test] functions")]

use std::{collections::BTreeSet, fs, path::Path};

use domain::{Dataset, Definition, dataset::ColumnDefinition};

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/modules/lake/tests/files/datasets");
const PLANS: &str = include_str!("../../../infra/modules/lake/tests/files.tftest.hcl");
const TERRAFORM: &str = include_str!("../../../infra/modules/lake/datasets.tf");

/// What stands between this text and the next quotation mark, each time that it occurs.
fn quoted_after(text: &str, before: &str) -> BTreeSet<String> {
    text.split(before).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// By the name of each file, what is in it.
fn files() -> Vec<(String, Vec<u8>)> {
    let paths = fs::read_dir(Path::new(FILES)).unwrap().map(|entry| entry.unwrap().path());
    paths
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .collect()
}

fn is_dataset(file: &str, text: &[u8]) -> bool {
    Dataset::from_json(text).is_ok_and(|dataset| format!("{}.json", dataset.name()) == file)
}

#[test]
fn a_plan_refuses_the_definitions_that_are_no_datasets_and_no_others() {
    let refused = quoted_after(PLANS, "aws_s3_object.definition[\"");
    let files = files();
    let wrong: BTreeSet<String> =
        files.iter().filter(|(file, text)| !is_dataset(file, text)).map(|(file, _)| file.clone()).collect();
    assert_eq!(refused, wrong);
    assert!(wrong.len() > 20 && files.len() > wrong.len() + 5, "{} of {}", wrong.len(), files.len());
}

#[test]
fn a_plan_knows_every_member_of_a_definition_and_each_is_tried() {
    let mut of_definitions = BTreeSet::new();
    let mut of_columns = BTreeSet::new();
    for (_, text) in files().iter().filter(|(file, text)| is_dataset(file, text)) {
        let written: serde_json::Value = serde_json::from_slice(text).unwrap();
        of_definitions.extend(written.as_object().unwrap().keys().cloned());
        for column in written["columns"].as_array().unwrap() {
            of_columns.extend(column.as_object().unwrap().keys().cloned());
        }
    }
    let known = |list: &str| {
        let members = TERRAFORM.split(list).nth(1).unwrap().split(']').next().unwrap();
        members.split('"').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<String>>()
    };
    assert_eq!(known("definition_members = ["), of_definitions);
    assert_eq!(known("column_members     = ["), of_columns);

    // A member that is new fails to compile here: give it to one of the files, and to the list in datasets.tf.
    let read: Definition =
        serde_json::from_str(r#"{"name": "a", "columns": [{"name": "b", "type": "int"}]}"#).unwrap();
    let Definition {
        name: _,
        description: _,
        columns,
        identity: _,
        event_time: _,
        partition_by: _,
        sort_by: _,
        cloudevents_type: _,
        unwrap: _,
    } = read;
    for ColumnDefinition { name: _, data_type: _, required: _, from: _, fields: _, unit: _, comment: _ } in
        columns
    {}
    assert_eq!((of_definitions.len(), of_columns.len()), (9, 7));
}
