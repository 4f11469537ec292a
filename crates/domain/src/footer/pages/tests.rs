use proptest::prelude::*;

use super::*;

const I32: u8 = 5;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const BILLIONS: i64 = i32::MAX as i64;

const CODECS: [Codec; 6] = [Codec::None, Codec::Snappy, Codec::Lz4, Codec::Gzip, Codec::Zstd, Codec::Other];

fn record(fields: &[(u8, u8, Vec<u8>)]) -> Vec<u8> {
    let (mut bytes, mut last) = (Vec::new(), 0);
    for (field, kind, value) in fields {
        if *field > last {
            bytes.push((field - last) << 4 | kind);
        } else {
            // The number itself, where it is not further on.
            bytes.push(*kind);
            bytes.extend(signed(i64::from(*field)));
        }
        bytes.extend(value);
        last = *field;
    }
    bytes.push(0);
    bytes
}

fn signed(number: i64) -> Vec<u8> {
    let (mut left, mut bytes) = (((number << 1) ^ (number >> 63)) as u64, Vec::new());
    while left > 0x7f {
        bytes.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    bytes.push(left as u8);
    bytes
}

/// The page of a dictionary that says so, and has so many bytes.
fn dictionary(uncompressed: i64, compressed: i64, values: i64, bytes: usize) -> Vec<u8> {
    let own = record(&[(1, I32, signed(values)), (2, I32, signed(0)), (3, 2, vec![])]);
    let head =
        [(1, I32, signed(2)), (2, I32, signed(uncompressed)), (3, I32, signed(compressed)), (7, STRUCT, own)];
    [record(&head), vec![0; bytes]].concat()
}

/// A data page of the first version with statistics, which says so, and has so many bytes.
fn data(uncompressed: i64, compressed: i64, bytes: usize) -> Vec<u8> {
    let statistics =
        record(&[(3, 6, signed(0)), (5, BINARY, vec![1, b'z']), (6, BINARY, vec![1, b'a']), (7, 1, vec![])]);
    let own = record(&[
        (1, I32, signed(7)),
        (2, I32, signed(0)),
        (3, I32, signed(3)),
        (4, I32, signed(3)),
        (5, STRUCT, statistics),
    ]);
    let head = [
        (1, I32, signed(0)),
        (2, I32, signed(uncompressed)),
        (3, I32, signed(compressed)),
        (4, I32, signed(-77)),
        (5, STRUCT, own),
    ];
    [record(&head), vec![0; bytes]].concat()
}

/// A data page of the second version.
fn data_v2(uncompressed: i64, compressed: i64, bytes: usize) -> Vec<u8> {
    let numbers = (1..=6).map(|field| (field, I32, signed(0)));
    let own = record(&numbers.chain([(7, 2, vec![])]).collect::<Vec<_>>());
    let head =
        [(1, I32, signed(3)), (2, I32, signed(uncompressed)), (3, I32, signed(compressed)), (8, STRUCT, own)];
    [record(&head), vec![0; bytes]].concat()
}

fn column(codec: Codec, least_bits: u64) -> Column {
    Column { codec, least_bits }
}

/// Checks pages one after the other, at a place of the file.
fn checked(pages: &[Vec<u8>], column: Column) -> Result<(), BrokenPage> {
    check(&pages.concat(), 1 << 33, &[], column)
}

#[test]
fn pages_that_have_what_they_say_are_good() {
    for codec in CODECS {
        for least_bits in [1, 8, 32, 64, 96] {
            let column = column(codec, least_bits);
            checked(&[], column).unwrap();
            checked(&[dictionary(96, 96, 8, 96), data(50, 50, 50), data_v2(0, 0, 0), data(9, 9, 9)], column)
                .unwrap();
        }
    }
    // What is compressed is more than it takes in the file, and its values are in that.
    checked(&[dictionary(2_200, 100, 550, 100)], column(Codec::Snappy, 32)).unwrap();
    checked(&[dictionary(1 << 28, 8_192, 1 << 26, 8_192)], column(Codec::Zstd, 32)).unwrap();
    checked(&[data(1 << 28, 16, 16)], column(Codec::Other, 32)).unwrap();
    // Without a codec nobody asks for the other size, and a bit is a value.
    checked(&[data(BILLIONS, 50, 50), dictionary(0, 1, 8, 1)], column(Codec::None, 1)).unwrap();
}

/// Each of these would take gigabytes of memory, wherever it is.
#[test]
fn pages_that_say_that_they_have_more_are_refused() {
    type Maker = fn(i64, i64, usize) -> Vec<u8>;
    let makers: [Maker; 3] =
        [data, data_v2, |said, compressed, bytes| dictionary(said, compressed, 1, bytes)];
    for place in 0..3 {
        let at = |page: Vec<u8>, column: Column| {
            let mut pages = vec![data(40, 40, 40), data_v2(7, 7, 7)];
            pages.insert(place, page);
            checked(&pages, column)
        };
        for codec in CODECS {
            for least_bits in [0, 1, 8, 32, 64, 96] {
                let column = column(codec, least_bits);
                let most = 80 * 8 / if least_bits == 0 { 8 } else { least_bits };
                at(dictionary(80, 80, most as i64, 80), column).unwrap();
                for said in [most as i64 + 1, 1 << 20, BILLIONS, -1, i64::from(i32::MIN)] {
                    let found = at(dictionary(80, 80, said, 80), column);
                    assert_eq!(found, Err(BrokenPage::Values { said, most }), "{column:?}");
                }
            }
        }
        for (codec, most) in [
            (Codec::Snappy, 1_760),
            (Codec::Lz4, 20_400),
            (Codec::Gzip, 82_560),
            (Codec::Zstd, 2_621_440),
            (Codec::Other, MOST_BYTES),
        ] {
            let column = column(codec, 32);
            for page in makers {
                at(page(most as i64, 80, 80), column).unwrap();
                for said in [most as i64 + 1, BILLIONS, -1, i64::from(i32::MIN)] {
                    let found = at(page(said, 80, 80), column);
                    assert_eq!(found, Err(BrokenPage::Uncompressed { said, most }), "{codec:?}");
                }
            }
        }
    }
    let large = 10_000;
    let found = checked(&[data((1 << 28) + 1, large, large as usize)], column(Codec::Zstd, 32));
    assert_eq!(found, Err(BrokenPage::Uncompressed { said: (1 << 28) + 1, most: MOST_BYTES }));
}

#[test]
fn a_page_is_within_its_chunk() {
    for codec in CODECS {
        for said in [81, BILLIONS, -1, i64::from(i32::MIN)] {
            for page in [data(80, said, 80), data_v2(80, said, 80), dictionary(80, said, 1, 80)] {
                let found = checked(&[data(5, 5, 5), page], column(codec, 32));
                assert_eq!(found, Err(BrokenPage::Compressed { said, left: 80 }), "{codec:?}");
            }
        }
        // What is behind the last page is no page.
        let found = checked(&[data(80, 79, 80)], column(codec, 32));
        assert_eq!(found, Err(BrokenPage::Malformed));
    }
}

/// The reader looks for pages where the page index has them: what is within a page may look like another one.
#[test]
fn pages_begin_where_the_index_has_them() {
    let (first, second) = (data(20, 20, 20), data(30, 30, 30));
    let (start, then) = (1_000_u64, 1_000 + first.len() as u64);
    let bytes = [first, second].concat();
    let check = |places: &[u64]| check(&bytes, start, places, column(Codec::None, 32));
    for good in [vec![], vec![start], vec![then], vec![start, then], vec![start, start, then, then]] {
        check(&good).unwrap();
    }
    let last = start + bytes.len() as u64 - 1;
    for (bad, missed) in [
        (&[start + 1, then][..], start + 1),
        (&[start, then - 1][..], then - 1),
        (&[start, then + 1][..], then + 1),
        (&[then, last][..], last),
    ] {
        assert_eq!(check(bad), Err(BrokenPage::Place(missed)), "{bad:?}");
    }
}

/// The parquet crate takes a known field for what it should be, and does not read the truth values of a list.
#[test]
fn headers_in_another_form_are_refused() {
    let number = |field: u8, number: i64| (field, I32, signed(number));
    let sizes = [number(2, 0), number(3, 0)];
    let with = |more: &[(u8, u8, Vec<u8>)]| {
        let mut fields = [&[number(1, 0)][..], &sizes, more].concat();
        fields.sort_by_key(|(field, ..)| *field);
        checked(&[record(&fields)], column(Codec::Zstd, 32))
    };
    with(&[]).unwrap();
    with(&[(9, BINARY, vec![2, 1, 1]), (10, STRUCT, record(&[number(1, 5), (2, 1, vec![])]))]).unwrap();
    let truths = vec![2 << 4 | 1, 1, 1];
    let values = |kind: u8, value: Vec<u8>| record(&[(1, kind, value), number(2, 0)]);
    for bad in [
        vec![number(2, 0)],
        vec![number(3, 0)],
        vec![number(4, 0), (7, BINARY, vec![1, 1])],
        vec![(4, 7, vec![0; 8])],
        vec![(5, I32, signed(0))],
        vec![(5, STRUCT, record(&[(1, 7, vec![0; 8])]))],
        vec![(5, STRUCT, record(&[(5, STRUCT, record(&[(3, BINARY, vec![0])]))]))],
        vec![(7, STRUCT, values(7, vec![0; 8]))],
        vec![(7, STRUCT, values(6, signed(1 << 40)))],
        vec![(8, STRUCT, record(&[(7, I32, signed(0))]))],
        vec![(9, LIST, truths.clone())],
        vec![(10, STRUCT, record(&[(1, LIST, truths.clone())]))],
        vec![(5, STRUCT, record(&[(5, STRUCT, record(&[(12, LIST, truths)]))]))],
    ] {
        assert_eq!(with(&bad), Err(BrokenPage::Malformed), "{bad:?}");
    }
    for sizes in [vec![number(2, 0)], vec![number(3, 0)], vec![number(2, 1 << 33), number(3, 0)], vec![]] {
        let found = checked(&[record(&sizes)], column(Codec::Zstd, 32));
        assert_eq!(found, Err(BrokenPage::Malformed), "{sizes:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        places in prop::collection::vec(0_u64..300, 0..3),
        codec in prop::sample::select(CODECS.to_vec()),
        least_bits in 0_u64..100,
    ) {
        let _found = check(&bytes, u64::MAX - 100, &places, column(codec, least_bits));
    }

    #[test]
    fn what_is_cut_is_refused(at in any::<prop::sample::Index>()) {
        let whole = dictionary(80, 80, 10, 80);
        let found = check(&whole[..1 + at.index(whole.len() - 1)], 4, &[], column(Codec::None, 64));
        prop_assert!(found.is_err());
    }
}
