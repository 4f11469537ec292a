//! The methods of items.

use std::borrow::Cow;

use super::{
    evaluate::{Evaluator, Sequence, mismatch, number},
    item::Item,
    number::Number,
    path::Method,
    wrong::Wrong,
};
use crate::functions::{conversion::double_of, json::string};

impl<'d> Evaluator<'_, 'd> {
    pub(super) fn method(&self, method: Method, items: Vec<Item<'d>>) -> Sequence<'d> {
        match method {
            Method::Type => {
                let names = items.iter().map(Item::type_name);
                Ok(names.map(|name| Item::Text(Cow::Borrowed(name))).collect())
            }
            Method::Size => {
                let size = |item: Item<'d>| -> Result<Item<'d>, Wrong> {
                    let count = i32::try_from(self.elements_of(item)?.len()).unwrap_or(i32::MAX);
                    Ok(Item::Number(Number::Integer(count)))
                };
                items.into_iter().map(size).collect()
            }
            Method::KeyValue => self.pairs(items),
            Method::Double => {
                let double = |item: Item<'d>| -> Result<Item<'d>, Wrong> {
                    let number = match &item {
                        Item::Text(text) => {
                            double_of(text).ok_or_else(|| mismatch("a number or the text of one", &item))?
                        }
                        other => number(other)?.double(),
                    };
                    Ok(Item::Number(Number::Double(number)))
                };
                self.flat(items)?.into_iter().map(double).collect()
            }
            Method::Abs | Method::Ceiling | Method::Floor => {
                let apply = |item: Item<'d>| -> Result<Item<'d>, Wrong> {
                    let number = number(&item)?;
                    Ok(Item::Number(match method {
                        Method::Abs => number.absolute()?,
                        other => number.rounded(other == Method::Ceiling)?,
                    }))
                };
                self.flat(items)?.into_iter().map(apply).collect()
            }
        }
    }

    /// An object for each member of an object, with the number of that object.
    fn pairs(&self, items: Vec<Item<'d>>) -> Sequence<'d> {
        let mut found = Vec::new();
        for (id, item) in self.flat(items)?.into_iter().enumerate() {
            self.spend(item.size())?;
            let Some(members) = item.members() else { return Err(mismatch("an object", &item)) };
            for (name, member) in members {
                let mut text = b"{\"name\":".to_vec();
                string(&mut text, &name);
                text.extend_from_slice(b",\"value\":");
                member.write(&mut text);
                text.extend_from_slice(format!(",\"id\":{id}}}").as_bytes());
                self.spend(text.len())?;
                let text = String::from_utf8(text).map_err(|_| Wrong::path("not UTF-8"))?;
                self.add(&mut found, vec![Item::Object(Cow::Owned(text))])?;
            }
        }
        Ok(found)
    }
}
