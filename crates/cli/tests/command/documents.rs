//! The commands that the documents and `--help` show are commands that the program takes.

use std::{fs, mem, path::Path};

use crate::process::{run, said};

/// What stands for something of the reader's own, and something that it could be.
const PLACEHOLDERS: [(&str, &str); 8] = [
    ("DATASET", "bookings"),
    ("NAME", "bookings"),
    ("PARTITION", "dt=2026-11-23"),
    ("GENERATION", "41"),
    ("TIME", "2026-11-27T09:30:00Z"),
    ("TEXT", "column price"),
    ("YYYY-MM-DD", "2026-11-23"),
    ("dt=YYYY-MM-DD", "dt=2026-11-23"),
];

/// What a batch is called.
const BATCH: &str = "a3339aed06af361da51e666ba6216dc6ff9635ba";

/// The words of each command in a line of shell, without quotes, redirections and comments.
fn pieces(line: &str) -> Vec<Vec<String>> {
    let (mut pieces, mut words) = (Vec::new(), Vec::new());
    let (mut word, mut quote) = (None::<String>, None::<char>);
    for char in line.chars() {
        match (quote, char) {
            (Some(open), _) if char == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(char);
                word = Some(word.unwrap_or_default());
            }
            (None, '#') if word.is_none() => break,
            // Within a word it is the end of a `<placeholder>`.
            (None, '>') if word.is_some() => word.get_or_insert_default().push(char),
            (None, '|' | '&' | ';' | '>' | '(' | ')') => {
                words.extend(word.take());
                pieces.push(mem::take(&mut words));
            }
            (None, _) if char.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    pieces.push(words);
    pieces
}

/// The arguments of each call of `tributary` in a line of shell.
fn calls(line: &str) -> Vec<Vec<String>> {
    let line = line.trim();
    let pieces = pieces(line.strip_prefix("$ ").unwrap_or(line)).into_iter();
    pieces
        .filter_map(|words| {
            let mut words = words.into_iter().skip_while(|word| word.starts_with("TRIBUTARY_"));
            (words.next()? == "tributary")
                .then(|| words.filter(|word| !["...", "…"].contains(&word.as_str())).collect())
        })
        .collect()
}

/// The lines of a document that are code: those of blocks, put together where they go on, and what is between backticks.
fn code(text: &str) -> Vec<String> {
    let (mut lines, mut within, mut begun) = (Vec::new(), false, String::new());
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            within = !within;
        } else if within {
            match line.strip_suffix('\\') {
                Some(part) => begun += part,
                None => lines.push(mem::take(&mut begun) + line),
            }
        } else {
            lines.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    lines
}

/// Whether the program takes these arguments: with `--help` behind them it looks at them and does nothing.
#[track_caller]
fn check(place: &str, arguments: &[String]) {
    let meant = |word: &String| {
        let known = PLACEHOLDERS.iter().find(|(name, _)| name == word);
        known.map_or_else(|| word.replace("<batch>", BATCH), |(_, value)| (*value).to_owned())
    };
    let mut arguments: Vec<String> = arguments.iter().map(meant).collect();
    arguments.push("--help".to_owned());
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = run(&words);
    // A sentence may name an option without its value.
    let is_cut = said(&output).contains("a value is required for");
    assert!(output.status.success() || is_cut, "{place}: tributary {}\n{}", words.join(" "), said(&output));
}

#[test]
fn the_documents_show_commands_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut documents =
        vec![root.join("README.md"), root.join("ARCHITECTURE.md"), root.join("infra/README.md")];
    documents.push(root.join("CONTRIBUTING.md"));
    documents.extend(fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    // `reference` makes that one from `--help`, whose examples are looked at below.
    documents.retain(|path| !path.ends_with("docs/cli.md"));
    let mut checked = 0;
    for document in documents.iter().filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        let text = fs::read_to_string(document).unwrap();
        for arguments in code(&text).iter().flat_map(|line| calls(line)) {
            check(&document.display().to_string(), &arguments);
            checked += 1;
        }
    }
    assert!(checked >= 80, "only {checked} commands were found");
}

/// The help of a command, and of each below it.
pub(crate) fn helps(path: &[String]) -> Vec<(String, String)> {
    let mut words: Vec<&str> = path.iter().map(String::as_str).collect();
    words.push("--help");
    let help = String::from_utf8(run(&words).stdout).unwrap();
    let commands =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let below: Vec<Vec<String>> = names.map(|name| [path, &[name.to_owned()]].concat()).collect();
    let mut found = vec![(words.join(" "), help)];
    found.extend(below.iter().flat_map(|path| helps(path)));
    found
}

#[test]
fn the_examples_of_help_are_commands_that_there_are() {
    let mut checked = 0;
    for (place, help) in helps(&[]) {
        for line in help.lines().skip_while(|line| *line != "Examples:").skip(1) {
            for arguments in calls(line) {
                check(&place, &arguments);
                checked += 1;
            }
        }
    }
    assert!(checked >= 60, "only {checked} examples were found");
}

#[test]
fn a_command_that_is_none_is_found() {
    let line = "FOO=bar; TRIBUTARY_RETENTION=1h tributary doctor --dep 'a b' > x # tributary nothing";
    assert_eq!(calls(line), [["doctor", "--dep", "a b"]]);
    assert_eq!(calls("head x | tributary dataset check -")[0], ["dataset", "check", "-"]);
    assert_eq!(
        code("a `tributary x` b `c`\n```\ntributary \\\n  y\n```\n"),
        ["tributary x", "c", "tributary   y"]
    );
    let output = run(&["doctor", "--dep", "--help"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}
