//! What every line has: the lake's name, and the request's id. A metric filter takes the dimension of its metric from a field of
//! the line it counts, whoever looks for one invocation filters by its id, and `tracing` has no fields that every event
//! shares.

use std::fmt::{Result, Write as _};

use serde_json::Value;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormattedFields,
        format::{FormatEvent, FormatFields, Writer},
    },
    registry::LookupSpan,
};

/// The field of the runtime's span that has the request's id.
const REQUEST_ID: &str = "requestId";

/// A format whose lines are JSON objects, with fields put before theirs.
#[derive(Debug)]
pub(super) struct Named<F> {
    /// `"lake":"..."`, and a comma.
    lake: String,
    format: F,
}

impl<F> Named<F> {
    /// The lines of `format`; with a name, each begins with the field `lake`. Within an invocation it has `request_id`.
    pub(super) fn new(lake: Option<&str>, format: F) -> Self {
        let lake = lake.map(|lake| format!("\"lake\":{},", Value::from(lake))).unwrap_or_default();
        Self { lake, format }
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
        let mut fields = self.lake.clone();
        if let Some(id) = request_id(context) {
            write!(fields, "\"request_id\":{id},")?;
        }
        if fields.is_empty() {
            return self.format.format_event(context, writer, event);
        }
        let mut line = String::new();
        self.format.format_event(context, Writer::new(&mut line), event)?;
        // Every line has at least a level, so what follows the brace is a field.
        match line.strip_prefix('{') {
            Some(rest) => write!(writer, "{{{fields}{rest}"),
            None => writer.write_str(&line),
        }
    }
}

/// The id of the request that the event is within, as JSON: the fields of spans are kept as that.
fn request_id<S, N>(context: &FmtContext<'_, S, N>) -> Option<Value>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    context.event_scope()?.find_map(|span| {
        let extensions = span.extensions();
        let fields = &extensions.get::<FormattedFields<N>>()?.fields;
        let mut fields: Value = serde_json::from_str(fields).ok()?;
        fields.get_mut(REQUEST_ID).map(Value::take)
    })
}
