//! Files of some hundred bytes whose pages say to have billions of something, and whose bloom filters have no block. The parquet
//! crate reserves memory for what the header of a page says, and an allocation that fails ends the process.

use crate::{
    hostile_files::{
        BILLIONS, BINARY, I32, I64, LIST, STRUCT, bytes, file, group, lake, list, number, record, structs,
        unsigned,
    },
    lake::Lake,
};

const KEY: &str = "tables/t/dt=2026-11-23/g1/part-00000.parquet";

/// The codecs, by their numbers in `parquet.thrift`.
const PLAIN: u64 = 0;
const CODECS: [u64; 6] = [1, 2, 4, 5, 6, 7];

/// The types of columns, as in `parquet.thrift`.
const BIGINT: u64 = 2;
const TEXT: u64 = 6;

/// Of whatever number, -1.
fn minus_one() -> Vec<u8> {
    unsigned(1)
}

/// The values 1 to 3: of a number, or of a text of one letter.
fn values(of: u64) -> Vec<u8> {
    let value = |value: u8| match of {
        BIGINT => i64::from(value).to_le_bytes().to_vec(),
        _ => [1_u32.to_le_bytes().to_vec(), vec![b'0' + value]].concat(),
    };
    (1..=3).flat_map(value).collect()
}

/// A data page of three values that says to have so many bytes uncompressed.
fn data(uncompressed: u64, body: &[u8]) -> Vec<u8> {
    let own = record(&[(1, I32, number(3)), (2, I32, number(0)), (3, I32, number(3)), (4, I32, number(3))]);
    let head = [
        (1, I32, number(0)),
        (2, I32, number(uncompressed)),
        (3, I32, number(body.len() as u64)),
        (5, STRUCT, own),
    ];
    [record(&head), body.to_vec()].concat()
}

/// A data page with the values 1 to 3, none of which is null.
fn good(of: u64) -> Vec<u8> {
    let body = [&[2, 0, 0, 0, 6, 1][..], &values(of)].concat();
    data(body.len() as u64, &body)
}

/// The page of a dictionary that says to have so many values.
fn dictionary(of: u64, count: u64) -> Vec<u8> {
    dictionary_of(of, count, values(of).len() as u64)
}

/// The same, which says to have so many bytes uncompressed too.
fn dictionary_of(of: u64, count: u64, uncompressed: u64) -> Vec<u8> {
    let body = values(of);
    let own = record(&[(1, I32, number(count)), (2, I32, number(0))]);
    let size = number(body.len() as u64);
    let head = [(1, I32, number(2)), (2, I32, number(uncompressed)), (3, I32, size), (7, STRUCT, own)];
    [record(&head), body].concat()
}

/// A row group of one column chunk.
#[derive(Default)]
struct Group {
    codec: u64,
    dictionary: Vec<u8>,
    pages: Vec<u8>,
    /// What the footer says beside the pages' own bytes to have uncompressed.
    beside: u64,
    /// Other fields of `ColumnMetaData`, and of `ColumnChunk`.
    meta: Vec<(u8, u8, Vec<u8>)>,
    more: Vec<(u8, u8, Vec<u8>)>,
}

impl Group {
    fn of(pages: Vec<u8>) -> Self {
        Self { pages, ..Self::default() }
    }

    fn length(&self) -> u64 {
        (self.dictionary.len() + self.pages.len()) as u64
    }

    fn written(&self, of: u64, start: u64) -> Vec<u8> {
        let mut column = vec![
            (1, I32, number(of)),
            (2, LIST, list(I32, 1, &[number(0)])),
            (3, LIST, list(BINARY, 1, &[bytes(b"n")])),
            (4, I32, number(self.codec)),
            (5, I64, number(3)),
            (6, I64, number(self.length() + self.beside)),
            (7, I64, number(self.length())),
            (9, I64, number(start + self.dictionary.len() as u64)),
        ];
        if !self.dictionary.is_empty() {
            column.push((11, I64, number(start)));
        }
        column.extend(self.meta.clone());
        let mut chunk = vec![(2, I64, number(4)), (3, STRUCT, record(&column))];
        chunk.extend(self.more.clone());
        record(&[(1, LIST, structs(&[record(&chunk)])), (2, I64, number(self.length())), (3, I64, number(3))])
    }
}

/// A lake whose only file has these row groups, and `behind` after them.
async fn lake_of(of: u64, groups: &[Group], behind: &[u8]) -> Lake {
    let (mut body, mut written) = (Vec::new(), Vec::new());
    for group in groups {
        written.push(group.written(of, 4 + body.len() as u64));
        body.extend([&group.dictionary[..], &group.pages].concat());
    }
    body.extend(behind);
    let mut leaf = vec![(1, I32, number(of)), (3, I32, number(1)), (4, BINARY, bytes(b"n"))];
    if of == TEXT {
        leaf.push((6, I32, number(0)));
    }
    let lake = lake(file(&body, structs(&[group("schema", 1), record(&leaf)]), structs(&written))).await;
    let data_type = if of == TEXT { "string" } else { "bigint" };
    lake.table("t", &[("n", data_type)]).await;
    lake
}

/// Fails if the file is not found to be broken, by its name and by that of the column.
async fn is_bad(of: u64, groups: &[Group], what: &str) {
    let lake = lake_of(of, groups, &[]).await;
    let place = groups.len() - 1;
    for sql in ["SELECT n FROM t", "SELECT max(n) FROM t", "SELECT n FROM t WHERE n <> cast(7 AS varchar)"] {
        let sql = if of == TEXT { sql.to_owned() } else { sql.replace("cast(7 AS varchar)", "7") };
        let error = lake.error(&sql, &[]).await.to_string();
        assert!(error.starts_with("HIVE_BAD_DATA"), "{sql}: {error}");
        let named = format!("column n of row group {place} of {KEY} is broken");
        assert!(error.contains(&named) && error.contains(what), "{sql}: {error}");
    }
}

#[tokio::test]
async fn pages_that_have_what_they_say_are_read() {
    for of in [BIGINT, TEXT] {
        let lake = lake_of(of, &[Group::of(good(of)), Group::of([good(of), good(of)].concat())], &[]).await;
        assert_eq!(
            lake.rows("SELECT n FROM t WHERE n IS NOT NULL ORDER BY n LIMIT 2").await,
            "\"1\"\n\"1\"\n"
        );
        // The indexes of a dictionary's values have a bit width before them: here all are the second value.
        let indexes = data(9, &[2, 0, 0, 0, 6, 1, 2, 6, 1]);
        // Its encoding is the number 8, where `data` says 0.
        let indexes = encoded(8, indexes);
        let group = Group { dictionary: dictionary(of, 3), ..Group::of(indexes) };
        let lake = lake_of(of, &[group], &[]).await;
        assert_eq!(lake.rows("SELECT n FROM t").await, "\"2\"\n\"2\"\n\"2\"\n");
    }
}

/// The data page with another encoding: the header has its field 2 behind field 1, which is three values.
fn encoded(encoding: u64, page: Vec<u8>) -> Vec<u8> {
    let (from, to) = ([0x15, 6, 0x15, 0], [0x15, 6, 0x15, number(encoding)[0]]);
    let at = page.windows(4).position(|window| window == from).unwrap();
    [&page[..at], &to, &page[at + 4..]].concat()
}

#[tokio::test]
async fn a_dictionary_that_says_to_have_billions_of_values_is_bad_data() {
    for of in [BIGINT, TEXT] {
        let least = if of == BIGINT { 8 } else { 4 };
        let most = values(of).len() as u64 / least;
        for said in [most + 1, 1 << 20, BILLIONS] {
            let bad = || Group { dictionary: dictionary(of, said), ..Group::of(good(of)) };
            let what = format!("a dictionary says to have {said} values, and {most} at the most");
            is_bad(of, &[bad()], &what).await;
            is_bad(of, &[Group::of(good(of)), bad()], &what).await;
            // Where nobody expects one.
            is_bad(of, &[Group::of([good(of), dictionary(of, said)].concat())], &what).await;
        }
    }
}

#[tokio::test]
async fn a_page_that_says_to_have_billions_of_bytes_is_bad_data() {
    for of in [BIGINT, TEXT] {
        for codec in CODECS {
            let body = [&[2, 0, 0, 0, 6, 1][..], &values(of)].concat();
            for pages in [data(BILLIONS, &body), [good(of), data(BILLIONS, &body)].concat()] {
                let bad = Group { codec, ..Group::of(pages) };
                is_bad(of, &[Group::of(good(of)), bad], &format!("{BILLIONS} bytes uncompressed")).await;
            }
        }
        let mut longer = good(of);
        longer.pop();
        let group = Group { codec: PLAIN, ..Group::of(longer) };
        is_bad(of, &[group], "bytes, and").await;
    }
}

/// What is within a page may look like another one, and the index says that it is.
#[tokio::test]
async fn a_page_index_that_has_a_page_within_another_is_bad_data() {
    let inner = dictionary(BIGINT, BILLIONS);
    let outer = data(0, &[&[2, 0, 0, 0, 6, 1][..], &values(BIGINT), &inner].concat());
    let within = 4 + (outer.len() - inner.len()) as u64;
    let page = |at: u64, size: u64, row: u64| {
        record(&[(1, I64, number(at)), (2, I32, number(size)), (3, I64, number(row))])
    };
    let pages = structs(&[page(4, outer.len() as u64, 0), page(within, inner.len() as u64, 2)]);
    let offsets = record(&[(1, LIST, pages)]);
    let value = |value: i64| bytes(&value.to_le_bytes());
    let columns = record(&[
        (1, LIST, list(1, 2, &[vec![2], vec![2]])),
        (2, LIST, list(BINARY, 2, &[value(1), value(3)])),
        (3, LIST, list(BINARY, 2, &[value(2), value(3)])),
        (4, I32, number(1)),
    ]);
    let start = 4 + outer.len() as u64;
    let more = vec![
        (4, I64, number(start)),
        (5, I32, number(offsets.len() as u64)),
        (6, I64, number(start + offsets.len() as u64)),
        (7, I32, number(columns.len() as u64)),
    ];
    let group = Group { more, ..Group::of(outer) };
    let lake = lake_of(BIGINT, &[group], &[offsets, columns].concat()).await;
    for sql in ["SELECT n FROM t WHERE n = 3", "SELECT n FROM t WHERE n < 3"] {
        let error = lake.error(sql, &[]).await.to_string();
        assert!(error.starts_with("HIVE_BAD_DATA"), "{sql}: {error}");
        assert!(error.contains(&format!("column n of row group 0 of {KEY} is broken")), "{sql}: {error}");
    }
}

/// A bloom filter of so many bytes, and the bytes.
fn filter(said: u64, found: usize) -> Vec<u8> {
    let union = || record(&[(1, STRUCT, record(&[]))]);
    let head =
        record(&[(1, I32, number(said)), (2, STRUCT, union()), (3, STRUCT, union()), (4, STRUCT, union())]);
    [head, vec![0; found]].concat()
}

/// The filters say of every value that it is not there. What has no whole block is not asked.
#[tokio::test]
async fn a_bloom_filter_without_a_block_rules_nothing_out() {
    for of in [BIGINT, TEXT] {
        let sql = if of == BIGINT { "SELECT n FROM t WHERE n = 2" } else { "SELECT n FROM t WHERE n = '2'" };
        for (said, found, expected) in [
            (32, 32, ""),
            (64, 64, ""),
            (31, 31, "\"2\"\n"),
            (0, 0, "\"2\"\n"),
            (33, 33, "\"2\"\n"),
            (BILLIONS, 32, "\"2\"\n"),
            (64, 32, "\"2\"\n"),
            (32, 0, "\"2\"\n"),
        ] {
            let (pages, filter) = (good(of), filter(said, found));
            let meta =
                vec![(14, I64, number(4 + pages.len() as u64)), (15, I32, number(filter.len() as u64))];
            let lake = lake_of(of, &[Group { meta, ..Group::of(pages) }], &filter).await;
            assert_eq!(lake.rows(sql).await, expected, "{said} {found}");
            assert_eq!(lake.rows("SELECT count(n) FROM t").await, "\"3\"\n");
        }
    }
}

#[tokio::test]
async fn a_bloom_filter_that_is_not_within_the_file_is_bad_data() {
    for (offset, length) in [
        (number(4), minus_one()),
        (minus_one(), number(47)),
        (number(4), number(BILLIONS)),
        (number(1 << 61), number(47)),
    ] {
        let meta = vec![(14, I64, offset), (15, I32, length)];
        let lake = lake_of(BIGINT, &[Group { meta, ..Group::of(good(BIGINT)) }], &filter(32, 32)).await;
        let error = lake.error("SELECT n FROM t WHERE n = 2", &[]).await.to_string();
        assert!(error.starts_with("HIVE_BAD_DATA"), "{error}");
        let expected = format!("the footer of {KEY} is broken: the bloom filter of column n of row group 0");
        assert!(error.contains(&expected), "{error}");
    }
}

/// Where the footer says that rows are long, a dictionary is read beforehand, to see how long its values are.
#[tokio::test]
async fn a_dictionary_that_is_looked_at_before_the_rows_is_judged_too() {
    for codec in CODECS {
        for beside in [0, 1 << 30, 1 << 33] {
            let dictionary = dictionary_of(TEXT, 3, BILLIONS);
            let bad = Group { codec, dictionary, beside, ..Group::of(good(TEXT)) };
            is_bad(TEXT, &[bad], &format!("{BILLIONS} bytes uncompressed")).await;
        }
    }
}
