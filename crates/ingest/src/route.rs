//! Which dataset an event belongs to: the message attribute `dataset`; else the type of a CloudEvent; else the
//! topic's name, if a dataset has it; else the configured default. Whether the topic may publish to it is held against
//! the settings.

use domain::{
    Dataset, DatasetName,
    event::Event,
    settings::{Scope, TOPICS},
    suggest,
};

use crate::{definitions::Known, message::Message};

/// What the datasets are, and where messages go that name none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Routes<'a> {
    pub(crate) known: &'a Known,
    pub(crate) default: Option<&'a DatasetName>,
}

/// Why an event has no dataset that it can be held against.
#[derive(Debug, Clone)]
pub(crate) enum NoRoute {
    /// There is none, and the words say why.
    Unknown(String),
    /// There is one that the topic may not publish to, and the words say so.
    Forbidden(String),
    /// There is one, and its definition is damaged: the message must wait until it is mended.
    Damaged,
}

impl<'a> Routes<'a> {
    /// The dataset of what is in the message, whatever that is.
    pub(crate) fn message(&self, message: &Message<'_>) -> Result<&'a Dataset, NoRoute> {
        if let Some(wanted) = message.dataset {
            return self.find(wanted).unwrap_or_else(|| Err(self.unknown(wanted)));
        }
        if let Some(found) = self.find(message.topic) {
            return found;
        }
        match self.default {
            Some(default) => {
                self.find(default.as_str()).unwrap_or_else(|| Err(self.unknown(default.as_str())))
            }
            None => Err(NoRoute::Unknown("no dataset: set the message attribute \"dataset\"".to_owned())),
        }
    }

    /// Whether no dataset that is accepted later could have the message, unless by its events.
    pub(crate) fn is_sure(&self, message: &Message<'_>) -> bool {
        message.dataset.is_some() || self.find(message.topic).is_some()
    }

    /// Whether the same holds for a CloudEvent.
    pub(crate) fn is_sure_of(&self, event: &Event<'_>) -> bool {
        event.cloud_event().is_none_or(|cloud_event| self.known.of_type(&cloud_event.kind).is_some())
    }

    /// The dataset of an event of the message; `whole` is that of the message.
    pub(crate) fn event(
        &self,
        message: &Message<'_>,
        whole: &Result<&'a Dataset, NoRoute>,
        event: &Event<'_>,
    ) -> Result<&'a Dataset, NoRoute> {
        match event.cloud_event() {
            Some(cloud_event) if message.dataset.is_none() => match self.known.of_type(&cloud_event.kind) {
                Some(dataset) => Ok(dataset),
                // It may be the type of one that is damaged.
                None if !self.known.loaded.damaged.is_empty() => Err(NoRoute::Damaged),
                None => whole.clone().map_err(|no_route| match no_route {
                    NoRoute::Unknown(_) => NoRoute::Unknown(format!(
                        "no dataset has the cloudevents_type {:?}: set the message attribute \"dataset\", or add it \
                         to a definition",
                        shown(&cloud_event.kind)
                    )),
                    other @ (NoRoute::Forbidden(_) | NoRoute::Damaged) => other,
                }),
            },
            _ => whole.clone(),
        }
    }

    fn find(&self, name: &str) -> Option<Result<&'a Dataset, NoRoute>> {
        let loaded = &self.known.loaded;
        match loaded.datasets.get(name) {
            Some(accepted) => Some(Ok(&accepted.dataset)),
            None => loaded.damaged.contains_key(name).then_some(Err(NoRoute::Damaged)),
        }
    }

    fn unknown(&self, wanted: &str) -> NoRoute {
        let shown = shown(wanted);
        let names = self.known.loaded.datasets.keys().map(DatasetName::as_str);
        NoRoute::Unknown(match suggest::nearest(&shown, names) {
            Some(near) => format!("unknown dataset {shown:?}: did you mean {near:?}?"),
            None => format!("unknown dataset {shown:?}"),
        })
    }
}

/// The sender's text goes into quarantine only, and no more of it than says which it was.
fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}

/// The dataset, if the message's topic may publish to it.
pub(crate) fn within<'d>(
    scope: Scope<'_>,
    message: &Message<'_>,
    route: Result<&'d Dataset, NoRoute>,
) -> Result<&'d Dataset, NoRoute> {
    let dataset = route?;
    if scope.has(dataset.name()) {
        return Ok(dataset);
    }
    let (topic, dataset) = (message.arn.unwrap_or_default(), dataset.name());
    Err(NoRoute::Forbidden(format!(
        "the topic may not publish to the dataset ({}), found {topic:?} and {dataset}",
        TOPICS.name
    )))
}

/// Whether the message's topic may not publish to where the message goes. A topic with datasets of its own may not
/// publish to one that does not exist either: it may come to be.
pub(crate) fn is_beyond(scope: Scope<'_>, route: &Result<&Dataset, NoRoute>) -> bool {
    match route {
        Err(NoRoute::Forbidden(_)) => true,
        Err(NoRoute::Unknown(_)) => matches!(scope, Scope::Only(_)),
        Err(NoRoute::Damaged) | Ok(_) => false,
    }
}
