//! Files of some hundred bytes that say to have billions of something. The parquet crate reserves memory for what a footer says to
//! have, and calls itself for each level of a schema: an allocation that fails, or a stack that overflows, ends the process.

use domain::port::{ObjectStore, PutMode};

use crate::lake::Lake;

/// The types of values in Thrift's compact protocol.
pub(crate) const I32: u8 = 5;
pub(crate) const I64: u8 = 6;
pub(crate) const BINARY: u8 = 8;
pub(crate) const LIST: u8 = 9;
pub(crate) const STRUCT: u8 = 12;

/// More than any process has room for, and the most that the crate takes for a length.
pub(crate) const BILLIONS: u64 = (1 << 31) - 1;

pub(crate) fn record(fields: &[(u8, u8, Vec<u8>)]) -> Vec<u8> {
    let (mut bytes, mut last) = (Vec::new(), 0);
    for (field, kind, value) in fields {
        bytes.push((field - last) << 4 | kind);
        bytes.extend(value);
        last = *field;
    }
    bytes.push(0);
    bytes
}

pub(crate) fn unsigned(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A number that is not below zero.
pub(crate) fn number(number: u64) -> Vec<u8> {
    unsigned(2 * number)
}

pub(crate) fn bytes(bytes: &[u8]) -> Vec<u8> {
    [unsigned(bytes.len() as u64), bytes.to_vec()].concat()
}

/// A list that says to have `count` values, and has these.
pub(crate) fn list(kind: u8, count: u64, values: &[Vec<u8>]) -> Vec<u8> {
    [vec![15 << 4 | kind], unsigned(count), values.concat()].concat()
}

pub(crate) fn structs(values: &[Vec<u8>]) -> Vec<u8> {
    list(STRUCT, values.len() as u64, values)
}

/// A group of a schema, with so many children.
pub(crate) fn group(name: &str, children: u64) -> Vec<u8> {
    record(&[(3, I32, number(1)), (4, BINARY, bytes(name.as_bytes())), (5, I32, number(children))])
}

/// The column `n`.
fn leaf() -> Vec<u8> {
    record(&[(1, I32, number(2)), (3, I32, number(1)), (4, BINARY, bytes(b"n"))])
}

fn schema() -> Vec<u8> {
    structs(&[group("schema", 1), leaf()])
}

/// A row group of three rows, 1 to 3, whose indexes are there and have so many bytes.
fn row_group(index: (u64, u64)) -> Vec<u8> {
    let statistics = [
        (3, I64, number(0)),
        (5, BINARY, bytes(&3_i64.to_le_bytes())),
        (6, BINARY, bytes(&1_i64.to_le_bytes())),
    ];
    let column = [
        (1, I32, number(2)),
        (2, LIST, list(I32, 1, &[number(0)])),
        (3, LIST, list(BINARY, 1, &[bytes(b"n")])),
        (4, I32, number(0)),
        (5, I64, number(3)),
        (6, I64, number(4)),
        (7, I64, number(4)),
        (9, I64, number(4)),
        (12, STRUCT, record(&statistics)),
    ];
    let chunk = record(&[
        (2, I64, number(4)),
        (3, STRUCT, record(&column)),
        (4, I64, number(index.0)),
        (5, I32, number(index.1)),
        (6, I64, number(index.0)),
        (7, I32, number(index.1)),
    ]);
    record(&[(1, LIST, structs(&[chunk])), (2, I64, number(4)), (3, I64, number(3))])
}

pub(crate) fn file(body: &[u8], schema: Vec<u8>, row_groups: Vec<u8>) -> Vec<u8> {
    let metadata = record(&[
        (1, I32, number(2)),
        (2, LIST, schema),
        (3, I64, number(3)),
        (4, LIST, row_groups),
        (6, BINARY, bytes(b"nobody")),
    ]);
    [&b"PAR1"[..], body, &metadata, &(metadata.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

/// Files, and what is wrong with each.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let body = vec![0; 64];
    let none = || structs(&[]);
    let many_groups = (0..40_000).map(|_| row_group((4, 10))).collect::<Vec<_>>();
    let mut deep: Vec<Vec<u8>> = (0..200_000).map(|_| group("g", 1)).collect();
    deep.push(leaf());
    vec![
        ("its metadata cannot be read", file(&body, schema(), list(STRUCT, BILLIONS, &[row_group((4, 10))]))),
        (
            "its metadata cannot be read",
            file(&body, list(STRUCT, BILLIONS, &[group("schema", 1), leaf()]), none()),
        ),
        ("its schema has more than", file(&body, structs(&[group("schema", BILLIONS), leaf()]), none())),
        ("its schema has more than", file(&body, structs(&deep), none())),
        ("40000 row groups", file(&body, schema(), structs(&many_groups))),
    ]
}

pub(crate) async fn lake(file: Vec<u8>) -> Lake {
    let lake = Lake::new();
    lake.table("t", &[("n", "bigint")]).await;
    lake.point("t", "2026-11-23", "tables/t/dt=2026-11-23/g1/").await;
    let key = "tables/t/dt=2026-11-23/g1/part-00000.parquet";
    lake.store.put(key, file.into(), PutMode::Overwrite).await.unwrap();
    lake
}

#[tokio::test]
async fn a_footer_that_says_to_have_billions_is_bad_data() {
    for (what, file) in files() {
        let lake = lake(file).await;
        for sql in ["SELECT n FROM t", "SELECT count(*) FROM t", "SELECT n FROM t WHERE n = 2"] {
            let error = lake.error(sql, &[]).await.to_string();
            assert!(error.starts_with("HIVE_BAD_DATA"), "{sql}: {error}");
            assert!(error.contains("part-00000.parquet is broken") && error.contains(what), "{sql}: {error}");
        }
    }
}

/// An index is read where it may tell which rows a condition leaves out.
#[tokio::test]
async fn a_page_index_that_says_to_have_billions_is_bad_data() {
    let bomb = record(&[(1, LIST, list(STRUCT, BILLIONS, &[vec![0; 8]]))]);
    let group = row_group((4, bomb.len() as u64));
    let lake = lake(file(&bomb, schema(), structs(&[group]))).await;
    let error = lake.error("SELECT n FROM t WHERE n = 2", &[]).await.to_string();
    assert!(error.starts_with("HIVE_BAD_DATA"), "{error}");
    assert!(error.contains("its page indexes are none"), "{error}");
}

/// The same files, made so that nothing is wrong with their footers: the count of rows is all in there.
#[tokio::test]
async fn a_footer_that_has_what_it_says_is_read() {
    let lake = lake(file(&[0; 64], schema(), structs(&[row_group((4, 10))]))).await;
    assert_eq!(lake.rows("SELECT count(*) FROM t").await, "\"3\"\n");
}
