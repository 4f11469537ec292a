//! The README's table of settings is the one in the code: the same settings, defaults and words, and no others.

use domain::settings;

const README: &str = include_str!("../../../README.md");

#[test]
fn every_setting_is_in_the_readme_and_no_other() {
    let listed: Vec<&str> = README.lines().filter(|line| line.starts_with("| `TRIBUTARY_")).collect();
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
