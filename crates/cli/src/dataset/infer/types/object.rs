//! Objects: structs where the names are part of the form, maps where they are data.

use domain::{DataType, data_type::Field};

use super::{Promise, Typed, of as type_of};
use crate::dataset::infer::{
    doubt::Doubts,
    names,
    profile::{Members, Node},
};

/// More fields than this, of which an object has few, are data.
const MANY: usize = 30;

/// The type of a place where all values are objects.
pub(super) fn of(node: &Node, doubts: &mut Doubts<'_>) -> Option<Typed> {
    if node.ambiguous > 0 {
        doubts.add("field_twice", "objects with a field twice, which no type takes: send it once");
        return None;
    }
    let members = &node.members;
    if members.len() == 0 {
        doubts.add("only_empty", "only empty objects: the fields are not known");
        return None;
    }
    let is_data = names_are_data(node);
    let invalid: Vec<&str> =
        members.iter().map(|(name, _)| name).filter(|name| !names::may_name_field(name)).collect();
    let typed = if is_data || !invalid.is_empty() { map(members, is_data, doubts) } else { None };
    let data_type = typed.or_else(|| structure(members, &invalid, doubts))?;
    // The bounds on nesting are those of definitions.
    if data_type.to_string().parse::<DataType>().is_ok() {
        return Some(data_type.into());
    }
    doubts.add("too_large", "it nests deeper, or has more fields, than a type may");
    None
}

/// Whether the names differ from object to object, as ids do.
fn names_are_data(node: &Node) -> bool {
    let members = &node.members;
    let values: u64 = members.iter().map(|(_, member)| member.seen).sum();
    let names = u64::try_from(members.len()).unwrap_or(u64::MAX);
    // On average a name is in less than half of the objects.
    let is_sparse = values.saturating_mul(2) < names.saturating_mul(node.objects);
    members.is_cut() || (members.len() > MANY && is_sparse)
}

fn map(members: &Members, is_data: bool, doubts: &mut Doubts<'_>) -> Option<DataType> {
    let mut of_values = Vec::new();
    let value = type_of(&members.values(), Promise::of_part(""), &mut Doubts::new("", &mut of_values))?;
    let why =
        if is_data { "the names differ from object to object" } else { "a struct could not have its names" };
    doubts.add("map", format!("{why}, and the values are alike: a map"));
    for doubt in of_values {
        doubts.within(&format!("[key]{}", doubt.column)).add(doubt.code, doubt.message);
    }
    Some(DataType::Map(Box::new(value.data_type)))
}

fn structure(members: &Members, invalid: &[&str], doubts: &mut Doubts<'_>) -> Option<DataType> {
    let mut fields = Vec::new();
    let named: Vec<(&str, &Node)> = members.iter().filter(|(name, _)| names::may_name_field(name)).collect();
    let senders: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
    for ((sender, member), name) in named.into_iter().zip(names::field_names(&senders)) {
        let promise = Promise::of_part(&name);
        if let Some(typed) = type_of(member, promise, &mut doubts.within(&format!(".{name}"))) {
            let from = (name != sender).then(|| sender.to_owned());
            fields.push(Field { name, data_type: typed.data_type, from });
        }
    }
    if !invalid.is_empty() || members.is_cut() {
        let shown: Vec<String> = invalid.iter().take(5).map(|name| format!("{name:?}")).collect();
        let message = format!(
            "left out of the struct, since no name of a field can be made of them: {}; their values stay in _extra",
            shown.join(", ")
        );
        doubts.add("names_within", message);
    }
    (!fields.is_empty()).then_some(DataType::Struct(fields))
}
