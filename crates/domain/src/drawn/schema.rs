//! Definitions.

use std::collections::BTreeMap;

use super::{Drawn, Identity, MARK, Random, value};
use crate::{
    data_type::{DataType, Decimal, Field},
    dataset::{ColumnDefinition, Dataset, Definition, InvalidDefinition},
    partition::Granularity,
    value::Unit,
};

/// The most columns of a first version.
pub(super) const MOST_COLUMNS: usize = 12;

/// The most columns that are an identity together.
const MOST_IDENTITY: usize = 3;

/// How deep types are nested.
const DEPTH: usize = 2;

/// Names of columns: their order is drawn, so that it says nothing of where a column stands.
const NAMES: [&str; MOST_COLUMNS] =
    ["amount", "zone", "b", "a", "kind", "order_id", "qty", "x1", "happened", "k", "sort", "tags"];

/// Names of the array around events: none is that of a field.
const WRAPPERS: [&str; 3] = ["Records", "the \"items\"", "é"];

pub(super) fn draw(most: usize, name: &str, random: &mut Random) -> Result<Drawn, InvalidDefinition> {
    let count = 1 + random.below(most);
    let mut names = NAMES.to_vec();
    let mut columns: Vec<ColumnDefinition> = (0..count)
        .map(|_| column(names.swap_remove(random.below(names.len())), any_type(DEPTH, random), random))
        .collect();
    let mut coarser = random.fork();
    // Which coarser one is from a sequence of its own: for the rest, a seed draws the same for each of them.
    let partition_by = if random.chance(500) {
        Granularity::Hour
    } else {
        [Granularity::Day, Granularity::Month, Granularity::None][coarser.weighted(&[3, 2, 1])]
    };
    let event_time = random.chance(500).then(|| {
        let column = &mut columns[random.below(count)];
        let day = partition_by != Granularity::Hour && random.chance(300);
        retype(column, if day { DataType::Date } else { DataType::Timestamp }, random);
        column.required = true;
        column.name.clone()
    });
    let kind = [Identity::Columns, Identity::CloudEvent, Identity::Message][random.weighted(&[8, 1, 1])];
    let mut identity = Vec::new();
    if kind == Identity::Columns {
        let mut places: Vec<usize> = (0..count).collect();
        for _ in 0..=random.below(MOST_IDENTITY.min(count)) {
            let column = &mut columns[places.swap_remove(random.below(places.len()))];
            if Some(&column.name) != event_time.as_ref() {
                retype(column, scalar(random), random);
                column.required = true;
            }
            identity.push(column.name.clone());
        }
    }
    if count < MOST_COLUMNS && random.chance(500) {
        let mark = ColumnDefinition { from: None, ..column(MARK, DataType::BigInt, random) };
        columns.insert(random.below(count + 1), mark);
    }
    let sort_by = sort_by(&columns, random)?;
    let mut others = random.fork();
    for column in &mut columns {
        column.fields = sent_names(&parsed(column)?, &mut others);
    }
    let unwrap = others.chance(400).then(|| others.pick(&WRAPPERS).copied().unwrap_or_default().to_owned());
    let definition = Definition {
        name: name.to_owned(),
        description: None,
        columns,
        identity,
        event_time,
        partition_by,
        sort_by,
        cloudevents_type: None,
        unwrap,
    };
    let first_columns = definition.columns.len();
    drawn(definition, kind, first_columns)
}

pub(super) fn evolve(before: &Drawn, random: &mut Random) -> Result<Drawn, InvalidDefinition> {
    let mut definition = before.definition().clone();
    let structs = |column: &ColumnDefinition| column.data_type.starts_with("struct<");
    let structs: Vec<usize> =
        (0..definition.columns.len()).filter(|index| structs(&definition.columns[*index])).collect();
    if structs.is_empty() || random.chance(600) {
        let name = format!("added{}", definition.columns.len());
        let data_type = any_type(DEPTH, random);
        let fields = sent_names(&data_type, &mut random.fork());
        let added = column(&name, data_type, random);
        definition.columns.push(ColumnDefinition { required: false, fields, ..added });
    } else if let Some(index) = random.pick(&structs) {
        let column = &mut definition.columns[*index];
        if let DataType::Struct(mut fields) = parsed(column)? {
            let name = format!("added{}", fields.len());
            if random.fork().chance(300) {
                column.fields.insert(name.clone(), sent_name(&name));
            }
            fields.push(Field { name, data_type: part(0, random), from: None });
            column.data_type = DataType::Struct(fields).to_string();
        }
    }
    if random.chance(300) {
        definition.sort_by = sort_by(&definition.columns, random)?;
    }
    drawn(definition, before.identity, before.first_columns)
}

fn drawn(
    definition: Definition,
    identity: Identity,
    first_columns: usize,
) -> Result<Drawn, InvalidDefinition> {
    let dataset = Dataset::new(definition)?;
    let widest = value::widest(&dataset);
    Ok(Drawn { dataset, identity, widest, first_columns })
}

fn parsed(column: &ColumnDefinition) -> Result<DataType, InvalidDefinition> {
    let name = crate::name::ColumnName::new(column.name.clone())?;
    column.data_type.parse().map_err(|source| InvalidDefinition::Type { column: name, source })
}

/// A column, optional or not, that may read a field of another name.
fn column(name: &str, data_type: DataType, random: &mut Random) -> ColumnDefinition {
    let mut column = ColumnDefinition {
        name: name.to_owned(),
        data_type: String::new(),
        required: random.chance(300),
        from: random.chance(200).then(|| format!("from{}", name.to_uppercase())),
        fields: BTreeMap::new(),
        unit: None,
        comment: None,
    };
    retype(&mut column, data_type, random);
    column
}

fn retype(column: &mut ColumnDefinition, data_type: DataType, random: &mut Random) {
    let units = [None, None, None, Some(Unit::Seconds), Some(Unit::Milliseconds)];
    column.unit = random.pick(&units).copied().flatten().filter(|_| data_type == DataType::Timestamp);
    column.data_type = data_type.to_string();
}

/// The sender's names for fields within the type, where they differ, by their paths.
fn sent_names(data_type: &DataType, random: &mut Random) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    add_sent_names(data_type, "", random, &mut names);
    names
}

fn add_sent_names(
    data_type: &DataType,
    path: &str,
    random: &mut Random,
    names: &mut BTreeMap<String, String>,
) {
    let fields = match data_type {
        // No steps of a path.
        DataType::Array(part) | DataType::Map(part) => return add_sent_names(part, path, random, names),
        DataType::Struct(fields) => fields,
        _ => return,
    };
    let place = |field: &Field| {
        if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) }
    };
    for field in fields {
        add_sent_names(&field.data_type, &place(field), random, names);
    }
    match &fields[..] {
        // Each has the other's.
        [first, second, ..] if random.chance(200) => {
            names.insert(place(first), second.name.clone());
            names.insert(place(second), first.name.clone());
        }
        fields => {
            for field in fields {
                if random.chance(300) {
                    names.insert(place(field), sent_name(&field.name));
                }
            }
        }
    }
}

fn sent_name(name: &str) -> String {
    format!("Sent {}", name.to_uppercase())
}

/// Scalar columns in any order, or none.
fn sort_by(columns: &[ColumnDefinition], random: &mut Random) -> Result<Vec<String>, InvalidDefinition> {
    let mut scalars = Vec::new();
    for column in columns {
        if parsed(column)?.is_scalar() {
            scalars.push(column.name.clone());
        }
    }
    let count = random.below(4).min(scalars.len());
    Ok((0..count).map(|_| scalars.swap_remove(random.below(scalars.len()))).collect())
}

fn any_type(depth: usize, random: &mut Random) -> DataType {
    if depth == 0 || random.chance(700) {
        return scalar(random);
    }
    match random.below(3) {
        0 => DataType::Array(Box::new(part(depth - 1, random))),
        1 => DataType::Map(Box::new(part(depth - 1, random))),
        _ => {
            let count = 1 + random.below(3);
            let field =
                |index| Field { name: format!("f{index}"), data_type: part(depth - 1, random), from: None };
            DataType::Struct((0..count).map(field).collect())
        }
    }
}

/// A type within another one: Athena cannot read bytes there.
fn part(depth: usize, random: &mut Random) -> DataType {
    match any_type(depth, random) {
        DataType::Binary => DataType::String,
        other => other,
    }
}

fn scalar(random: &mut Random) -> DataType {
    match random.below(10) {
        0 => DataType::Boolean,
        1 => DataType::Int,
        2 => DataType::BigInt,
        3 => DataType::Float,
        4 => DataType::Double,
        // Of each physical type that Parquet has for them.
        5 => {
            let (precision, scale) = [(7, 2), (9, 0), (16, 4), (18, 18), (20, 2), (38, 10)][random.below(6)];
            Decimal::new(precision, scale).map_or(DataType::BigInt, DataType::Decimal)
        }
        6 => DataType::String,
        7 => DataType::Date,
        8 => DataType::Timestamp,
        _ => DataType::Binary,
    }
}
