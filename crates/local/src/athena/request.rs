//! What a client asks for, held against Athena's limits.

use serde::Deserialize;

use crate::protocol::json::JsonError;

const MAX_SQL: usize = 262_144;
const TOKEN: std::ops::RangeInclusive<usize> = 32..=128;
const PARAMETER: std::ops::RangeInclusive<usize> = 1..=1_024;

pub(super) fn invalid(message: impl Into<String>) -> JsonError {
    JsonError::new("InvalidRequestException", message)
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Start {
    pub(super) query_string: String,
    pub(super) client_request_token: Option<String>,
    pub(super) execution_parameters: Vec<String>,
    pub(super) work_group: Option<String>,
    pub(super) query_execution_context: Context,
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
    pub(super) fn check(&self) -> Result<(), JsonError> {
        if self.query_string.trim().is_empty() {
            return Err(invalid("QueryString must not be empty"));
        }
        if self.query_string.len() > MAX_SQL {
            let found = self.query_string.len();
            return Err(invalid(format!("QueryString has {found} bytes: the most are {MAX_SQL}")));
        }
        if let Some(token) = &self.client_request_token
            && !TOKEN.contains(&token.chars().count())
        {
            return Err(invalid("ClientRequestToken must have 32 to 128 characters"));
        }
        for (index, parameter) in self.execution_parameters.iter().enumerate() {
            if !PARAMETER.contains(&parameter.chars().count()) {
                return Err(invalid(format!("ExecutionParameters[{index}] must have 1 to 1024 characters")));
            }
        }
        match self.query_execution_context.catalog.as_deref() {
            None | Some("") => Ok(()),
            Some(catalog) if catalog.eq_ignore_ascii_case("AwsDataCatalog") => Ok(()),
            Some(other) => {
                Err(invalid(format!("the catalog {other:?} does not exist: the only one is AwsDataCatalog")))
            }
        }
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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WorkGroup {
    pub(super) work_group: String,
}
