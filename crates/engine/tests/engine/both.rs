//! Calls of functions, each with constants, with columns, with both, and over no row.

use serde_json::{Map, Value};

use crate::{
    golden::{compare_columns, refuse},
    lake::Lake,
};

/// A call, in which `{0}` and so on stand for texts; the texts, of which `NULL` is none; the type of the result; and its
/// text, as [`compare`] takes it.
pub(crate) type Case<'c> = (&'c str, &'c [&'c str], &'c str, &'c str);

const COLUMNS: [&str; 4] = ["a", "b", "c", "z"];

/// Compares each call with what is expected.
pub(crate) async fn both(cases: &[Case<'_>]) {
    let lake = lake(cases.iter().map(|(_, texts, ..)| *texts)).await;
    let mut statements = Vec::new();
    for (row, (call, texts, data_type, expected)) in cases.iter().enumerate() {
        let forms = selected(call, texts);
        let all = forms.join(", ");
        let thrice = [*expected; 3].join("|");
        statements.push((format!("SELECT {all} FROM t WHERE n = {row}"), *data_type, thrice));
        statements.push((format!("SELECT {all} FROM t WHERE n = -1"), *data_type, String::new()));
        statements.push((format!("SELECT {}", forms[0]), *data_type, (*expected).to_owned()));
    }
    let statements: Vec<(&str, &str, &str)> = statements
        .iter()
        .map(|(sql, data_type, expected)| (sql.as_str(), *data_type, expected.as_str()))
        .collect();
    compare_columns(&lake, &statements, 3).await;
}

/// Each call fails with the message.
pub(crate) async fn fail(cases: &[(&str, &[&str], &str)]) {
    let lake = lake(cases.iter().map(|(_, texts, _)| *texts)).await;
    let mut statements = Vec::new();
    for (row, (call, texts, message)) in cases.iter().enumerate() {
        for selected in selected(call, texts) {
            statements.push((format!("SELECT {selected} FROM t WHERE n = {row}"), *message));
        }
    }
    let statements: Vec<(&str, &str)> =
        statements.iter().map(|(sql, message)| (sql.as_str(), *message)).collect();
    refuse(&lake, &statements).await;
}

/// Each call is null where one of its texts is.
pub(crate) async fn null_of_null(calls: &[(&str, &[&str], &str)]) {
    let mut cases = Vec::new();
    for (call, texts, data_type) in calls {
        for place in 0..texts.len() {
            let mut texts = texts.to_vec();
            texts[place] = "NULL";
            cases.push((*call, texts, *data_type));
        }
    }
    let cases: Vec<Case<'_>> =
        cases.iter().map(|(call, texts, data_type)| (*call, texts.as_slice(), *data_type, "NULL")).collect();
    both(&cases).await;
}

/// The call with constants, with columns, and with a column and constants.
fn selected(call: &str, texts: &[&str]) -> [String; 3] {
    let constant = |text: &str| match text {
        "NULL" => "NULL".to_owned(),
        text => format!("'{}'", text.replace('\'', "''")),
    };
    let with = |argument: &dyn Fn(usize, &str) -> String| {
        texts.iter().enumerate().fold(call.to_owned(), |call, (place, text)| {
            call.replace(&format!("{{{place}}}"), &argument(place, text))
        })
    };
    [
        with(&|_, text| constant(text)),
        with(&|place, _| COLUMNS[place].to_owned()),
        with(&|place, text| if place == 0 { COLUMNS[place].to_owned() } else { constant(text) }),
    ]
}

/// A row for each case, with its texts.
async fn lake<'c>(cases: impl Iterator<Item = &'c [&'c str]>) -> Lake {
    let row = |(row, texts): (usize, &[&str])| {
        let texts = COLUMNS.iter().zip(texts).filter(|(_, text)| **text != "NULL");
        let mut object: Map<String, Value> =
            texts.map(|(column, text)| ((*column).to_owned(), Value::from(*text))).collect();
        object.insert("n".to_owned(), Value::from(row));
        Value::Object(object).to_string()
    };
    let rows: Vec<String> = cases.enumerate().map(row).collect();
    let types = [("n", "int"), ("a", "string"), ("b", "string"), ("c", "string"), ("z", "string")];
    Lake::of(&types, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await
}
