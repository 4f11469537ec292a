use proptest::prelude::*;

use super::*;

/// Metadata as it is written: fields with a number, the type of their value, and the value.
fn record(fields: &[(u8, u8, Vec<u8>)]) -> Vec<u8> {
    let (mut bytes, mut last) = (Vec::new(), 0);
    for (field, kind, value) in fields {
        bytes.push((field - last) << 4 | kind);
        bytes.extend(value);
        last = *field;
    }
    bytes.push(0);
    bytes
}

fn unsigned(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn signed(number: i64) -> Vec<u8> {
    unsigned(((number << 1) ^ (number >> 63)) as u64)
}

fn text(text: &str) -> Vec<u8> {
    [unsigned(text.len() as u64), text.as_bytes().to_vec()].concat()
}

/// The head of a list that says to have so many structs.
fn list(count: u64) -> Vec<u8> {
    [vec![15 << 4 | STRUCT], unsigned(count)].concat()
}

fn list_of(items: &[Vec<u8>]) -> Vec<u8> {
    [list(items.len() as u64), items.concat()].concat()
}

/// An element of a schema, with so many children.
fn element(children: Option<i64>) -> Vec<u8> {
    let mut fields = vec![(4, 8, text("c"))];
    fields.extend(children.map(|children| (5, 5, signed(children))));
    record(&fields)
}

fn schema_of(children: &[Option<i64>]) -> Vec<u8> {
    list_of(&children.iter().map(|children| element(*children)).collect::<Vec<_>>())
}

/// A row group of one column, with some of every type of value in it.
fn group() -> Vec<u8> {
    let inner = record(&[(1, 1, vec![]), (2, 2, vec![]), (3, 7, vec![0; 8]), (9, 3, vec![7])]);
    let booleans = vec![3 << 4 | 1, 1, 2, 1];
    let map = [vec![2, 8 << 4 | 5], text("a"), signed(1), text("b"), signed(-1)].concat();
    let fields = [
        (1, 9, list_of(std::slice::from_ref(&inner))),
        (2, 6, signed(-5)),
        (3, 10, booleans),
        (4, 11, map),
        (5, 12, inner),
    ];
    record(&fields)
}

/// A page of an offset index, at this place.
fn page(at: i64) -> Vec<u8> {
    record(&[(1, 6, signed(at)), (2, 5, signed(40)), (3, 6, signed(0))])
}

fn metadata(schema: Vec<u8>, groups: Vec<u8>) -> Vec<u8> {
    let names = list_of(&[record(&[(1, 8, text("key"))])]);
    record(&[
        (1, 5, signed(2)),
        (2, 9, schema),
        (3, 6, signed(3)),
        (4, 9, groups),
        (5, 9, names),
        (6, 8, text("us")),
    ])
}

fn good() -> Vec<u8> {
    // A root with a column, a list of structs of two, and another column.
    let children = [Some(3), None, Some(1), Some(1), Some(2), None, Some(0), None];
    metadata(schema_of(&children), list_of(&[group(), group()]))
}

#[test]
fn what_has_what_it_says_is_good() {
    check(&good()).unwrap();
    check(&metadata(schema_of(&[None]), vec![0])).unwrap();
    let pages = list_of(&[page(4), page(5_000_000_000)]);
    let index = record(&[(1, 9, pages), (2, 9, vec![2 << 4 | 6, 1, 2])]);
    assert_eq!(page_places(&index), Ok(vec![4, 5_000_000_000]));
}

/// Each of these would end the process of whoever decodes it.
#[test]
fn what_says_that_it_has_more_is_refused() {
    let rows = |groups: Vec<u8>| check(&metadata(schema_of(&[Some(1), None]), groups));
    for count in [3, 1 << 10, 1 << 20, u64::from(u32::MAX) >> 1, u64::from(u32::MAX), u64::MAX] {
        assert_eq!(rows([list(count), group()].concat()), Err(BrokenFooter::Malformed), "{count}");
        let index = record(&[(1, 9, [list(count), page(4)].concat())]);
        assert_eq!(page_places(&index), Err(BrokenFooter::Malformed), "{count}");
        let schema = [list(count), element(Some(2))].concat();
        assert_eq!(check(&metadata(schema, vec![0])), Err(BrokenFooter::Malformed), "{count}");
    }
    let many = MOST_ROW_GROUPS + 1;
    assert_eq!(rows(list_of(&vec![group(); many])), Err(BrokenFooter::RowGroups(many)));
    for children in [
        vec![Some(i64::from(i32::MAX)), None],
        vec![Some(2), None],
        vec![Some(-1), None],
        vec![Some(1), None, None],
        vec![None, None],
        vec![Some(2), Some(2), None, None],
    ] {
        let found = check(&metadata(schema_of(&children), vec![0]));
        assert_eq!(found, Err(BrokenFooter::Schema), "{children:?}");
    }
    assert_eq!(check(&vec![0; MOST_BYTES as usize + 1]), Err(BrokenFooter::TooLong(MOST_BYTES + 1)));
}

/// Whoever decodes a schema calls itself for each of its levels.
#[test]
fn levels_have_a_bound() {
    let deep = |levels: usize| {
        let mut children = vec![Some(1); levels];
        children.push(None);
        check(&metadata(schema_of(&children), vec![0]))
    };
    deep(MOST_LEVELS).unwrap();
    for levels in [MOST_LEVELS + 1, 200_000] {
        assert_eq!(deep(levels), Err(BrokenFooter::Schema), "{levels}");
    }
    // The values too, of whatever types.
    let value = [vec![1 << 4 | STRUCT; 100_000], vec![0; 100_001]].concat();
    assert_eq!(check(&record(&[(9, 12, value)])), Err(BrokenFooter::Malformed));
}

/// Whoever decodes an index takes a field of its own for what it should be, whatever its type is, and passes over truth values
/// in a list without reading them: it would find other places than we do.
#[test]
fn an_index_in_another_form_is_refused() {
    let index = |page: Vec<u8>| record(&[(1, 9, list_of(&[page]))]);
    assert_eq!(page_places(&index(page(4))), Ok(vec![4]));
    let truths = vec![2 << 4 | 1, 1, 1];
    for bad in [
        index(page(-1)),
        index(record(&[(2, 5, signed(40)), (3, 6, signed(0))])),
        index(record(&[(1, 7, vec![0; 8]), (2, 5, signed(40))])),
        index(record(&[(1, 6, signed(4)), (2, 8, text("ab")), (3, 6, signed(0))])),
        index(record(&[(1, 6, signed(4)), (2, 5, signed(40)), (4, 9, truths.clone())])),
        record(&[(1, 9, list_of(&[page(4)])), (2, 9, truths.clone())]),
        record(&[(1, 9, list_of(&[page(4)])), (3, 9, truths)]),
    ] {
        assert_eq!(page_places(&bad), Err(BrokenFooter::Malformed), "{bad:?}");
    }
}

#[test]
fn the_length_is_before_the_mark() {
    let end = |length: u32, mark: &[u8]| [&[7, 7], &length.to_le_bytes()[..], mark].concat();
    assert_eq!(length(&end(70_000, b"PAR1")), Ok(Some(70_000)));
    assert_eq!(length(&end(u32::MAX, b"PAR1")), Err(BrokenFooter::TooLong(u64::from(u32::MAX))));
    for other in [end(7, b"PARE"), end(7, b"PAR2"), b"PAR1".to_vec(), vec![]] {
        assert_eq!(length(&other), Ok(None));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _found = (check(&bytes), page_places(&bytes), length(&bytes));
    }

    #[test]
    fn what_is_cut_is_refused(at in any::<prop::sample::Index>()) {
        let whole = good();
        prop_assert_eq!(check(&whole[..at.index(whole.len())]), Err(BrokenFooter::Malformed));
    }

    /// What else one byte may change, whoever decodes it finds.
    #[test]
    fn what_is_changed_is_good_or_refused(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut changed = good();
        let at = at.index(changed.len());
        changed[at] = to;
        let _found = check(&changed);
    }
}
