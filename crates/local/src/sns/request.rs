//! Reading messages from the flat parameters of the Query protocol.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    AttributeValue,
    entry::Entry,
    limits::{MAX_BATCH, MAX_BYTES, invalid, parameter_value},
};
use crate::protocol::query::{Params, QueryError};

/// More attributes than fit into a message.
const MAX_ATTRIBUTES: usize = 1_000;

impl Entry {
    /// The message under `prefix`: `""`, or `PublishBatchRequestEntries.member.1.`.
    pub(super) fn read(params: &Params, prefix: &str) -> Result<Self, QueryError> {
        let get = |name: &str| params.get(&format!("{prefix}{name}"));
        let message = get("Message").unwrap_or_default();
        if get("MessageDeduplicationId").is_some() {
            return Err(invalid(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is \
                 not valid for this topic type",
            ));
        }
        Ok(Self {
            id: get("Id").unwrap_or_default().to_owned(),
            subject: get("Subject").map(str::to_owned),
            message: structured(get("MessageStructure"), message)?,
            attributes: attributes(params, &format!("{prefix}MessageAttributes.entry."))?,
        })
    }

    /// Every entry of a batch, and one more than are allowed at most.
    pub(super) fn read_batch(params: &Params) -> Vec<Result<Self, (String, QueryError)>> {
        (1..=MAX_BATCH + 1)
            .map(|index| format!("PublishBatchRequestEntries.member.{index}."))
            .take_while(|prefix| params.any_under(prefix))
            .map(|prefix| {
                let id = params.get(&format!("{prefix}Id")).unwrap_or_default().to_owned();
                Self::read(params, &prefix).map_err(|error| (id, error))
            })
            .collect()
    }
}

fn attributes(params: &Params, prefix: &str) -> Result<BTreeMap<String, AttributeValue>, QueryError> {
    let mut attributes = BTreeMap::new();
    for index in 1..=MAX_ATTRIBUTES {
        let entry = format!("{prefix}{index}.");
        if !params.any_under(&entry) {
            break;
        }
        let get = |name: &str| params.get(&format!("{entry}{name}"));
        let name = get("Name").unwrap_or_default().to_owned();
        let text = get("Value.StringValue").map(str::to_owned);
        let value = match (get("Value.DataType"), text) {
            (Some("String"), Some(text)) => AttributeValue::String(text),
            (Some("Number"), Some(text)) => AttributeValue::Number(text),
            (Some("String.Array"), Some(text)) => AttributeValue::StringArray(text),
            (Some("Binary"), _) => AttributeValue::Binary(binary(&name, get("Value.BinaryValue"))?),
            (Some("String" | "Number" | "String.Array"), None) => {
                return Err(parameter_value(format!(
                    "The message attribute {name:?} must contain a StringValue"
                )));
            }
            (other, _) => {
                return Err(parameter_value(format!(
                    "The message attribute {name:?} has the type {other:?}: it must be String, String.Array, \
                     Number or Binary"
                )));
            }
        };
        if attributes.insert(name.clone(), value).is_some() {
            return Err(parameter_value(format!("The message attribute {name:?} is there twice")));
        }
    }
    Ok(attributes)
}

/// The text for the topic's subscription, which is a queue's: a message of the structure `json` has a text for
/// each protocol.
fn structured(structure: Option<&str>, message: &str) -> Result<String, QueryError> {
    match structure {
        None | Some("") => return Ok(message.to_owned()),
        Some("json") => {}
        Some(other) => return Err(invalid(format!("MessageStructure {other:?} (it must be json)"))),
    }
    if message.len() > MAX_BYTES {
        return Err(invalid("Message too long"));
    }
    let failed = |error| invalid(format!("Message Structure - JSON message body failed to parse: {error}"));
    let texts: BTreeMap<String, serde_json::Value> = serde_json::from_str(message).map_err(failed)?;
    let text = |protocol: &str| texts.get(protocol).and_then(serde_json::Value::as_str);
    let default = text("default")
        .ok_or_else(|| invalid("Message Structure - No default entry in JSON message body"))?;
    Ok(text("sqs").unwrap_or(default).to_owned())
}

fn binary(name: &str, value: Option<&str>) -> Result<bytes::Bytes, QueryError> {
    let decoded = value.and_then(|value| STANDARD.decode(value).ok());
    decoded.map(Into::into).ok_or_else(|| {
        parameter_value(format!("The message attribute {name:?} must contain a BinaryValue in base64"))
    })
}

/// Part of SNS that is not here.
pub(super) fn missing(what: &str) -> QueryError {
    QueryError {
        status: StatusCode::NOT_IMPLEMENTED,
        code: "NotImplemented",
        message: format!("the local lake does not have {what}"),
    }
}
