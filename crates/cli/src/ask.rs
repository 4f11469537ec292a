//! `tributary rows` and `tributary query`: the HTTP API in this process, on the lake that the environment names, asked
//! as any caller asks it.

mod conversation;
mod shown;

use clap::{Args, ValueEnum};
use domain::DatasetName;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{failure::Failure, lake::RemoteLake, log, output, stop::Stop};

use conversation::{Conversation, Question};

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
  tributary rows bookings --where 'booked_at=gte.2026-11-23T00:00:00Z' --format parquet > bookings.parquet

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
    /// error says so.
    #[arg(long, value_name = "ROWS")]
    limit: Option<u64>,
    /// The form of the rows.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
    /// With --format csv: put an apostrophe before each text that a spreadsheet would take for a formula, and every text
    /// in quotes.
    #[arg(long)]
    spreadsheet: bool,
}

/// What rows are printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Aligned columns, for a person.
    Table,
    /// RFC 4180.
    Csv,
    /// An array of records.
    Json,
    /// A record a line.
    Ndjson,
    /// What pandas reads as orient="columns".
    Columns,
    /// A Parquet file.
    Parquet,
    /// An Arrow IPC stream.
    Arrow,
}

impl Form {
    /// What the API is asked for.
    fn name(self) -> &'static str {
        match self {
            Self::Table | Self::Json => "json",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Columns => "columns",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
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
    let limit = options.answer.limit.map(|limit| limit.to_string());
    parameters.extend(limit.as_deref().map(|limit| ("limit", limit)));
    let query: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let path = format!("/v1/datasets/{}/rows?{}", options.dataset, query.join("&"));
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
        serde_json::to_string(&Body { sql: &options.sql, parameters, limit: options.answer.limit })
    });
    let body = body.map_err(|error| Failure::Input(error.to_string()))?;
    let path = "/v1/queries?".to_owned();
    let question = Question { method: "POST", path, body: Some(body) };
    ask(question, &options.answer).await
}

/// Prints the answer. If the limit kept rows away, whoever set it, a note says so: nobody shall take the answer for all.
async fn ask(mut question: Question, answer: &AnswerOptions) -> Result<(), Failure> {
    use std::io::IsTerminal;
    let AnswerOptions { format: form, spreadsheet, .. } = *answer;
    let name = form.name();
    if spreadsheet && form != Form::Csv {
        return Err(Failure::Input("--spreadsheet is about CSV: give it with --format csv".to_owned()));
    }
    if form.is_binary() && std::io::stdout().is_terminal() {
        return Err(Failure::Input(format!(
            "{name} is not for a terminal: write it into a file, with > FILE"
        )));
    }
    let csv = if spreadsheet { "&_csv=spreadsheet" } else { "" };
    question.path.push_str(&format!("&format={name}{csv}"));
    question.path = question.path.replacen("?&", "?", 1);

    let lake = RemoteLake::from_environment().await?;
    let conversation = Conversation::new(&lake);
    let mut stop = Stop::watch()?;
    let answer = conversation.rows(&question, &mut stop).await?;
    match form {
        Form::Table => output::print(&shown::table(&answer.body)?)?,
        _ => output::write(&answer.body)?,
    };
    if answer.is_cut {
        let rows = answer.rows.map(|rows| format!("{rows} ")).unwrap_or_default();
        output::note(&format!(
            "these are the first {rows}rows, and there are more: say how many you want with --limit"
        ));
    }
    Ok(())
}

/// The text as part of a query string.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
