//! The table in docs/settings.md is the one in the code: the same settings, defaults and words, and no others.

use domain::settings;

const DOCUMENT: &str = include_str!("../../../docs/settings.md");
const TITLE: &str = "\n## All settings\n";

#[test]
fn every_setting_is_in_the_document_and_no_other() {
    let (_, table) = DOCUMENT.split_once(TITLE).unwrap();
    let listed: Vec<&str> = table.lines().filter(|line| line.starts_with("| `TRIBUTARY_")).collect();
    let expected: Vec<String> = settings::ALL
        .iter()
        .map(|setting| {
            let default = match setting.default {
                "" => "none".to_owned(),
                value => format!("`{value}`"),
            };
            format!("| `{}` | {default} | {} |", setting.name, setting.meaning)
        })
        .collect();
    assert_eq!(listed, expected);
}
