//! `tributary rows`, `tributary query` and `tributary named-query run`: the HTTP API in this process, on the lake that the
//! environment names, asked as any caller asks it.

mod conversation;
mod export;
mod form;
mod shown;

use std::path::PathBuf;

use clap::Args;
use domain::{DatasetName, QueryName};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{failure::Failure, lake::RemoteLake, log, output, stop::Stop};

use conversation::{Conversation, Question};
use export::Export;
use form::Form;

/// Rows of a dataset.
///
/// Filters are those of the HTTP API: `column=operator.value`. It runs a query on the lake's engine, with the rights
/// of the AWS credentials in the environment. Ctrl-C cancels the query.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary rows passengers --limit 20
  tributary rows bookings --where price=gte.100 --where 'currency=in.(EUR,USD)' --order booked_at.desc
  tributary rows bookings --select 'currency,total:price.sum(),count()' --format csv
  tributary rows bookings --format csv --spreadsheet > bookings.csv
  tributary rows bookings --where 'booked_at=gte.2026-11-23T00:00:00Z' --output bookings.parquet
  tributary rows bookings --output bookings.csv

Exit status: 0 done, 1 the lake failed, 2 wrong options, filters or columns, 130 interrupted.")]
pub(crate) struct RowsOptions {
    /// The dataset.
    #[arg(value_name = "DATASET")]
    dataset: DatasetName,
    /// A filter, as column=operator.value, and=(…) or or=(…); all that are given must hold.
    #[arg(long = "where", value_name = "FILTER")]
    filters: Vec<String>,
    /// The columns, as in the HTTP API.
    #[arg(long, value_name = "COLUMNS")]
    select: Option<String>,
    /// The order, as in the HTTP API.
    #[arg(long, value_name = "TERMS")]
    order: Option<String>,
    #[command(flatten)]
    answer: AnswerOptions,
}

/// Run one SELECT on the lake.
///
/// It is Athena's SQL, read-only, on the datasets of this lake. Values are bound for each `?` with --parameter. It runs
/// with the rights of the AWS credentials in the environment. Ctrl-C cancels the query.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary query 'SELECT count(*) AS rows FROM passengers'
  tributary query 'SELECT name FROM passengers WHERE passenger_id < ?' --parameter 10 --format csv
  tributary query 'SELECT * FROM passengers' --output passengers.ndjson

A parameter is JSON: 10, true, \"a text\", {\"type\": \"date\", \"value\": \"2026-11-23\"}; what is none is taken as a text.

Exit status: 0 done, 1 the lake failed, 2 wrong options or SQL, 130 interrupted.")]
pub(crate) struct QueryOptions {
    /// One SELECT.
    #[arg(value_name = "SQL")]
    sql: String,
    /// What a `?` stands for, in order.
    #[arg(long = "parameter", value_name = "VALUE")]
    parameters: Vec<String>,
    #[command(flatten)]
    answer: AnswerOptions,
}

/// Run a named query of the lake.
///
/// It is the query of GET /v1/named-queries/NAME/rows, with the rights of the AWS credentials in the environment. Ctrl-C
/// cancels it. `tributary named-query list` says which there are, and their parameters.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary named-query run busiest-flights
  tributary named-query run passengers-of-flight --parameter flight=1001 --format csv

Exit status: 0 done, 1 the lake failed, 2 wrong options or parameters, 130 interrupted.")]
pub(crate) struct NamedRowsOptions {
    /// The query.
    #[arg(value_name = "NAME")]
    name: QueryName,
    /// What a parameter is; may be repeated.
    #[arg(long = "parameter", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    #[command(flatten)]
    answer: AnswerOptions,
}

/// Free SQL as the HTTP API takes it.
#[derive(Debug, Serialize)]
struct Body<'a> {
    sql: &'a str,
    parameters: Vec<Box<RawValue>>,
    limit: Option<u64>,
}

/// How the answer is to be.
#[derive(Debug, Args)]
struct AnswerOptions {
    /// The most rows; 100 unless given, or for SQL with a LIMIT of its own, that. If there are more, a note on standard
    /// error says so. With --output all, unless given.
    #[arg(long, value_name = "ROWS")]
    limit: Option<u64>,
    /// The form of the rows [default: table; with --output, by the ending of FILE]. A terminal gets control characters, and
    /// marks for the direction of text, escaped; a pipe and a file get the exact bytes.
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Write the rows into a file, all of them, in place of one that is there. CSV and NDJSON are written page by page,
    /// however many rows there are; the other forms have up to 256 MiB.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// With --format csv: put an apostrophe before each text that a spreadsheet would take for a formula, and every text
    /// in quotes.
    #[arg(long)]
    spreadsheet: bool,
}

impl AnswerOptions {
    /// The most rows that are asked for, if somebody says how many.
    fn limit(&self) -> Option<u64> {
        self.limit.or_else(|| self.output.as_ref().map(|_| query::MOST_ROWS))
    }

    fn form(&self) -> Result<Form, Failure> {
        match (self.format, &self.output) {
            (Some(Form::Table), Some(_)) => Err(Failure::Input(
                "a table is for a terminal: write csv, ndjson, json, parquet or arrow into a file".to_owned(),
            )),
            (Some(form), _) => Ok(form),
            (None, None) => Ok(Form::Table),
            (None, Some(path)) => Form::of_file(path).ok_or_else(|| {
                Failure::Input(format!(
                    "the ending of {} says no form: give --format csv, ndjson, json, parquet or arrow",
                    path.display()
                ))
            }),
        }
    }
}

pub(crate) async fn rows(options: RowsOptions) -> Result<(), Failure> {
    log::start()?;
    let mut parameters = Vec::new();
    for filter in &options.filters {
        let Some((name, value)) = filter.split_once('=') else {
            return Err(Failure::Input(format!(
                "--where {filter:?} is no filter: write column=operator.value, as price=gte.100"
            )));
        };
        parameters.push((name, value));
    }
    parameters.extend(options.select.as_deref().map(|select| ("select", select)));
    parameters.extend(options.order.as_deref().map(|order| ("order", order)));
    let limit = options.answer.limit().map(|limit| limit.to_string());
    parameters.extend(limit.as_deref().map(|limit| ("limit", limit)));
    let query: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let path = format!("/v1/datasets/{}/rows?{}", options.dataset, query.join("&"));
    let question = Question { method: "GET", path, body: None };
    ask(question, &options.answer).await
}

pub(crate) async fn named(options: NamedRowsOptions) -> Result<(), Failure> {
    log::start()?;
    let mut parameters = Vec::new();
    for parameter in &options.parameters {
        let Some((name, value)) = parameter.split_once('=') else {
            return Err(Failure::Input(format!(
                "--parameter {parameter:?} is none: write NAME=VALUE, as flight=1001"
            )));
        };
        parameters.push(format!("{}={}", encoded(name), encoded(value)));
    }
    parameters.extend(options.answer.limit().map(|limit| format!("limit={limit}")));
    let path = format!("/v1/named-queries/{}/rows?{}", options.name, parameters.join("&"));
    let question = Question { method: "GET", path, body: None };
    ask(question, &options.answer).await
}

pub(crate) async fn query(options: QueryOptions) -> Result<(), Failure> {
    log::start()?;
    // A number stays as it is written: every digit of it may count.
    let parameter = |text: &String| match serde_json::from_str::<Box<RawValue>>(text) {
        Ok(value) => Ok(value),
        Err(_) => to_raw_value(text),
    };
    let parameters = options.parameters.iter().map(parameter).collect::<Result<_, _>>();
    let body = parameters.and_then(|parameters| {
        serde_json::to_string(&Body { sql: &options.sql, parameters, limit: options.answer.limit() })
    });
    let body = body.map_err(|error| Failure::Input(error.to_string()))?;
    let path = "/v1/queries?".to_owned();
    let question = Question { method: "POST", path, body: Some(body) };
    ask(question, &options.answer).await
}

/// Prints the answer. If the limit kept rows away, whoever set it, a note says so: nobody shall take the answer for all.
async fn ask(mut question: Question, answer: &AnswerOptions) -> Result<(), Failure> {
    let (form, spreadsheet) = (answer.form()?, answer.spreadsheet);
    let name = form.name();
    if spreadsheet && form != Form::Csv {
        return Err(Failure::Input("--spreadsheet is about CSV: give it with --format csv".to_owned()));
    }
    if form.is_binary() && answer.output.is_none() && output::output_is_a_terminal() {
        return Err(Failure::Input(format!(
            "{name} is not for a terminal: write it into a file, with --output FILE"
        )));
    }
    let csv = if spreadsheet { "&_csv=spreadsheet" } else { "" };
    question.path.push_str(&format!("&format={name}{csv}"));
    question.path = question.path.replacen("?&", "?", 1);

    let lake = RemoteLake::from_environment().await?;
    let conversation = Conversation::new(&lake);
    let mut stop = Stop::watch()?;
    if let Some(path) = &answer.output {
        let mut export = Export::open(path, form)?;
        let (rows, is_cut) = if form.is_lines() {
            conversation.pages(&question, &mut stop, |page| export.push(page)).await?
        } else {
            let answer = conversation.rows(&question, &mut stop).await?;
            export.push(&answer.body)?;
            (answer.rows.unwrap_or_default(), answer.is_cut)
        };
        export.finish()?;
        output::note(&format!("{} in {}", output::counted(rows, "row"), path.display()));
        if is_cut {
            output::note("there are more rows: without --limit all of them are written");
        }
        return Ok(());
    }
    let answer = conversation.rows(&question, &mut stop).await?;
    match form {
        Form::Table => output::print(&shown::table(&answer.body)?)?,
        _ => output::write(&answer.body, form.notation())?,
    };
    if answer.is_cut {
        let rows = match answer.rows {
            Some(1) => "this is the first row".to_owned(),
            Some(rows) => format!("these are the first {rows} rows"),
            None => "these are the first rows".to_owned(),
        };
        output::note(&format!(
            "{rows}, and there are more: say how many you want with --limit, or write all with --output FILE"
        ));
    }
    Ok(())
}

/// The text as part of a query string.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
