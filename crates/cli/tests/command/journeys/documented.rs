//! docs/tutorial.md as it stands there: each of its journeys on a lake of its own, command by command, held to what the
//! document says that the commands print.

use std::{env, fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::lake::Lake;

/// Where the lake is in the document.
const AWS: &str = "http://127.0.0.1:4566";
const HTTP: &str = "http://127.0.0.1:8080";

/// A block of commands, and what the document says of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Step {
    commands: String,
    /// How the block ends.
    status: i32,
    /// What it prints, where the document shows that.
    printed: Option<String>,
}

/// The journeys of a document: their titles, and the blocks of each. Commands are in blocks of `sh`, perhaps with the status
/// that they end with; what a block of `text` has is printed by the one before.
fn journeys(document: &str) -> Vec<(String, Vec<Step>)> {
    let mut journeys: Vec<(String, Vec<Step>)> = Vec::new();
    let mut fence: Option<String> = None;
    for line in document.lines() {
        if let Some(info) = line.strip_prefix("```") {
            fence = if fence.is_none() { Some(info.to_owned()) } else { None };
            let status = fence.as_deref().and_then(commands);
            if let (Some(status), Some((_, steps))) = (status, journeys.last_mut()) {
                steps.push(Step { status, ..Step::default() });
            }
            continue;
        }
        let Some(info) = &fence else {
            if let Some(title) = line.strip_prefix("## ") {
                journeys.push((title.to_owned(), Vec::new()));
            }
            continue;
        };
        let Some(step) = journeys.last_mut().and_then(|(_, steps)| steps.last_mut()) else { continue };
        let text = match info.as_str() {
            "text" => step.printed.get_or_insert_default(),
            _ if commands(info).is_some() => &mut step.commands,
            _ => continue,
        };
        text.push_str(line);
        text.push('\n');
    }
    journeys
}

/// The status that the commands of a block end with, if it is one of commands.
fn commands(info: &str) -> Option<i32> {
    match info.strip_prefix("sh")? {
        "" => Some(0),
        status => status.strip_prefix(" status=")?.parse().ok(),
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).collect()
}

/// Whether a text is as the document shows it: `…` stands for any characters of a line, and alone for any lines.
fn is_shown(shown: &[&str], printed: &[&str]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, None) => true,
        (Some((&"…", rest)), _) => (0..=printed.len()).any(|skipped| is_shown(rest, &printed[skipped..])),
        (Some((line, rest)), Some((found, others))) => is_like(line, found) && is_shown(rest, others),
        _ => false,
    }
}

fn is_like(shown: &str, printed: &str) -> bool {
    let mut pieces: Vec<&str> = shown.split('…').collect();
    let (first, last) = (pieces.remove(0), pieces.pop());
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// Runs a block as somebody does who has set the endpoint and nothing else; answers its status, and all that it prints.
fn run(lake: &Lake, directory: &Path, commands: &str) -> (Option<i32>, String) {
    let commands = commands.replace(AWS, lake.endpoint()).replace(HTTP, lake.http());
    let mut shell = Command::new("sh");
    shell.args(["-ec", &format!("exec 2>&1\n{commands}")]).current_dir(directory);
    for (name, _) in
        env::vars().filter(|(name, _)| name.starts_with("AWS_") || name.starts_with("TRIBUTARY_"))
    {
        shell.env_remove(name);
    }
    let binaries = Path::new(env!("CARGO_BIN_EXE_tributary")).parent().unwrap().to_owned();
    let others = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([binaries].into_iter().chain(env::split_paths(&others))).unwrap();
    shell.env("PATH", path).env("AWS_ENDPOINT_URL", lake.endpoint()).env("AWS_EC2_METADATA_DISABLED", "true");
    let output = shell.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn journey(title: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tutorial.md");
    let journeys = journeys(&fs::read_to_string(path).unwrap());
    let (_, steps) = journeys.iter().find(|(found, _)| found == title).unwrap();
    assert!(steps.len() >= 5, "only {} blocks of commands are in {title:?}", steps.len());
    let (lake, directory) = (Lake::start(), TempDir::new().unwrap());
    for Step { commands, status, printed } in steps {
        let (found, text) = run(&lake, directory.path(), commands);
        assert_eq!(found, Some(*status), "{commands}\n{text}");
        let Some(shown) = printed else { continue };
        let is_shown = is_shown(&lines(shown), &lines(&text));
        assert!(is_shown, "{commands}\nprints\n{text}\nand the document shows\n{shown}");
    }
}

#[test]
fn a_csv_file_becomes_a_chart_by_the_documented_commands() {
    journey("A CSV file becomes a chart");
}

#[test]
fn a_stream_with_bad_events_is_mended_and_replayed_by_the_documented_commands() {
    journey("A stream with bad events is mended and replayed");
}

#[test]
fn a_colleague_with_nothing_but_a_key_gets_rows_by_the_documented_commands() {
    journey("A colleague has nothing but a key");
}

#[test]
fn a_document_is_read_block_by_block() {
    let document = "```sh\nbefore\n```\n## One\ntext\n```sh\na\nb\n```\nand\n```text\nx\n```\n```sh status=1\nc\n```\n```json\n{}\n```\n\
                    ```\nd\n```\n## Two\n";
    let step = |commands: &str, status, printed: Option<&str>| Step {
        commands: commands.to_owned(),
        status,
        printed: printed.map(str::to_owned),
    };
    let steps = vec![step("a\nb\n", 0, Some("x\n")), step("c\n", 1, None)];
    assert_eq!(journeys(document), [("One".to_owned(), steps), ("Two".to_owned(), Vec::new())]);
}

#[test]
fn what_is_left_out_is_anything_and_all_else_is_not() {
    for (shown, printed, expected) in [
        (&["a"][..], &["a"][..], true),
        (&["a"], &["b"], false),
        (&["a"], &["a", "b"], false),
        (&["a", "b"], &["a"], false),
        (&["a … c … e"], &["a b c d e"], true),
        (&["a … c"], &["a b c d"], false),
        (&["…c"], &["abc"], true),
        (&["a…"], &["ba"], false),
        (&["…", "b"], &["a", "a", "b"], true),
        (&["a", "…"], &["a"], true),
        (&["a", "…", "b"], &["a", "c"], false),
    ] {
        assert_eq!(is_shown(shown, printed), expected, "{shown:?} {printed:?}");
    }
}
