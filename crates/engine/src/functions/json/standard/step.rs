//! The steps of a path: members, elements and filters.

use std::slice;

use super::{
    evaluate::{Evaluator, Scope, Sequence, mismatch, number},
    item::Item,
    path::{Expression, Step, Subscript},
    wrong::Wrong,
};

impl<'d> Evaluator<'_, 'd> {
    pub(super) fn step(&self, step: &Step, items: Vec<Item<'d>>, scope: Scope<'_, 'd>) -> Sequence<'d> {
        match step {
            Step::Member(name) => self.members(items, Some(name)),
            Step::AnyMember => self.members(items, None),
            Step::Descendant(name) => self.descendants(items, name),
            Step::AnyElement => {
                let mut found = Vec::new();
                for item in items {
                    self.add(&mut found, self.elements_of(item)?)?;
                }
                Ok(found)
            }
            Step::Elements(subscripts) => {
                let mut found = Vec::new();
                for item in items {
                    let elements = self.elements_of(item)?;
                    for subscript in subscripts {
                        self.add_copies(&mut found, self.subscripted(&elements, subscript, scope)?)?;
                    }
                }
                Ok(found)
            }
            Step::Filter(predicate) => {
                let mut found = Vec::new();
                for item in self.flat(items)? {
                    let here = Scope { current: Some(&item), ..scope };
                    if self.holds(predicate, here)? == Some(true) {
                        found.push(item);
                    }
                }
                Ok(found)
            }
            Step::Method(method) => self.method(*method, items),
        }
    }

    fn members(&self, items: Vec<Item<'d>>, name: Option<&str>) -> Sequence<'d> {
        let mut found = Vec::new();
        for item in self.flat(items)? {
            self.spend(item.size())?;
            let Some(members) = item.members() else {
                // Of a lax path, what is no object has no members.
                if self.is_lax {
                    continue;
                }
                return Err(mismatch("an object", &item));
            };
            let Some(name) = name else {
                self.add(&mut found, members.into_iter().map(|(_, member)| member).collect())?;
                continue;
            };
            match members.into_iter().find(|(known, _)| known == name) {
                Some((_, member)) => self.add(&mut found, vec![member])?,
                None if self.is_lax => {}
                None => return Err(Wrong::path(format!("missing member '{name}' in JSON object"))),
            }
        }
        Ok(found)
    }

    /// An object comes before what is in it.
    fn descendants(&self, items: Vec<Item<'d>>, name: &str) -> Sequence<'d> {
        let mut found = Vec::new();
        let mut open: Vec<Item<'d>> = items.into_iter().rev().collect();
        while let Some(item) = open.pop() {
            self.spend(item.size())?;
            let mut children = Vec::new();
            if let Some(elements) = item.elements() {
                self.add(&mut children, elements)?;
            }
            for (known, member) in item.members().unwrap_or_default() {
                if known == name {
                    self.add_copies(&mut found, slice::from_ref(&member))?;
                }
                self.add(&mut children, vec![member])?;
            }
            open.extend(children.into_iter().rev());
        }
        Ok(found)
    }

    /// Those of an array. Of a lax path, anything else is an array of itself.
    pub(super) fn elements_of(&self, item: Item<'d>) -> Sequence<'d> {
        self.spend(item.size())?;
        match item.elements() {
            Some(elements) => Ok(elements),
            None if self.is_lax => Ok(vec![item]),
            None => Err(mismatch("an array", &item)),
        }
    }

    fn subscripted<'i>(
        &self,
        elements: &'i [Item<'d>],
        subscript: &Subscript,
        scope: Scope<'_, 'd>,
    ) -> Result<&'i [Item<'d>], Wrong> {
        let count = i64::try_from(elements.len()).unwrap_or(i64::MAX);
        let last = i32::try_from(count - 1).unwrap_or(i32::MAX);
        let scope = Scope { last: Some(last), ..scope };
        let index = |expression: &Expression| -> Result<i64, Wrong> {
            let items = self.sequence(expression, scope)?;
            let [item] = items.as_slice() else {
                return Err(Wrong::path("a subscript is one number"));
            };
            number(item)?.index().ok_or_else(|| Wrong::path("a subscript is out of range"))
        };
        let from = index(&subscript.from)?;
        let to = subscript.to.as_ref().map_or(Ok(from), index)?;
        if !self.is_lax && (from < 0 || from > to || to >= count) {
            return Err(Wrong::path(format!(
                "invalid array subscript: [{from}, {to}] for array of size {count}"
            )));
        }
        let (from, to) = (from.max(0), to.min(count - 1));
        let places = usize::try_from(from).ok().zip(usize::try_from(to).ok());
        Ok(places.and_then(|(from, to)| elements.get(from..=to)).unwrap_or_default())
    }
}
