//! Where the values of a leaf are in the rows of its column: Parquet's levels.

use arrow::{
    array::{Array, ArrayRef, AsArray, ListArray},
    datatypes::{DataType, Field},
};

/// One step from a column to a leaf in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// To the elements of a list.
    Elements,
    /// To the field of a struct.
    Field(usize),
}

/// What a leaf has for each row, one or more.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// How many.
    pub(super) count: usize,
    /// How much of the path to the value is there; nothing where all of it is, everywhere.
    pub(super) definition: Vec<u32>,
    /// At which list the slot follows the one before; nothing where there are no lists.
    pub(super) repetition: Vec<u32>,
    /// The places of the values in the leaf's array; nothing where all are, in order.
    pub(super) values: Option<Vec<u32>>,
}

/// The leaves of a column in Parquet's order: how to come to each. `None` for those of maps.
pub(super) fn leaves(data_type: &DataType) -> Vec<Option<Vec<Step>>> {
    let below = |step: Step, data_type: &DataType| {
        let paths = leaves(data_type).into_iter();
        paths.map(move |path| path.map(|path| [vec![step], path].concat())).collect::<Vec<_>>()
    };
    match data_type {
        DataType::Struct(fields) => {
            let fields = fields.iter().enumerate();
            fields.flat_map(|(index, field)| below(Step::Field(index), field.data_type())).collect()
        }
        DataType::List(element) => below(Step::Elements, element.data_type()),
        DataType::Map(entries, _) => leaves(entries.data_type()).into_iter().map(|_| None).collect(),
        _ => vec![Some(Vec::new())],
    }
}

/// The leaf's array at the end of the path; `None` if the column is of another type.
pub(super) fn leaf<'a>(column: &'a ArrayRef, path: &[Step]) -> Option<&'a ArrayRef> {
    path.iter().try_fold(column, |array, step| match step {
        Step::Elements => array.as_list_opt::<i32>().map(ListArray::values),
        Step::Field(index) => array.as_struct_opt().and_then(|structs| structs.columns().get(*index)),
    })
}

/// A slot on the way to its leaf: its place in the array there, if the path goes on.
#[derive(Clone, Copy)]
struct Slot {
    at: Option<u32>,
    definition: u32,
    repetition: u32,
}

/// The slots of a leaf for the rows of a column.
pub(super) fn slots(field: &Field, column: &ArrayRef, path: &[Step]) -> Slots {
    if path.is_empty() {
        return flat(column);
    }
    if is_whole(column, path) {
        return Slots { count: column.len(), ..Slots::default() };
    }
    let slot = |at| Slot { at: Some(at), definition: 0, repetition: 0 };
    let mut slots: Vec<Slot> = (0..column.len() as u32).map(slot).collect();
    let (mut field, mut array, mut steps) = (field, column, path.iter());
    let (mut definition, mut repetition) = (0, 0);
    loop {
        if field.is_nullable() {
            definition += 1;
            let nulls = array.nulls();
            for slot in &mut slots {
                match slot.at {
                    Some(at) if nulls.is_none_or(|nulls| nulls.is_valid(at as usize)) => {
                        slot.definition = definition;
                    }
                    _ => slot.at = None,
                }
            }
        }
        match (steps.next(), array.data_type()) {
            (Some(Step::Field(index)), DataType::Struct(fields)) => {
                field = &fields[*index];
                array = array.as_struct().column(*index);
            }
            (Some(Step::Elements), DataType::List(element)) => {
                (definition, repetition) = (definition + 1, repetition + 1);
                let list = array.as_list::<i32>();
                slots = elements(&slots, list.value_offsets(), definition, repetition);
                field = element;
                array = list.values();
            }
            _ => break,
        }
    }
    let is_whole = |slot: &Slot| slot.at.is_some();
    let values = slots.iter().filter_map(|slot| slot.at).collect();
    let levels = |level: fn(&Slot) -> u32| slots.iter().map(level).collect();
    Slots {
        count: slots.len(),
        definition: if slots.iter().all(is_whole) { Vec::new() } else { levels(|slot| slot.definition) },
        repetition: if repetition == 0 { Vec::new() } else { levels(|slot| slot.repetition) },
        values: Some(values),
    }
}

/// Whether each row has one value there: only structs lead to it, and nothing on the way is null.
fn is_whole(column: &ArrayRef, path: &[Step]) -> bool {
    let mut array = column;
    for step in path {
        match (step, array.data_type()) {
            (Step::Field(index), DataType::Struct(_)) if array.null_count() == 0 => {
                array = array.as_struct().column(*index);
            }
            _ => return false,
        }
    }
    array.null_count() == 0
}

/// The slots of a column that is a leaf itself.
fn flat(column: &ArrayRef) -> Slots {
    let count = column.len();
    match column.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => Slots { count, ..Slots::default() },
        Some(nulls) => Slots {
            count,
            definition: nulls.iter().map(u32::from).collect(),
            values: Some(nulls.valid_indices().map(|at| at as u32).collect()),
            ..Slots::default()
        },
    }
}

/// A slot for each element of the lists, and one for each list that has none.
fn elements(slots: &[Slot], ends: &[i32], definition: u32, repetition: u32) -> Vec<Slot> {
    let mut elements = Vec::with_capacity(slots.len());
    for slot in slots {
        // Offsets are never negative.
        let range = slot.at.map_or(0..0, |at| ends[at as usize] as u32..ends[at as usize + 1] as u32);
        let first = range.start;
        if range.is_empty() {
            elements.push(Slot { at: None, ..*slot });
        }
        elements.extend(range.map(|at| Slot {
            at: Some(at),
            definition,
            repetition: if at == first { slot.repetition } else { repetition },
        }));
    }
    elements
}
