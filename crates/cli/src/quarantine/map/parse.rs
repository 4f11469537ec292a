//! `FIELD=function(argument, …)|function(…)`. Arguments are JSON.

use domain::json::Scanner;

use super::{Mapping, Step};

/// What the functions are, for whoever named another one.
const FUNCTIONS: &str = "from(\"field\"), value(JSON), default(JSON), remove(), trim(), trim_prefix(\"text\"), \
                         trim_suffix(\"text\"), replace(\"text\", \"other\"), lower(), upper(), text()";

/// Why a mapping is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidMapping {
    #[error("expected FIELD=function(…), as temp=trim_suffix(\"C\")")]
    Form,
    #[error("a field's name is missing: expected name, or outer.inner for a field of an object")]
    Field,
    #[error("expected a function with its arguments in brackets, found {0:?}: the functions are {FUNCTIONS}")]
    Call(String),
    #[error("there is no function {0:?}: the functions are {FUNCTIONS}")]
    Function(String),
    #[error("{0} takes {1}")]
    Arguments(&'static str, &'static str),
    #[error("the argument {0:?} is no JSON: texts are in double quotes")]
    Json(String),
}

pub(super) fn mapping(text: &str) -> Result<Mapping, InvalidMapping> {
    let (field, expression) = text.split_once('=').ok_or(InvalidMapping::Form)?;
    let path = path(field.trim())?;
    let mut steps = Vec::new();
    let mut rest = expression.trim_start();
    loop {
        let (name, arguments) =
            rest.split_once('(').ok_or_else(|| InvalidMapping::Call(rest.trim().to_owned()))?;
        let (arguments, behind) = split_arguments(arguments)?;
        steps.push(step(name.trim(), &arguments)?);
        rest = behind.trim_start();
        match rest.strip_prefix('|') {
            Some(next) => rest = next.trim_start(),
            None if rest.is_empty() => return Ok(Mapping { path, steps }),
            None => return Err(InvalidMapping::Call(rest.to_owned())),
        }
    }
}

fn path(text: &str) -> Result<Vec<String>, InvalidMapping> {
    let names: Vec<String> = text.split('.').map(str::to_owned).collect();
    if names.iter().any(String::is_empty) { Err(InvalidMapping::Field) } else { Ok(names) }
}

/// The arguments, each as its JSON text, and what is behind the closing bracket.
fn split_arguments(text: &str) -> Result<(Vec<String>, &str), InvalidMapping> {
    let behind = |at: usize| text.get(at..).unwrap_or_default();
    let invalid = |at: usize| InvalidMapping::Json(behind(at).trim_start().to_owned());
    let mut scanner = Scanner::new(text);
    let mut arguments = Vec::new();
    let mut more = !scanner.take(b')');
    while more {
        let start = scanner.at();
        let value = scanner.value().map_err(|_| invalid(start))?;
        arguments.push(value.text().to_owned());
        more = scanner.take(b',');
        if !more && !scanner.take(b')') {
            return Err(invalid(start));
        }
    }
    Ok((arguments, behind(scanner.at())))
}

fn step(name: &str, arguments: &[String]) -> Result<Step, InvalidMapping> {
    let string = |text: &String| serde_json::from_str::<String>(text).ok();
    let texts: Option<Vec<String>> = arguments.iter().map(string).collect();
    let texts = texts.as_deref();
    let wrong = |name, what| Err(InvalidMapping::Arguments(name, what));
    match (name, arguments, texts) {
        ("from", _, Some([other])) => Ok(Step::From(path(other)?)),
        ("from", ..) => wrong("from", "the name of a field in quotes"),
        ("value", [json], _) => Ok(Step::Value(json.clone())),
        ("value", ..) => wrong("value", "one JSON value"),
        ("default", [json], _) => Ok(Step::Default(json.clone())),
        ("default", ..) => wrong("default", "one JSON value"),
        ("remove", [], _) => Ok(Step::Remove),
        ("remove", ..) => wrong("remove", "nothing"),
        ("trim", [], _) => Ok(Step::Trim),
        ("trim", ..) => wrong("trim", "nothing: trim_prefix and trim_suffix take a text"),
        ("trim_prefix", _, Some([prefix])) => Ok(Step::TrimPrefix(prefix.clone())),
        ("trim_prefix", ..) => wrong("trim_prefix", "one text in quotes"),
        ("trim_suffix", _, Some([suffix])) => Ok(Step::TrimSuffix(suffix.clone())),
        ("trim_suffix", ..) => wrong("trim_suffix", "one text in quotes"),
        ("replace", _, Some([what, with])) if !what.is_empty() => {
            Ok(Step::Replace(what.clone(), with.clone()))
        }
        ("replace", ..) => wrong("replace", "two texts in quotes, the first not empty"),
        ("lower", [], _) => Ok(Step::Lower),
        ("lower", ..) => wrong("lower", "nothing"),
        ("upper", [], _) => Ok(Step::Upper),
        ("upper", ..) => wrong("upper", "nothing"),
        ("text", [], _) => Ok(Step::Text),
        ("text", ..) => wrong("text", "nothing"),
        (other, ..) => Err(InvalidMapping::Function(other.to_owned())),
    }
}
