//! The dictionary of a leaf, as it grows.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::UInt16Type,
};

/// A number that no text has yet.
const NONE: u32 = u32::MAX;

/// The texts of the row group in order of appearance.
#[derive(Default)]
pub(super) struct Texts {
    numbers: HashMap<Box<[u8]>, u32>,
    pub(super) texts: Vec<Box<[u8]>>,
    /// The dictionary that rows came with, and the number of each of its texts here.
    known: Option<(ArrayRef, Vec<u32>)>,
}

impl Texts {
    /// Appends the numbers of these values of an array, or of all.
    pub(super) fn numbers_of(&mut self, array: &ArrayRef, values: Option<&[u32]>, numbers: &mut Vec<u32>) {
        let Some(coded) = array.as_dictionary_opt::<UInt16Type>() else {
            let texts = array.as_string::<i32>();
            let mut number = |at: u32| self.number(texts.value(at as usize).as_bytes());
            match values {
                Some(values) => numbers.extend(values.iter().map(|at| number(*at))),
                None => numbers.extend((0..texts.len() as u32).map(number)),
            }
            return;
        };
        let (there, mut known) = match self.known.take() {
            Some((there, known)) if Arc::ptr_eq(&there, coded.values()) => (there, known),
            _ => (Arc::clone(coded.values()), vec![NONE; coded.values().len()]),
        };
        let texts = there.as_string::<i32>();
        let mut number = |code: u16| match known[usize::from(code)] {
            NONE => {
                let number = self.number(texts.value(code.into()).as_bytes());
                known[usize::from(code)] = number;
                number
            }
            number => number,
        };
        let codes = coded.keys().values();
        match values {
            Some(values) => numbers.extend(values.iter().map(|at| number(codes[*at as usize]))),
            None => numbers.extend(codes.iter().map(|code| number(*code))),
        }
        self.known = Some((there, known));
    }

    fn number(&mut self, text: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        // A row group has fewer rows than that.
        let number = self.texts.len() as u32;
        self.numbers.insert(text.into(), number);
        self.texts.push(text.into());
        number
    }

    /// The least and the greatest text of some numbers, and the bytes of the texts of all of them.
    pub(super) fn bounds_and_bytes(&self, numbers: &[u32]) -> (Option<(u32, u32)>, i64) {
        let mut counts = vec![0_i64; self.texts.len()];
        numbers.iter().for_each(|number| counts[*number as usize] += 1);
        let there = || (0_u32..).zip(&counts).filter(|(_, count)| **count > 0);
        let bounds = there().map(|(number, _)| (number, number)).reduce(|one, other| self.wider(one, other));
        let bytes = there().map(|(number, count)| self.texts[number as usize].len() as i64 * count).sum();
        (bounds, bytes)
    }

    pub(super) fn page_size(&self) -> usize {
        self.texts.iter().map(|text| text.len() + size_of::<u32>()).sum()
    }

    /// As the page of a dictionary has them.
    pub(super) fn page(&self) -> Vec<u8> {
        let mut page = Vec::with_capacity(self.page_size());
        for text in &self.texts {
            page.extend_from_slice(&(text.len() as u32).to_le_bytes());
            page.extend_from_slice(text);
        }
        page
    }

    fn is_less(&self, one: u32, other: u32) -> bool {
        self.texts[one as usize] < self.texts[other as usize]
    }

    /// The smaller and the greater ones of two pairs of bounds.
    fn wider(&self, (least, greatest): (u32, u32), (low, high): (u32, u32)) -> (u32, u32) {
        (
            if self.is_less(low, least) { low } else { least },
            if self.is_less(greatest, high) { high } else { greatest },
        )
    }
}
