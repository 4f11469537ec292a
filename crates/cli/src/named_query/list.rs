//! `tributary named-query list`: which there are, and which of them cannot be run.

use clap::Args;
use domain::{
    QueryName, key,
    port::{ObjectStore, StoreError},
};
use query::{InvalidQuery, NamedQuery};
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    lake::RemoteLake,
    output::{self, Side, Table},
};

/// List the named queries of the lake, with those that the API leaves out, and why.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary named-query list
  tributary named-query list --json | jq -r '.named_queries[] | select(.error != null) | .name'

A parameter in brackets has a default.")]
pub(super) struct ListOptions {
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// A query of the bucket, or why it is none.
type Found = (QueryName, Result<NamedQuery, InvalidQuery>);

pub(super) async fn run(options: ListOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let spinner = output::spinner("reading the named queries");
    let found = read_all(&lake.store, &lake.settings.database).await;
    spinner.finish_and_clear();
    let found = found.map_err(|error| lake.failure(error))?;
    if options.json {
        let queries: Vec<Value> = found.iter().map(machine).collect();
        output::print_json(&json!({ "named_queries": queries }))?;
    } else {
        output::print(&person(&found))?;
    }
    Ok(())
}

/// In order of name.
async fn read_all<S: ObjectStore>(store: &S, database: &str) -> Result<Vec<Found>, StoreError> {
    let objects = store.list_all(key::QUERIES).await?;
    let mut found = Vec::new();
    for name in objects.iter().filter_map(|object| key::named_query_of(&object.key)) {
        // One that is deleted since it was listed is none.
        if let Some(bytes) = store.find(&key::named_query(&name)).await? {
            let query = NamedQuery::from_json(&name, &bytes, database);
            found.push((name, query));
        }
    }
    Ok(found)
}

fn machine((name, query): &Found) -> Value {
    match query {
        Ok(query) => json!({
            "name": name.as_str(),
            "description": query.description(),
            "parameters": query.parameters()
                .map(|(name, required)| json!({ "name": name, "required": required }))
                .collect::<Vec<_>>(),
            "datasets": query.datasets().collect::<Vec<_>>(),
            "error": null,
        }),
        Err(error) => json!({ "name": name.as_str(), "error": domain::chain(error) }),
    }
}

fn person(found: &[Found]) -> String {
    if found.is_empty() {
        return "No named queries. `tributary named-query apply NAME.json` puts one there.".to_owned();
    }
    let mut table = Table::new([
        ("QUERY", Side::Left),
        ("PARAMETERS", Side::Left),
        ("READS", Side::Left),
        ("DESCRIPTION", Side::Left),
    ]);
    for (name, query) in found {
        table.push(match query {
            Ok(query) => {
                let parameters = query
                    .parameters()
                    .map(|(name, required)| if required { name.to_owned() } else { format!("[{name}]") });
                let datasets: Vec<String> = query.datasets().map(ToString::to_string).collect();
                [
                    name.to_string(),
                    or_dash(parameters.collect::<Vec<_>>().join(", ")),
                    or_dash(datasets.join(", ")),
                    output::one_line(query.description().unwrap_or_default()),
                ]
            }
            Err(error) => {
                let why = output::one_line(&domain::chain(error));
                [name.to_string(), "-".to_owned(), "-".to_owned(), format!("NOT valid: {why}")]
            }
        });
    }
    table.to_string()
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "-".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use domain::{memory::MemoryStore, port::PutMode};

    use super::*;

    #[tokio::test]
    async fn what_cannot_be_run_is_listed_with_the_reason() {
        let store = MemoryStore::default();
        for (name, object) in [
            (
                "a",
                r#"{"name": "a", "sql": "SELECT 1 AS one FROM seats WHERE seat = :seat",
                "parameters": [{"name": "seat", "type": "bigint", "default": 1}]}"#,
            ),
            ("b", r#"{"name": "b", "sql": "DROP TABLE seats"}"#),
        ] {
            let key = format!("queries/{name}.json");
            store.put(&key, object.into(), PutMode::Create).await.unwrap();
        }
        let found = read_all(&store, "tributary").await.unwrap();
        let text = person(&found);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[1].contains("[seat]") && lines[1].contains("seats"), "{text}");
        assert!(lines[2].contains("NOT valid") && lines[2].contains("DROP"), "{text}");
        assert_eq!(machine(&found[0])["parameters"], json!([{ "name": "seat", "required": false }]));
        assert!(machine(&found[1])["error"].is_string());
        assert!(person(&[]).starts_with("No named queries."));
    }
}
