//! `docs/cli.md` is made from `--help`: that of every command, with long lines wrapped.

use std::{env, fs, path::Path};

use crate::documents::helps;

/// How long a line of the document may be.
const WIDTH: usize = 116;

const HEAD: &str = "# Command line\n\n\
    Every command with its `--help`. A test makes this page, so do not edit it: change the help, and write the page anew \
    with\n`UPDATE_GOLDEN=1 cargo test -p cli --test command reference`.\n\n";

/// A line of help in lines of [`WIDTH`] at most; they go on below the text that stands beside an option or a command.
fn wrapped(line: &str) -> Vec<String> {
    let line = line.trim_end();
    if line.chars().count() <= WIDTH {
        return vec![line.to_owned()];
    }
    let text = line.trim_start();
    let margin = line.len() - text.len();
    let beside = text.split_once("  ").map_or(0, |(name, rest)| {
        let rest = rest.trim_start();
        if rest.is_empty() || name.is_empty() { 0 } else { text.len() - rest.len() }
    });
    let indent = " ".repeat(margin + beside);
    let mut lines = Vec::new();
    let mut begun = line.split_at(margin + beside).0.to_owned();
    let mut is_empty = true;
    for word in text.split_at(beside).1.split_whitespace() {
        if !is_empty && begun.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut begun, indent.clone()));
            is_empty = true;
        }
        if !is_empty {
            begun.push(' ');
        }
        begun.push_str(word);
        is_empty = false;
    }
    lines.push(begun);
    lines
}

/// The document, of each command's words and its help.
fn document(helps: &[(String, String)]) -> String {
    let titles: Vec<String> = helps
        .iter()
        .map(|(words, _)| format!("tributary {}", words.trim_end_matches("--help")).trim_end().to_owned())
        .collect();
    let mut text = HEAD.to_owned();
    for title in &titles {
        text += &format!("- [`{title}`](#{})\n", title.replace(' ', "-"));
    }
    for (title, (_, help)) in titles.iter().zip(helps) {
        let lines: Vec<String> = help.trim_end().lines().flat_map(wrapped).collect();
        text += &format!("\n## `{title}`\n\n```text\n{}\n```\n", lines.join("\n"));
    }
    text
}

#[test]
fn the_reference_is_what_help_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let wanted = document(&helps(&[]));
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, wanted).unwrap();
        return;
    }
    let found = fs::read_to_string(path).unwrap();
    assert!(
        found == wanted,
        "docs/cli.md is out of date: write it anew with UPDATE_GOLDEN=1, and look at it"
    );
}

#[test]
fn long_lines_go_on_below_their_text() {
    let words = "word ".repeat(30);
    assert_eq!(wrapped("  short  "), ["  short"]);
    let lines = wrapped(&format!("  check   {words}"));
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("  check   word"), "{lines:?}");
    assert!(lines[1].starts_with("          word"), "{lines:?}");
    assert!(lines.iter().all(|line| line.len() <= WIDTH), "{lines:?}");
    let plain = wrapped(&format!("    {words}"));
    assert!(plain[1].starts_with("    word"), "{plain:?}");
    assert_eq!(plain.join(" ").split_whitespace().count(), 30);
    // A word alone may be longer than a line.
    let long = "x".repeat(WIDTH + 1);
    assert_eq!(wrapped(&long), [long]);
}

#[test]
fn a_command_has_a_heading_and_a_link() {
    let helps =
        [("--help".to_owned(), "One\n".to_owned()), ("key list --help".to_owned(), "Two\n".to_owned())];
    let text = document(&helps);
    assert!(text.contains("- [`tributary key list`](#tributary-key-list)\n"), "{text}");
    assert!(text.ends_with("\n## `tributary key list`\n\n```text\nTwo\n```\n"), "{text}");
}
