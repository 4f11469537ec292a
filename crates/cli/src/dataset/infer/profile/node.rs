//! The values of one place: a field, an element, a field of a field.

use std::collections::HashMap;

use domain::json::{Fields, Raw, Scanner};

use super::{Numbers, Strings};

/// The most fields of an object that are told apart.
const MOST_MEMBERS: usize = 1_000;

/// What was seen in one place.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Node {
    /// Values, nulls among them.
    pub(in super::super) seen: u64,
    pub(in super::super) nulls: u64,
    pub(in super::super) booleans: u64,
    pub(in super::super) numbers: Numbers,
    pub(in super::super) strings: Strings,
    pub(in super::super) arrays: u64,
    /// What is in the arrays.
    pub(in super::super) element: Option<Box<Node>>,
    pub(in super::super) objects: u64,
    /// Objects with a field twice, which no type takes.
    pub(in super::super) ambiguous: u64,
    pub(in super::super) members: Members,
}

/// The fields of objects.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Members {
    nodes: Vec<(String, Node)>,
    places: HashMap<String, usize>,
    /// What is in the fields beyond those that are told apart.
    others: Option<Box<Node>>,
}

impl Node {
    pub(in super::super) fn add(&mut self, raw: Raw<'_>) {
        self.seen += 1;
        match raw.text().as_bytes().first() {
            Some(b'n') | None => self.nulls += 1,
            Some(b't' | b'f') => self.booleans += 1,
            Some(b'"') => self.strings.add(raw),
            Some(b'[') => self.add_array(raw),
            Some(b'{') => self.add_object(raw),
            Some(_) => self.numbers.add(raw),
        }
    }

    fn add_array(&mut self, raw: Raw<'_>) {
        self.arrays += 1;
        let mut scanner = Scanner::new(raw.text());
        let mut more = scanner.take(b'[') && !scanner.take(b']');
        while more {
            // The text is valid JSON: it was read before.
            let Ok(element) = scanner.value() else { return };
            self.element.get_or_insert_default().add(element);
            more = scanner.take(b',');
        }
    }

    fn add_object(&mut self, raw: Raw<'_>) {
        self.objects += 1;
        match Fields::parse(raw.text()) {
            Ok(fields) => fields.iter().for_each(|(name, value)| self.members.node(name).add(value)),
            Err(_) => self.ambiguous += 1,
        }
    }

    /// What was seen in both places.
    pub(in super::super) fn merge(&mut self, other: &Self) {
        self.seen += other.seen;
        self.nulls += other.nulls;
        self.booleans += other.booleans;
        self.numbers.merge(&other.numbers);
        self.strings.merge(&other.strings);
        self.arrays += other.arrays;
        if let Some(element) = &other.element {
            self.element.get_or_insert_default().merge(element);
        }
        self.objects += other.objects;
        self.ambiguous += other.ambiguous;
        for (name, node) in &other.members.nodes {
            self.members.node(name).merge(node);
        }
        if let Some(others) = &other.members.others {
            self.members.others.get_or_insert_default().merge(others);
        }
    }

    /// Values that are not null.
    pub(in super::super) fn values(&self) -> u64 {
        self.seen - self.nulls
    }
}

impl Members {
    fn node(&mut self, name: &str) -> &mut Node {
        if let Some(place) = self.places.get(name) {
            return &mut self.nodes[*place].1;
        }
        if self.nodes.len() >= MOST_MEMBERS {
            return self.others.get_or_insert_default();
        }
        self.places.insert(name.to_owned(), self.nodes.len());
        self.nodes.push((name.to_owned(), Node::default()));
        let last = self.nodes.len() - 1;
        &mut self.nodes[last].1
    }

    /// The fields, in the order in which they first came.
    pub(in super::super) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.nodes.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// How many fields are told apart.
    pub(in super::super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there were more.
    pub(in super::super) fn is_cut(&self) -> bool {
        self.others.is_some()
    }

    /// The values of all fields, taken together.
    pub(in super::super) fn values(&self) -> Node {
        let mut all = Node::default();
        for node in self.nodes.iter().map(|(_, node)| node).chain(self.others.as_deref()) {
            all.merge(node);
        }
        all
    }
}
