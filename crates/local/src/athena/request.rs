//! What a client asks for, held against Athena's limits.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::error::{INVALID_INPUT, Violations, invalid, refused};
use crate::protocol::json::JsonError;

const MAX_SQL: usize = 262_144;
const TOKEN: std::ops::RangeInclusive<usize> = 32..=128;
const PARAMETER: std::ops::RangeInclusive<usize> = 1..=1_024;

/// Reads an operation's input. Members that are null count as absent.
pub(super) fn input<T: DeserializeOwned>(mut body: Value) -> Result<T, JsonError> {
    if let Value::Object(members) = &mut body {
        members.retain(|_, value| !value.is_null());
    }
    serde_json::from_value(body).map_err(|error| {
        let text = error.to_string();
        let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        match missing {
            Some(member) => {
                let mut violations = Violations::default();
                violations.null(&lower_camel(member));
                violations.error()
            }
            None => JsonError::new("SerializationException", text),
        }
    })
}

fn lower_camel(member: &str) -> String {
    let mut letters = member.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Start {
    pub(super) query_string: String,
    pub(super) client_request_token: Option<String>,
    #[serde(default)]
    pub(super) execution_parameters: Vec<String>,
    pub(super) work_group: Option<String>,
    #[serde(default)]
    pub(super) query_execution_context: Context,
    #[serde(default)]
    pub(super) result_configuration: ResultConfiguration,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Context {
    pub(super) database: Option<String>,
    pub(super) catalog: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ResultConfiguration {
    pub(super) output_location: Option<String>,
}

impl Start {
    /// The bounds of the service model. The token is required: the SDKs make one where their caller does not.
    pub(super) fn check(&self) -> Result<(), JsonError> {
        let mut violations = Violations::default();
        violations.length("queryString", &self.query_string, 1, MAX_SQL);
        if let Some(token) = &self.client_request_token {
            violations.length("clientRequestToken", token, *TOKEN.start(), *TOKEN.end());
        }
        for (index, parameter) in self.execution_parameters.iter().enumerate() {
            let member = format!("executionParameters.{}.member", index + 1);
            violations.length(&member, parameter, *PARAMETER.start(), *PARAMETER.end());
        }
        violations.check()?;
        let Some(token) = &self.client_request_token else {
            return Err(invalid("clientRequestToken is null or empty"));
        };
        if token.len() > *TOKEN.end() {
            return Err(invalid("clientRequestToken exceeds maximum allowed length 128"));
        }
        match self.query_execution_context.catalog.as_deref() {
            None | Some("") => Ok(()),
            Some(catalog) if catalog.eq_ignore_ascii_case("AwsDataCatalog") => Ok(()),
            Some(other) => Err(refused("DATACATALOG_NOT_FOUND", format!("Catalog '{other}' does not exist"))),
        }
    }

    /// The database of tables that are named without one, if it says so. awswrangler writes it in backticks.
    pub(super) fn database(&self) -> Option<&str> {
        let name = self.query_execution_context.database.as_deref()?.trim_matches('`');
        (!name.is_empty()).then_some(name)
    }

    /// Whether this is the request that started an execution before, as Athena compares two of one token: by
    /// the text, catalog, database and output location as they were sent. Neither the parameters nor the
    /// workgroup count.
    pub(super) fn repeats(&self, earlier: &Self) -> bool {
        self.query_string == earlier.query_string
            && self.query_execution_context == earlier.query_execution_context
            && self.result_configuration == earlier.result_configuration
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ById {
    pub(super) query_execution_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ByIds {
    pub(super) query_execution_ids: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Results {
    pub(super) query_execution_id: String,
    pub(super) next_token: Option<String>,
    pub(super) max_results: Option<i64>,
}

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    pub(super) next_token: Option<String>,
    pub(super) max_results: Option<i64>,
    pub(super) work_group: Option<String>,
}

impl List {
    /// The page's size: what is asked for within the bounds, else the most.
    pub(super) fn size(&self, least: i64, most: i64) -> Result<usize, JsonError> {
        let mut violations = Violations::default();
        if let Some(token) = &self.next_token {
            violations.length("nextToken", token, 1, 1_024);
        }
        if let Some(size) = self.max_results {
            violations.range("maxResults", size, least, most);
        }
        violations.check()?;
        Ok(self.max_results.and_then(|size| usize::try_from(size).ok()).unwrap_or(50))
    }
}

/// The bucket and the prefix of an output location: the prefix ends in `/`, or is empty.
pub(super) fn s3_location(location: &str) -> Result<(String, String), JsonError> {
    let wrong = || refused(INVALID_INPUT, "outputLocation is not a valid S3 path.".to_owned());
    let rest = location.strip_prefix("s3://").ok_or_else(wrong)?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(wrong());
    }
    let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
    Ok((bucket.to_owned(), format!("{prefix}{slash}")))
}
