//! Functions of bytes. What is expected is from Trino's documentation ("Binary functions and operators"), its tests
//! (`TestVarbinaryFunctions`), and Python's `hashlib`, `zlib` and `base64`.

use crate::{
    both::{both, fail, null_of_null},
    golden::{compare, refuse},
    lake::Lake,
};

#[tokio::test]
async fn hashes() {
    both(&[
        ("to_hex(md5(to_utf8({0})))", &[""], "varchar", "D41D8CD98F00B204E9800998ECF8427E"),
        ("to_hex(md5(to_utf8({0})))", &["hello"], "varchar", "5D41402ABC4B2A76B9719D911017C592"),
        ("to_hex(sha1(to_utf8({0})))", &["hello"], "varchar", "AAF4C61DDCC5E8A2DABEDE0F3B482CD9AEA9434D"),
        (
            "to_hex(sha256(to_utf8({0})))",
            &["hello"],
            "varchar",
            "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824",
        ),
        ("substr(to_hex(sha512(to_utf8({0}))), 1, 16)", &["hello"], "varchar", "9B71D224BD62F378"),
        ("length(sha512(to_utf8({0})))", &["añ€"], "bigint", "64"),
        ("to_hex(xxhash64(to_utf8({0})))", &[""], "varchar", "EF46DB3751D8E999"),
        ("to_hex(xxhash64(to_utf8({0})))", &["hello"], "varchar", "26C7827D889F6DA3"),
        ("crc32(to_utf8({0}))", &["CRC me!"], "bigint", "38028046"),
        ("crc32(to_utf8({0}))", &[""], "bigint", "0"),
        ("crc32(to_utf8({0}))", &["hello"], "bigint", "907060870"),
        ("md5(to_utf8({0}))", &[""], "varbinary", "d4 1d 8c d9 8f 00 b2 04 e9 80 09 98 ec f8 42 7e"),
        (
            "lower(to_hex(md5(to_utf8({0})))) = {1}",
            &["", "d41d8cd98f00b204e9800998ecf8427e"],
            "boolean",
            "true",
        ),
    ])
    .await;
    null_of_null(&[
        ("md5(to_utf8({0}))", &["a"], "varbinary"),
        ("sha1(to_utf8({0}))", &["a"], "varbinary"),
        ("sha256(to_utf8({0}))", &["a"], "varbinary"),
        ("sha512(to_utf8({0}))", &["a"], "varbinary"),
        ("xxhash64(to_utf8({0}))", &["a"], "varbinary"),
        ("crc32(to_utf8({0}))", &["a"], "bigint"),
    ])
    .await;
}

#[tokio::test]
async fn encodings() {
    both(&[
        ("to_utf8({0})", &["hel"], "varbinary", "68 65 6c"),
        ("to_utf8({0})", &["é"], "varbinary", "c3 a9"),
        ("to_utf8({0})", &[""], "varbinary", "''"),
        ("from_utf8(to_utf8({0}))", &["añ€😀"], "varchar", "añ€😀"),
        ("from_utf8(from_hex({0}))", &["61C328"], "varchar", "a\u{fffd}("),
        ("from_utf8(from_hex({0}))", &["EDA08061"], "varchar", "\u{fffd}a"),
        ("from_utf8(from_hex({0}))", &["FF80"], "varchar", "\u{fffd}\u{fffd}"),
        ("from_utf8(from_hex({0}), {1})", &["61C328", "#"], "varchar", "a#("),
        ("from_utf8(from_hex({0}), {1})", &["61C328", ""], "varchar", "a("),
        ("from_utf8(from_hex({0}), 63)", &["61C328"], "varchar", "a?("),
        ("length(to_utf8({0}))", &["é€"], "bigint", "5"),
        ("to_hex(to_utf8({0}))", &["hello"], "varchar", "68656C6C6F"),
        ("to_hex(to_utf8({0}))", &[""], "varchar", "''"),
        ("from_hex({0})", &["00fF"], "varbinary", "00 ff"),
        ("from_hex({0})", &[""], "varbinary", "''"),
        ("from_hex(to_utf8({0}))", &["a1"], "varbinary", "a1"),
        ("to_hex(from_hex({0}))", &["00ff0a"], "varchar", "00FF0A"),
        ("to_base64(to_utf8({0}))", &["hello"], "varchar", "aGVsbG8="),
        ("to_base64(to_utf8({0}))", &["añ€"], "varchar", "YcOx4oKs"),
        ("to_base64(from_hex({0}))", &["FBFFFE"], "varchar", "+//+"),
        ("to_base64url(from_hex({0}))", &["FBFFFE"], "varchar", "-__-"),
        ("to_base64url(to_utf8({0}))", &["hello"], "varchar", "aGVsbG8="),
        ("from_utf8(from_base64({0}))", &["aGVsbG8="], "varchar", "hello"),
        ("from_utf8(from_base64({0}))", &["aGVsbG8"], "varchar", "hello"),
        ("from_base64({0})", &["+//+"], "varbinary", "fb ff fe"),
        ("from_base64(to_utf8({0}))", &["+//+"], "varbinary", "fb ff fe"),
        ("from_base64url({0})", &["-__-"], "varbinary", "fb ff fe"),
        ("from_base64({0})", &[""], "varbinary", "''"),
        ("from_big_endian_64(from_hex({0}))", &["00000000499602D2"], "bigint", "1234567890"),
        ("from_big_endian_64(from_hex({0}))", &["FFFFFFFFFFFFFFFF"], "bigint", "-1"),
        ("to_hex(to_big_endian_64(length({0})))", &["ab"], "varchar", "0000000000000002"),
        ("to_utf8({0}) = from_hex({1})", &["hel", "68656c"], "boolean", "true"),
    ])
    .await;
    fail(&[
        ("from_hex({0})", &["f/0"], "INVALID_FUNCTION_ARGUMENT: invalid input length 3"),
        ("from_hex({0})", &["f/"], "INVALID_FUNCTION_ARGUMENT: not a hexadecimal digit: \"/\" = 47"),
        (
            "from_base64({0})",
            &["a*=="],
            "INVALID_FUNCTION_ARGUMENT: the text is no base64: Invalid symbol 42, offset 1.",
        ),
        (
            "from_base64url({0})",
            &["+//+"],
            "INVALID_FUNCTION_ARGUMENT: the text is no base64: Invalid symbol 43, offset 0.",
        ),
        (
            "from_utf8(to_utf8({0}), {1})",
            &["a", "ab"],
            "INVALID_FUNCTION_ARGUMENT: Replacement character string must empty or a single character",
        ),
        (
            "from_utf8(to_utf8({0}), 55296)",
            &["a"],
            "INVALID_FUNCTION_ARGUMENT: Invalid replacement character",
        ),
        (
            "from_big_endian_64(to_utf8({0}))",
            &["a"],
            "INVALID_FUNCTION_ARGUMENT: expected 8-byte input, but got instead: 1",
        ),
    ])
    .await;
    null_of_null(&[
        ("to_utf8({0})", &["a"], "varbinary"),
        ("from_utf8(to_utf8({0}), {1})", &["a", "b"], "varchar"),
        ("to_hex(to_utf8({0}))", &["a"], "varchar"),
        ("from_hex({0})", &["aa"], "varbinary"),
        ("from_base64({0})", &["aaaa"], "varbinary"),
        ("from_base64url({0})", &["aaaa"], "varbinary"),
        ("to_base64url(to_utf8({0}))", &["a"], "varchar"),
        ("from_big_endian_64(to_utf8({0}))", &["a"], "bigint"),
    ])
    .await;
}

/// Columns of bytes are taken as they are, and texts are no bytes.
#[tokio::test]
async fn columns_of_bytes() {
    let rows = [r#"{"n": 1, "code": "00ff"}"#, r#"{"n": 2, "code": ""}"#, r#"{"n": 3}"#];
    let lake = Lake::of(&[("n", "int"), ("code", "binary")], &rows).await;
    compare(
        &lake,
        &[
            ("SELECT to_hex(code) FROM t ORDER BY n", "varchar", "00FF;'';NULL"),
            ("SELECT length(code) FROM t ORDER BY n", "bigint", "2;0;NULL"),
            ("SELECT crc32(code) FROM t WHERE n = 2", "bigint", "0"),
            ("SELECT to_hex(md5(code)) FROM t WHERE n = 2", "varchar", "D41D8CD98F00B204E9800998ECF8427E"),
            ("SELECT to_big_endian_64(n) FROM t WHERE n = 3", "varbinary", "00 00 00 00 00 00 00 03"),
            ("SELECT max(to_hex(code)), count(md5(code)) FROM t", "varchar", "00FF|2"),
            ("SELECT n FROM t WHERE code = from_hex('00ff')", "integer", "1"),
            ("SELECT to_hex(sha256(code)) FROM t WHERE n = 4", "varchar", ""),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT md5('a')", "FUNCTION_NOT_FOUND: Unexpected parameters for function md5"),
            ("SELECT to_hex('a')", "FUNCTION_NOT_FOUND: Unexpected parameters for function to_hex"),
            ("SELECT to_hex(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function to_hex"),
            ("SELECT to_utf8(code) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function to_utf8"),
            ("SELECT from_utf8('a')", "FUNCTION_NOT_FOUND: Unexpected parameters for function from_utf8"),
            ("SELECT crc32('a')", "FUNCTION_NOT_FOUND: Unexpected parameters for function crc32"),
            // `java.util.Base64` takes all of the padding or none.
            (
                "SELECT from_base64('YQ=')",
                "INVALID_FUNCTION_ARGUMENT: Input byte array has wrong 4-byte ending unit",
            ),
            (
                "SELECT from_base64url('YWJjYQ=')",
                "INVALID_FUNCTION_ARGUMENT: Input byte array has wrong 4-byte ending unit",
            ),
            ("SELECT from_hex(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function from_hex"),
        ],
    )
    .await;
}
