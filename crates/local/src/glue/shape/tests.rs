use serde_json::{Value, json};

use super::check;

fn refused(operation: &str, input: Value) -> (&'static str, String) {
    let error = check(operation, &input).unwrap().unwrap_err();
    (error.code, error.message)
}

#[test]
fn members_are_named_as_glue_names_them() {
    let table = |column: Value| {
        json!({"DatabaseName": "d", "TableInput": {"Name": "t", "StorageDescriptor": {"Columns": [
            {"Name": "a", "Type": "int"}, column,
        ]}}})
    };
    assert!(check("CreateTable", &table(json!({"Name": "b", "Unknown": 1}))).unwrap().is_ok());
    assert_eq!(
        refused("CreateTable", table(json!({"Name": "b", "Comment": "c".repeat(256)}))),
        (
            "ValidationException",
            format!(
                "1 validation error detected: Value '{}' at 'tableInput.storageDescriptor.columns.2.member.\
                 comment' failed to satisfy constraint: Member must have length less than or equal to 255",
                "c".repeat(256)
            )
        )
    );
    let (code, text) = refused("CreateTable", table(json!({"Name": "", "Comment": "two\nlines"})));
    assert_eq!(code, "ValidationException");
    assert!(text.starts_with("2 validation errors detected: Value '' at "), "{text}");
    assert!(text.ends_with(r"pattern: [\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"), "{text}");
}

#[test]
fn what_is_missing_or_of_another_type_is_refused() {
    let (code, text) = refused("GetTable", json!({"Name": "t"}));
    assert_eq!(code, "ValidationException");
    assert!(
        text.contains("Value null at 'databaseName'") && text.contains("Member must not be null"),
        "{text}"
    );
    for (operation, input) in [
        ("GetTable", json!({"DatabaseName": 5, "Name": "t"})),
        ("GetTable", json!([])),
        ("GetDatabases", json!({"MaxResults": "7"})),
        ("GetDatabases", json!({"MaxResults": 1.5})),
        ("BatchGetPartition", json!({"DatabaseName": "d", "TableName": "t", "PartitionsToGet": {}})),
        ("UpdateTable", json!({"DatabaseName": "d", "SkipArchive": "yes"})),
    ] {
        assert_eq!(refused(operation, input.clone()).0, "SerializationException", "{input}");
    }
    assert!(check("CreateCrawler", &json!({})).is_none());
}

#[test]
fn bounds_of_numbers_lists_and_choices() {
    for (operation, input, reason) in [
        ("GetDatabases", json!({"MaxResults": 0}), "greater than or equal to 1"),
        ("GetDatabases", json!({"MaxResults": 101}), "less than or equal to 100"),
        ("GetDatabases", json!({"AttributesToGet": ["SIZE"]}), "enum value set: [NAME, TARGET_DATABASE]"),
        (
            "BatchUpdatePartition",
            json!({"DatabaseName": "d", "TableName": "t", "Entries": []}),
            "length greater than or equal to 1",
        ),
        (
            "GetPartitions",
            json!({"DatabaseName": "d", "TableName": "t", "Segment": {"SegmentNumber": 0, "TotalSegments": 11}}),
            "at 'segment.totalSegments' failed to satisfy constraint: Member must have value less than or equal to 10",
        ),
    ] {
        let (_, text) = refused(operation, input);
        assert!(text.contains(reason), "{text}");
    }
}
