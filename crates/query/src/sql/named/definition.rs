//! A definition, read and checked.

use std::collections::BTreeSet;

use domain::QueryName;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    InvalidQuery, NamedQuery,
    parameter::{Parameter, RawParameter},
};
use crate::{
    problem::{listing, nearest},
    sql::gate::{Gated, Readable, Refused},
};

/// The longest definition, in bytes.
const MAX_DEFINITION: usize = 128 * 1024;
/// The most parameters.
const MAX_PARAMETERS: usize = 50;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 2_048;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    name: String,
    description: Option<String>,
    #[serde(default)]
    parameters: Vec<RawParameter>,
    sql: String,
}

impl NamedQuery {
    /// Puts a definition file and its SQL file together, to what the bucket has.
    pub fn assemble(definition: &[u8], sql: &str) -> Result<Vec<u8>, InvalidQuery> {
        let mut members: Map<String, Value> = serde_json::from_slice(definition)?;
        if members.insert("sql".to_owned(), sql.into()).is_some() {
            return Err(InvalidQuery::Other(
                "\"sql\" is in the definition and in a file of its own: which one?".into(),
            ));
        }
        Ok(serde_json::to_vec_pretty(&members)?)
    }

    /// Reads and checks the definition of the query `name`, which reads tables of `database`.
    pub fn from_json(name: &QueryName, bytes: &[u8], database: &str) -> Result<Self, InvalidQuery> {
        if bytes.len() > MAX_DEFINITION {
            let reason = format!("the definition has {} bytes, and may have {MAX_DEFINITION}", bytes.len());
            return Err(InvalidQuery::Other(reason));
        }
        let definition: Definition = serde_json::from_slice(bytes)?;
        if QueryName::new(definition.name.clone())? != *name {
            return Err(InvalidQuery::Misnamed { inside: definition.name, outside: name.to_string() });
        }
        if definition.description.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
            let reason = format!("the description may have {MAX_DESCRIPTION} characters");
            return Err(InvalidQuery::Other(reason));
        }
        if definition.parameters.len() > MAX_PARAMETERS {
            return Err(InvalidQuery::Other(format!("a query may have {MAX_PARAMETERS} parameters")));
        }
        let parameters =
            definition.parameters.into_iter().map(Parameter::new).collect::<Result<Vec<_>, _>>()?;
        let gated = Gated::new(&definition.sql, &Readable { database, datasets: None })
            .map_err(|refused: Refused| InvalidQuery::Sql(refused.to_string()))?;
        matched(&parameters, &gated)?;
        Ok(Self { name: name.clone(), description: definition.description, parameters, gated })
    }
}

/// Every parameter is in the SQL, and every `:name` of the SQL is a parameter.
fn matched(parameters: &[Parameter], gated: &Gated) -> Result<(), InvalidQuery> {
    let mut declared = BTreeSet::new();
    for parameter in parameters {
        if !declared.insert(parameter.name.as_str()) {
            let reason = "it is declared twice".to_owned();
            return Err(InvalidQuery::Parameter { name: parameter.name.clone(), reason });
        }
    }
    let mut unused = declared.clone();
    for name in gated.parameters() {
        let Some(name) = name else {
            return Err(InvalidQuery::Sql("a parameter of a named query is written :name, not ?".to_owned()));
        };
        if !declared.contains(name.as_str()) {
            let reason = match nearest(name, declared.iter().copied()) {
                Some(meant) => format!("the SQL has it, \"parameters\" has not: did you mean {meant:?}?"),
                None => {
                    format!("the SQL has it, \"parameters\" has only: {}", listing(declared.iter().copied()))
                }
            };
            return Err(InvalidQuery::Parameter { name: name.clone(), reason });
        }
        unused.remove(name.as_str());
    }
    match unused.first() {
        Some(name) => {
            let reason = format!("the SQL does not have :{name}");
            Err(InvalidQuery::Parameter { name: (*name).to_owned(), reason })
        }
        None => Ok(()),
    }
}
