//! What the values of a sample are, field by field.

mod node;
mod scalar;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use domain::{
    event::Event,
    json::{Fields, InvalidObject, Raw},
};

pub(super) use node::{Members, Node};
pub(super) use scalar::{Numbers, Strings};

/// The attributes that every CloudEvent has, or that say what its data is: the lake reads them itself.
const CORE_ATTRIBUTES: [&str; 8] =
    ["specversion", "id", "source", "type", "datacontenttype", "dataschema", "data", "data_base64"];

/// The fields of a sample's events, in the order in which they first came.
#[derive(Debug, Default)]
pub(super) struct Profile {
    pub(super) events: u64,
    pub(super) fields: Vec<FieldProfile>,
    places: HashMap<String, usize>,
    /// How many were CloudEvents with an object as data, and of which types.
    pub(super) cloud_events: u64,
    pub(super) cloud_event_types: BTreeSet<String>,
}

/// One field of the events.
#[derive(Debug)]
pub(super) struct FieldProfile {
    pub(super) name: String,
    pub(super) node: Node,
    /// Its values so far, as long as no two are the same.
    distinct: Option<HashSet<u64>>,
    /// Whether it only ever was an attribute of CloudEvents, and not in their data.
    attribute: bool,
}

impl Profile {
    /// Looks at one event.
    pub(super) fn add(&mut self, text: &str) -> Result<(), InvalidObject> {
        let event = Event::parse(text)?;
        let fields = Fields::parse(text)?;
        let data = match (event.cloud_event(), fields.get("data")) {
            (Some(_), Some(data)) if data.text().starts_with('{') => Some(Fields::parse(data.text())?),
            _ => None,
        };
        self.events += 1;
        if let Some(cloud_event) = event.cloud_event() {
            self.cloud_events += 1;
            self.cloud_event_types.insert(cloud_event.kind.clone().into_owned());
        }
        let is_attribute = |name: &str| event.cloud_event().is_some() && (data.is_some() || name != "data");
        // A column is looked for in the data first, and then among the attributes.
        for (name, raw) in data.iter().flat_map(Fields::iter) {
            self.field(name).add(raw, false);
        }
        for (name, raw) in fields.iter() {
            if data.as_ref().is_none_or(|data| data.get(name).is_none()) {
                self.field(name).add(raw, is_attribute(name));
            }
        }
        Ok(())
    }

    fn field(&mut self, name: &str) -> &mut FieldProfile {
        let place = *self.places.entry(name.to_owned()).or_insert_with(|| {
            self.fields.push(FieldProfile {
                name: name.to_owned(),
                node: Node::default(),
                distinct: Some(HashSet::new()),
                attribute: true,
            });
            self.fields.len() - 1
        });
        &mut self.fields[place]
    }
}

impl FieldProfile {
    fn add(&mut self, raw: Raw<'_>, attribute: bool) {
        self.attribute &= attribute;
        self.node.add(raw);
        if let Some(distinct) = &mut self.distinct {
            let mut hasher = DefaultHasher::new();
            raw.text().hash(&mut hasher);
            if !distinct.insert(hasher.finish()) {
                // No two values differ any more: there is nothing to remember.
                self.distinct = None;
            }
        }
    }

    /// Whether the lake reads it by itself, so that it needs no column.
    pub(super) fn is_core_attribute(&self) -> bool {
        self.attribute && CORE_ATTRIBUTES.contains(&self.name.as_str())
    }

    /// Whether every event has a value of it.
    pub(super) fn is_always_there(&self, events: u64) -> bool {
        self.node.nulls == 0 && self.node.seen == events
    }

    /// Whether no two events have the same value of it.
    pub(super) fn is_unique(&self) -> bool {
        self.distinct.is_some()
    }
}
