//! The lake's name in every line. A metric filter takes the dimension of its metric from a field of the line it counts,
//! and `tracing` has no fields that every event shares.

use std::fmt::Result;

use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{
        FmtContext,
        format::{FormatEvent, FormatFields, Writer},
    },
    registry::LookupSpan,
};

/// A format whose lines are JSON objects, with a field put before theirs.
#[derive(Debug)]
pub(super) struct Named<F> {
    /// `"lake":"..."`, and a comma.
    field: Option<String>,
    format: F,
}

impl<F> Named<F> {
    /// The lines of `format`; with a name, each begins with the field `lake`.
    pub(super) fn new(lake: Option<&str>, format: F) -> Self {
        let field = lake.map(|lake| format!("\"lake\":{},", serde_json::Value::from(lake)));
        Self { field, format }
    }
}

impl<S, N, F> FormatEvent<S, N> for Named<F>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> Result {
        let Some(field) = &self.field else {
            return self.format.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.format.format_event(context, Writer::new(&mut line), event)?;
        // Every line has at least a level, so what follows the brace is a field.
        match line.strip_prefix('{') {
            Some(rest) => write!(writer, "{{{field}{rest}"),
            None => writer.write_str(&line),
        }
    }
}
