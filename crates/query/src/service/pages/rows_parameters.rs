//! The query string of `/v1/queries/{id}/rows`, and the page that it asks for.

use domain::key::ExecutionName;

use crate::{
    access::Caller,
    execution::record::QueryRecord,
    paging::result_cursor::Cursor,
    problem::{Problem, ProblemKind, quote},
    render::Position,
    request::{
        self,
        format::Format,
        representation::{FormatOptions, Representation},
    },
    service::failures,
};

/// The query string of `/v1/queries/{id}/rows`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::service) struct RowsParameters {
    /// `cursor`.
    pub(in crate::service) cursor: Option<String>,
    limit: Option<u64>,
    format: Option<Format>,
    numbers_as_strings: Option<bool>,
    spreadsheet: Option<bool>,
}

impl RowsParameters {
    /// Takes it apart. More rows than the caller's key allows are 403, as everywhere, and more than `max_rows` are 400.
    pub(in crate::service) fn parse(query: &str, caller: &Caller, max_rows: u64) -> Result<Self, Problem> {
        const WORDS: [&str; 5] = ["cursor", "format", "limit", "_numbers", "_csv"];
        let mut parameters = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (request::decode(name)?, request::decode(value)?);
            let twice = match name.as_str() {
                "cursor" => parameters.cursor.replace(value).is_some(),
                "limit" => parameters.limit.replace(limit(&value, caller, max_rows)?).is_some(),
                "format" => parameters.format.replace(Format::choose(Some(&value), None)?).is_some(),
                "_numbers" => parameters.numbers_as_strings.replace(request::numbers(&value)?).is_some(),
                "_csv" => parameters.spreadsheet.replace(request::spreadsheet(&value)?).is_some(),
                _ => {
                    let detail = format!("unknown query parameter {}", quote(&name));
                    let problem = Problem::new(ProblemKind::UnknownParameter, detail);
                    return Err(problem.suggesting(&name, "parameters", WORDS.into_iter()));
                }
            };
            if twice {
                let detail = format!("{name} is given twice: give it once");
                return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", name));
            }
        }
        let Self { cursor, limit, format, numbers_as_strings, spreadsheet } = &parameters;
        let options = numbers_as_strings.is_some() || spreadsheet.is_some();
        let others = limit.is_some() || format.is_some() || options;
        if cursor.is_some() && others {
            let detail = "a cursor stands alone: everything else is in it";
            return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "cursor"));
        }
        Ok(parameters)
    }

    /// The page that they ask for.
    pub(in crate::service) fn page(
        &self,
        name: &ExecutionName,
        record: &QueryRecord,
    ) -> Result<Cursor, Problem> {
        if let Some(cursor) = &self.cursor {
            return Cursor::decode(cursor, name, &record.secret).ok_or_else(|| {
                let detail = format!(
                    "the cursor {} is none of this query's: follow the Link of the page before, or begin again at {}",
                    quote(cursor),
                    format_args!("/v1/queries/{name}/rows")
                );
                Problem::new(ProblemKind::InvalidCursor, detail).with("parameter", "cursor")
            });
        }
        let representation = record.representation().ok_or_else(failures::other_version)?;
        let options = FormatOptions {
            numbers_as_strings: self.numbers_as_strings.unwrap_or(representation.options.numbers_as_strings),
            spreadsheet: self.spreadsheet.unwrap_or(representation.options.spreadsheet),
        };
        let representation = Representation { format: self.format.unwrap_or(representation.format), options };
        Ok(Cursor { start: Position::START, limit: self.limit, representation })
    }
}

fn limit(value: &str, caller: &Caller, max_rows: u64) -> Result<u64, Problem> {
    let limit = request::limit(value)?;
    caller.may_ask_for(Some(limit))?;
    let max_rows = caller.max_rows(max_rows);
    if (1..=max_rows).contains(&limit) {
        return Ok(limit);
    }
    let detail = format!("limit {limit} is no length of a page: it may have 1 to {max_rows} rows");
    Err(Problem::new(ProblemKind::TooMuch, detail).with("parameter", "limit").with("maximum", max_rows))
}

#[cfg(test)]
mod tests {
    use domain::access::Rights;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn parameters_are_few_and_each_is_checked() {
        let parse = |query: &str| RowsParameters::parse(query, &Caller::default(), 100);
        assert_eq!(parse("").unwrap(), RowsParameters::default());
        let all = parse("limit=100&format=csv").unwrap();
        assert_eq!((all.limit, all.format), (Some(100), Some(Format::Csv)));
        assert_eq!(parse("cursor=a%2Db").unwrap().cursor.as_deref(), Some("a-b"));
        for (query, words) in [
            ("limit=0", "1 to 100 rows"),
            ("limit=101", "1 to 100 rows"),
            ("limit=x", "not a whole number"),
            ("limit=1&limit=1", "given twice"),
            ("format=xml", "unknown format"),
            ("cursors=x", "did you mean \"cursor\"?"),
            ("cursor=x&limit=1", "stands alone"),
            ("cursor=x&_numbers=string", "stands alone"),
            ("cursor=x&_csv=exact", "stands alone"),
            ("_numbers=1", "neither exact"),
            ("_csv=1", "neither exact"),
            ("_csv=exact&_csv=exact", "given twice"),
            ("cursor=%", "hexadecimal"),
        ] {
            let problem = parse(query).unwrap_err();
            assert_eq!(problem.status(), 400);
            assert!(problem.to_string().contains(words), "{query}: {problem}");
        }
    }

    /// The bound of a key is a 403 wherever rows are asked for, and what the API has not for anybody is a 400.
    #[test]
    fn a_page_is_held_to_the_bound_of_a_key_and_to_the_setting() {
        for (key, limit, status, maximum) in [
            (Some(20), 20, 200, 0),
            (Some(20), 21, 403, 20),
            (Some(20), 101, 403, 20),
            (Some(20), 0, 400, 20),
            (Some(100), 101, 403, 100),
            (Some(200), 100, 200, 0),
            (Some(200), 101, 400, 100),
            (Some(200), 201, 403, 200),
            (None, 100, 200, 0),
            (None, 101, 400, 100),
        ] {
            let caller = match key {
                Some(rows) => Caller::with(Rights { max_rows: Some(rows), ..Rights::default() }),
                None => Caller::default(),
            };
            match RowsParameters::parse(&format!("limit={limit}"), &caller, 100) {
                Ok(parameters) => assert_eq!((parameters.limit, status), (Some(limit), 200), "{key:?}"),
                Err(problem) => {
                    assert_eq!(problem.status(), status, "{key:?} {limit}");
                    let body: Value = serde_json::from_str(&problem.to_json()).unwrap();
                    let said = json!([body["parameter"], body["maximum"]]);
                    assert_eq!(said, json!(["limit", maximum]), "{key:?} {limit}");
                }
            }
        }
    }
}
