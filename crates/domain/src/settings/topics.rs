//! Whose messages `ingest` takes, and for which datasets.

use std::collections::{BTreeMap, BTreeSet};

use super::{InvalidSetting, raw::Raw};
use crate::name::DatasetName;

/// The topics whose messages are taken, and the datasets that each may publish to.
///
/// With raw delivery a message does not say its topic: then the queue stands for it, by its own ARN.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topics(BTreeMap<String, Option<BTreeSet<DatasetName>>>);

/// The datasets that a topic may publish to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All of them.
    All,
    /// These.
    Only(&'a BTreeSet<DatasetName>),
}

impl Scope<'_> {
    /// Whether the dataset is one of them.
    pub fn has(self, dataset: &DatasetName) -> bool {
        match self {
            Self::All => true,
            Self::Only(datasets) => datasets.contains(dataset),
        }
    }
}

impl Topics {
    /// Whether some topics are named. Otherwise every topic may publish to every dataset.
    pub fn is_restricted(&self) -> bool {
        !self.0.is_empty()
    }

    /// What the topic, or the queue, of this ARN may publish to; `None` if its messages are not taken.
    pub fn scope(&self, arn: &str) -> Option<Scope<'_>> {
        if !self.is_restricted() {
            return Some(Scope::All);
        }
        self.0.get(arn).map(|datasets| datasets.as_ref().map_or(Scope::All, Scope::Only))
    }

    /// Reads `ARN,ARN=dataset+dataset`.
    pub(super) fn read(raw: &Raw) -> Result<Self, InvalidSetting> {
        let mut topics = BTreeMap::new();
        for item in raw.value.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (arn, datasets) = match item.split_once('=') {
                Some((arn, datasets)) => (arn.trim(), Some(datasets)),
                None => (item, None),
            };
            if !is_arn(arn) {
                return Err(raw.invalid(format_args!(
                    "expected ARNs of topics with commas between them, for example \
                     arn:aws:sns:us-west-2:123456789012:tributary, found {arn:?}"
                )));
            }
            let datasets = datasets.map(|names| read_datasets(raw, names)).transpose()?;
            if topics.insert(arn.to_owned(), datasets).is_some() {
                return Err(raw.invalid(format_args!("{arn} is in it twice")));
            }
        }
        Ok(Self(topics))
    }
}

fn read_datasets(raw: &Raw, names: &str) -> Result<BTreeSet<DatasetName>, InvalidSetting> {
    let name = |name: &str| {
        DatasetName::new(name.trim()).map_err(|error| {
            raw.invalid(format_args!(
                "expected datasets with + between them behind =, as orders+refunds: {error}"
            ))
        })
    };
    names.split('+').map(name).collect()
}

/// Of a topic, or of a queue.
fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let is_ours = matches!(parts[..], ["arn", _, "sns" | "sqs", _, _, _]);
    is_ours && parts.iter().all(|part| !part.is_empty() && !part.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = "arn:aws:sns:us-west-2:123456789012:shop";
    const QUEUE: &str = "arn:aws-cn:sqs:cn-north-1:123456789012:tributary-ingest";

    fn read(value: &str) -> Result<Topics, InvalidSetting> {
        Topics::read(&Raw { name: "TRIBUTARY_TOPICS", value: value.to_owned() })
    }

    fn dataset(name: &str) -> DatasetName {
        DatasetName::new(name).unwrap()
    }

    #[test]
    fn without_any_every_topic_may_publish_to_every_dataset() {
        for value in ["", " ", ",", " , "] {
            let topics = read(value).unwrap();
            assert!(!topics.is_restricted(), "{value:?}");
            assert_eq!((topics.scope(SHOP), topics.scope("")), (Some(Scope::All), Some(Scope::All)));
        }
    }

    #[test]
    fn a_topic_may_publish_to_the_datasets_behind_it_or_else_to_all() {
        let topics = read(&format!("{SHOP} = orders + refunds, {QUEUE}")).unwrap();
        assert!(topics.is_restricted());
        let shop = topics.scope(SHOP).unwrap();
        assert!(
            shop.has(&dataset("orders")) && shop.has(&dataset("refunds")) && !shop.has(&dataset("order"))
        );
        assert!(topics.scope(QUEUE).unwrap().has(&dataset("clicks")));
        for other in ["", "shop", "arn:aws:sns:us-west-2:123456789012:shop2", &SHOP.to_uppercase()] {
            assert_eq!(topics.scope(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_list_of_topics_is_refused_with_what_would_be_right() {
        for (value, words) in [
            ("shop", "for example arn:aws:sns:"),
            ("arn:aws:s3:::bucket", "expected ARNs of topics"),
            ("arn:aws:sns:us-west-2::shop", "expected ARNs of topics"),
            ("arn:aws:sns:us-west-2:1:sh op", "expected ARNs of topics"),
            ("arn:aws:sns:us-west-2:1:shop:more", "expected ARNs of topics"),
            ("=orders", "expected ARNs of topics"),
            ("arn:aws:sns:us-west-2:1:shop=", "orders+refunds"),
            ("arn:aws:sns:us-west-2:1:shop=Orders", "orders+refunds"),
            ("arn:aws:sns:us-west-2:1:shop=orders+", "orders+refunds"),
            ("arn:aws:sns:us-west-2:1:shop,arn:aws:sns:us-west-2:1:shop=orders", "is in it twice"),
        ] {
            let message = read(value).unwrap_err().to_string();
            assert!(
                message.starts_with("TRIBUTARY_TOPICS=") && message.contains(words),
                "{value}: {message}"
            );
        }
    }
}
