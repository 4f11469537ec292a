//! A message on its way in.

use std::collections::BTreeMap;

use super::AttributeValue;

/// A message to publish, alone or of a batch.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The entry's id in its batch; empty when it is alone.
    pub(super) id: String,
    pub(super) subject: Option<String>,
    pub(super) message: String,
    pub(super) attributes: BTreeMap<String, AttributeValue>,
}

impl Entry {
    /// What counts against the limit: the text, and names, types and values of the attributes.
    pub(super) fn bytes(&self) -> usize {
        let attribute = |(name, value): (&String, &AttributeValue)| {
            let size = match value {
                AttributeValue::Binary(bytes) => bytes.len(),
                AttributeValue::String(text)
                | AttributeValue::Number(text)
                | AttributeValue::StringArray(text) => text.len(),
            };
            name.len() + value.data_type().len() + size
        };
        self.message.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }
}
