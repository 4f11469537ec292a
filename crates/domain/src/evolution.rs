//! What may change between one version of a dataset and the next.

use std::fmt;

use crate::{
    data_type::{DataType, Field},
    dataset::Dataset,
};

/// A change that is refused: which, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    what: String,
    why: &'static str,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

/// The new version would break the data that is there. To start over, take a new dataset name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(Vec<Refusal>);

impl Refused {
    /// Each refused change by itself.
    pub fn reasons(&self) -> impl Iterator<Item = &Refusal> {
        self.0.iter()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(Refusal::to_string).collect();
        f.write_str(&all.join("; "))
    }
}

impl std::error::Error for Refused {}

/// Whether `new` may follow `old`. Columns may be added at the end if they are optional, and fields at the end of a
/// struct; descriptions, comments, `required`, `sort_by`, `cloudevents_type`, `fields`, `unwrap` and, except for key
/// columns, `from` and `unit` may change. What landed under the old `from` or `fields` and was not compacted yet keeps its
/// value in `_extra`. Columns with `fields` are never key columns, so no identity depends on them. `unwrap` says what is an
/// event: what a message became before the change stays, and a message that is delivered or replayed after it is judged by
/// the new definition.
pub fn check(old: &Dataset, new: &Dataset) -> Result<(), Refused> {
    let mut refusals = Vec::new();
    let mut refuse = |what: String, why| refusals.push(Refusal { what, why });

    for (index, column) in old.columns().iter().enumerate() {
        let name = &column.name;
        match new.columns().iter().position(|candidate| candidate.name == *name) {
            None => {
                refuse(format!("column {name} was removed"), "its stored values would be lost to queries");
            }
            Some(place) if place != index => {
                refuse(format!("column {name} was moved"), "add new columns at the end");
            }
            Some(place) => {
                let now = &new.columns()[place];
                for (what, changed) in
                    [("from", now.field != column.field), ("unit", now.unit != column.unit)]
                {
                    if changed && old.is_key(column) {
                        let what = format!("{what:?} of column {name} was changed");
                        refuse(what, "events that have landed already would lose their identity or time");
                    }
                }
                if !may_become(&column.data_type, &now.data_type) {
                    let (before, after) = (&column.data_type, &now.data_type);
                    let what = format!("column {name} was changed from {before} to {after}");
                    let why = match now.data_type.is_scalar() && before.is_scalar() {
                        true => "stored files keep the old type, and engines refuse the mixture",
                        false => {
                            "fields may be added at the end of a struct, and nothing else of a type may change"
                        }
                    };
                    refuse(what, why);
                }
            }
        }
    }
    for column in new.columns().iter().skip(old.columns().len()) {
        if column.required && old.column(column.name.as_str()).is_none() {
            refuse(format!("column {} was added as required", column.name), "stored rows do not have it");
        }
    }

    let names = |dataset: &Dataset| dataset.identity().map(|c| c.name.clone()).collect::<Vec<_>>();
    if names(old) != names(new) {
        refuse("identity was changed".into(), "rows that are stored already would become twins or strangers");
    }
    let event_time = |dataset: &Dataset| dataset.event_time().map(|c| c.name.clone());
    if event_time(old) != event_time(new) {
        refuse("event_time was changed".into(), "events would move to other partitions and appear twice");
    }
    if old.granularity() != new.granularity() {
        refuse(
            "partition_by was changed".into(),
            "stored events would stay in partitions of the old kind, and come again in those of the new one",
        );
    }
    if refusals.is_empty() { Ok(()) } else { Err(Refused(refusals)) }
}

/// Whether stored values of one type can be read as the other: the same, or with fields added at the end of structs.
fn may_become(old: &DataType, new: &DataType) -> bool {
    match (old, new) {
        (DataType::Array(old), DataType::Array(new)) | (DataType::Map(old), DataType::Map(new)) => {
            may_become(old, new)
        }
        (DataType::Struct(old), DataType::Struct(new)) => {
            let same = |(old, new): (&Field, &Field)| {
                old.name == new.name && may_become(&old.data_type, &new.data_type)
            };
            old.len() <= new.len() && old.iter().zip(new).all(same)
        }
        _ => old == new,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn dataset(patch: Value) -> Dataset {
        let mut base = json!({
            "name": "d",
            "columns": [
                {"name": "a", "type": "int", "required": true},
                {"name": "t", "type": "timestamp", "required": true},
            ],
            "identity": ["a"], "event_time": "t", "partition_by": "day",
        });
        for (key, value) in patch.as_object().unwrap() {
            base[key] = value.clone();
        }
        Dataset::from_json(base.to_string().as_bytes()).unwrap()
    }

    fn verdict(patch: Value) -> String {
        match check(&dataset(json!({})), &dataset(patch)) {
            Ok(()) => "allowed".into(),
            Err(refused) => refused.to_string(),
        }
    }

    #[test]
    fn what_is_allowed() {
        let a = json!({"name": "a", "type": "int", "required": true, "comment": "new"});
        let t = json!({"name": "t", "type": "timestamp", "required": true});
        let added = json!({"name": "b", "type": "string"});
        assert_eq!(
            verdict(json!({"columns": [a, t, added], "sort_by": ["t"], "description": "x"})),
            "allowed"
        );
        assert_eq!(verdict(json!({})), "allowed");
        assert_eq!(verdict(json!({"unwrap": "Records"})), "allowed");
        let with = |fields: Value| {
            let nested = json!({"name": "n", "type": "struct<x:int>", "fields": fields});
            dataset(json!({"columns": [a, t, nested]}))
        };
        assert_eq!(check(&with(json!({"x": "X"})), &with(json!({"x": "Y"}))), Ok(()));
        assert_eq!(check(&with(json!({"x": "X"})), &with(json!({}))), Ok(()));
    }

    #[test]
    fn structs_grow_at_the_end_and_change_in_no_other_way() {
        let verdict = |old: &str, new: &str| {
            let with = |data_type: &str| {
                dataset(json!({"columns": [
                {"name": "a", "type": "int", "required": true},
                {"name": "t", "type": "timestamp", "required": true},
                {"name": "n", "type": data_type}]}))
            };
            check(&with(old), &with(new)).map_err(|refused| refused.to_string())
        };
        for (old, new) in [
            ("struct<a:int>", "struct<a:int,b:string>"),
            ("array<struct<a:int>>", "array<struct<a:int,b:string>>"),
            ("map<string,struct<a:struct<x:int>>>", "map<string,struct<a:struct<x:int,y:int>>>"),
        ] {
            assert_eq!(verdict(old, new), Ok(()));
        }
        for (old, new) in [
            ("struct<a:int,b:string>", "struct<a:int>"),
            ("struct<a:int,b:string>", "struct<b:string,a:int>"),
            ("struct<a:int>", "struct<b:string,a:int>"),
            ("struct<a:int>", "struct<a:bigint>"),
            ("array<int>", "array<bigint>"),
            ("struct<a:int>", "map<string,int>"),
        ] {
            let reason = verdict(old, new).unwrap_err();
            assert!(reason.contains("fields may be added at the end of a struct"), "{reason}");
        }
        assert!(
            verdict("decimal(12,2)", "decimal(14,2)").unwrap_err().contains("engines refuse the mixture")
        );
    }

    #[test]
    fn what_is_refused_and_why() {
        let a = json!({"name": "a", "type": "int", "required": true});
        let t = json!({"name": "t", "type": "timestamp", "required": true});
        let renamed = json!({"name": "a", "type": "int", "required": true, "from": "A"});
        let wide = json!({"name": "a", "type": "bigint", "required": true});
        let needed = json!({"name": "b", "type": "string", "required": true});
        for (patch, words) in [
            (json!({"columns": [t, a]}), "column a was moved"),
            (json!({"columns": [wide, t]}), "from int to bigint"),
            (json!({"columns": [renamed, t]}), "\"from\" of column a was changed"),
            (
                json!({"columns": [a, {"name": "t", "type": "timestamp", "required": true, "unit": "ms"}]}),
                "\"unit\" of column t was changed",
            ),
            (json!({"columns": [a, t, needed]}), "column b was added as required"),
            (json!({"columns": [t], "identity": []}), "column a was removed"),
            (json!({"identity": []}), "identity was changed"),
            (json!({"event_time": null}), "event_time was changed"),
            (json!({"partition_by": "hour"}), "partition_by was changed"),
            (json!({"partition_by": "month"}), "partition_by was changed"),
            (json!({"partition_by": "none"}), "partition_by was changed"),
        ] {
            let verdict = verdict(patch);
            assert!(verdict.contains(words), "{verdict:?} does not say {words:?}");
        }
    }
}
