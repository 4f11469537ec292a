//! Results that cannot be rendered. The names of a result's columns may be a caller's text, so the log has their positions.

use domain::{DataType, port::QueryId};

use crate::{
    execution::ExecuteError,
    plan::column::OutputColumn,
    problem::{Problem, ProblemKind, quote},
    render::{PageError, RenderError, result::MalformedResult},
    service::failures,
};

/// There is no page.
pub(in crate::service) fn unrendered(error: PageError, id: &QueryId, columns: &[OutputColumn]) -> Problem {
    let error = match error {
        PageError::Read(error) => return failures::failed(&ExecuteError::of_result(error, id)),
        PageError::Render(error) => error,
    };
    // Counted from 1.
    let position = |name: &str| columns.iter().position(|column| column.name == name).map(|index| index + 1);
    let problem = match error {
        RenderError::TooLarge { maximum } => {
            let detail = format!(
                "one row is longer than the {maximum} bytes that an answer may have: select fewer columns"
            );
            Problem::new(ProblemKind::ResultTooLarge, detail).with("maximum", maximum)
        }
        // Athena computes with years that have more figures, and no format of the answers has them.
        RenderError::Cell { column, data_type: DataType::Date | DataType::Timestamp, row } => {
            let position = position(&column);
            tracing::info!(query_id = %id, position, row, "a result has a time that cannot be rendered");
            let detail = format!(
                "a date or a time in column {} of the result is not of the years 0000 to 9999",
                quote(&column)
            );
            Problem::new(ProblemKind::NotComputable, detail)
        }
        RenderError::Cell { column, data_type: _, row } => {
            let position = position(&column);
            tracing::error!(query_id = %id, position, row, "a result has a value that is not of its column's type");
            unreadable()
        }
        RenderError::Malformed(MalformedResult::Header { expected, found }) => {
            let (expected, found) = (expected.len(), found.len());
            tracing::error!(query_id = %id, expected, found, "a result has the columns of another query");
            unreadable()
        }
        error => {
            tracing::error!(query_id = %id, error = domain::chain(&error), "a result cannot be rendered");
            unreadable()
        }
    };
    problem.with("query_id", id.as_str())
}

fn unreadable() -> Problem {
    let detail = "the query's result cannot be read: the lake's operator finds the reason in the log";
    Problem::new(ProblemKind::EngineFailed, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Log;

    #[test]
    fn no_name_of_a_column_is_in_the_log() {
        let column = |name: &str| OutputColumn { name: name.to_owned(), data_type: DataType::Date };
        let columns = [column("a"), column("hunter2")];
        let cell = |data_type| RenderError::Cell { column: "hunter2".to_owned(), data_type, row: 7 };
        let header = MalformedResult::Header {
            expected: vec!["hunter2".to_owned()],
            found: vec![Some("hunter2".to_owned()), None],
        };
        for (error, status, told) in [
            (cell(DataType::Date), 400, "\"position\":2"),
            (cell(DataType::Timestamp), 400, "\"position\":2"),
            (cell(DataType::BigInt), 502, "\"position\":2"),
            (RenderError::Malformed(header), 502, "\"found\":2"),
        ] {
            let (log, _guard) = Log::start();
            let problem = unrendered(PageError::Render(error), &QueryId::new("memory-0"), &columns);
            assert_eq!(problem.status(), status);
            let text = log.text();
            assert!(text.contains(told) && text.contains("memory-0"), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}
