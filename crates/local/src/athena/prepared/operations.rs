//! The operations on prepared statements, as clients call them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PreparedStatements, Statement, not_found, of};
use crate::{
    athena::{WorkGroups, error::invalid, request::List},
    protocol::json::JsonError,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::athena) struct Write {
    statement_name: String,
    work_group: String,
    query_statement: String,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::athena) struct Named {
    statement_name: String,
    work_group: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::athena) struct Several {
    prepared_statement_names: Vec<String>,
    work_group: String,
}

impl PreparedStatements {
    pub(in crate::athena) fn create(
        &self,
        groups: &WorkGroups,
        input: Write,
        now: f64,
    ) -> Result<Value, JsonError> {
        let Write { statement_name, work_group, query_statement, description } = input;
        groups.check(&work_group)?;
        self.put(&work_group, &statement_name, &query_statement, description.as_deref(), now)?;
        Ok(json!({}))
    }

    pub(in crate::athena) fn update(
        &self,
        groups: &WorkGroups,
        input: Write,
        now: f64,
    ) -> Result<Value, JsonError> {
        let Write { statement_name, work_group, query_statement, description } = input;
        groups.check(&work_group)?;
        self.change(&work_group, &statement_name, &query_statement, description.as_deref(), now)?;
        Ok(json!({}))
    }

    pub(in crate::athena) fn get(&self, groups: &WorkGroups, input: &Named) -> Result<Value, JsonError> {
        let Named { statement_name, work_group } = input;
        groups.check(work_group)?;
        let statements = self.lock();
        let found = statements.get(&(work_group.clone(), statement_name.clone()));
        let found = found.ok_or_else(|| not_found(work_group, statement_name))?;
        Ok(json!({"PreparedStatement": found.shown()}))
    }

    pub(in crate::athena) fn get_batch(
        &self,
        groups: &WorkGroups,
        input: &Several,
    ) -> Result<Value, JsonError> {
        let Several { prepared_statement_names: names, work_group } = input;
        groups.check(work_group)?;
        let statements = self.lock();
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for name in names {
            match statements.get(&(work_group.clone(), name.clone())) {
                Some(statement) => found.push(statement.shown()),
                None => missing.push(json!({
                    "StatementName": name,
                    "ErrorCode": "STATEMENT_NOT_FOUND",
                    "ErrorMessage": not_found(work_group, name).message,
                })),
            }
        }
        Ok(json!({"PreparedStatements": found, "UnprocessedPreparedStatementNames": missing}))
    }

    /// By name.
    pub(in crate::athena) fn list(&self, groups: &WorkGroups, input: &List) -> Result<Value, JsonError> {
        let size = input.size(1, 50)?;
        let workgroup = groups.resolve(input.work_group.as_deref());
        groups.check(&workgroup)?;
        let malformed = |token: &String| invalid(format!("The nextPageToken is malformed: {token}"));
        let after = match &input.next_token {
            None => None,
            Some(token) => {
                let decoded = URL_SAFE_NO_PAD.decode(token).ok();
                let name = decoded.and_then(|name| String::from_utf8(name).ok());
                Some(name.ok_or_else(|| malformed(token))?)
            }
        };
        let statements = self.lock();
        let rest = of(&statements, &workgroup);
        let mut rest = rest.filter(|statement| after.as_ref().is_none_or(|after| statement.name > *after));
        let page: Vec<&Statement> = rest.by_ref().take(size).collect();
        let summary = |statement: &&Statement| json!({"StatementName": statement.name, "LastModifiedTime": statement.modified});
        let mut answer = json!({"PreparedStatements": page.iter().map(summary).collect::<Vec<_>>()});
        if let (Some(last), Some(_)) = (page.last(), rest.next()) {
            answer["NextToken"] = json!(URL_SAFE_NO_PAD.encode(&last.name));
        }
        Ok(answer)
    }

    pub(in crate::athena) fn delete(&self, groups: &WorkGroups, input: &Named) -> Result<Value, JsonError> {
        let Named { statement_name, work_group } = input;
        groups.check(work_group)?;
        if self.remove(work_group, statement_name)? {
            Ok(json!({}))
        } else {
            Err(not_found(work_group, statement_name))
        }
    }
}
