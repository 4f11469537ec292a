//! Text, regular expressions, bytes and URLs.

use super::{Function, api, both};

/// String functions and operators.
pub(super) const STRING: &[Function] = &[
    both("chr", "bigint", "varchar"),
    both("codepoint", "varchar(1)", "integer"),
    both("concat", "T, T, ...", "T"),
    both("concat_ws", "varchar, varchar or array(varchar), ...", "varchar"),
    both("hamming_distance", "varchar, varchar", "bigint"),
    both("length", "varchar or varbinary", "bigint"),
    both("levenshtein_distance", "varchar, varchar", "bigint"),
    both("lower", "varchar", "varchar"),
    both("lpad", "T, bigint, T", "T"),
    both("ltrim", "varchar[, varchar]", "varchar"),
    both("normalize", "varchar[, form]", "varchar"),
    both("position", "varchar IN varchar", "bigint").of_grammar(),
    both("replace", "varchar, varchar[, varchar]", "varchar"),
    both("reverse", "T", "T"),
    both("rpad", "T, bigint, T", "T"),
    both("rtrim", "varchar[, varchar]", "varchar"),
    both("soundex", "varchar", "varchar"),
    both("split", "varchar, varchar[, bigint]", "array(varchar)"),
    both("split_part", "varchar, varchar, bigint", "varchar"),
    both(
        "split_to_map",
        "varchar, varchar, varchar[, (varchar, varchar, varchar) -> varchar]",
        "map(varchar, varchar)",
    ),
    both("split_to_multimap", "varchar, varchar, varchar", "map(varchar, array(varchar))"),
    both("starts_with", "varchar, varchar", "boolean"),
    both("strpos", "varchar, varchar[, bigint]", "bigint"),
    both("substr", "T, bigint[, bigint]", "T"),
    both("substring", "T, bigint[, bigint]", "T").of_grammar(),
    both("translate", "varchar, varchar, varchar", "varchar"),
    both("trim", "varchar[, varchar]", "varchar"),
    both("upper", "varchar", "varchar"),
    api("word_stem", "varchar[, varchar]", "varchar"),
    both("from_utf8", "varbinary[, varchar]", "varchar"),
    both("to_utf8", "varchar", "varbinary"),
];

/// Regular expression functions.
pub(super) const REGULAR_EXPRESSION: &[Function] = &[
    both("regexp_count", "varchar, varchar", "bigint"),
    both("regexp_extract", "varchar, varchar[, bigint]", "varchar"),
    both("regexp_extract_all", "varchar, varchar[, bigint]", "array(varchar)"),
    both("regexp_like", "varchar, varchar", "boolean"),
    both("regexp_position", "varchar, varchar[, bigint[, bigint]]", "integer"),
    both("regexp_replace", "varchar, varchar[, varchar or (array(varchar)) -> varchar]", "varchar"),
    both("regexp_split", "varchar, varchar", "array(varchar)"),
];

/// Binary functions and operators.
pub(super) const BINARY: &[Function] = &[
    both("crc32", "varbinary", "bigint"),
    both("from_base32", "varchar or varbinary", "varbinary"),
    both("from_base64", "varchar or varbinary", "varbinary"),
    both("from_base64url", "varchar or varbinary", "varbinary"),
    both("from_big_endian_64", "varbinary", "bigint"),
    both("from_hex", "varchar or varbinary", "varbinary"),
    both("md5", "varbinary", "varbinary"),
    both("murmur3", "varbinary", "varbinary"),
    both("sha1", "varbinary", "varbinary"),
    both("sha256", "varbinary", "varbinary"),
    both("sha512", "varbinary", "varbinary"),
    api("spooky_hash_v2_64", "varbinary", "varbinary"),
    both("to_base32", "varbinary", "varchar"),
    both("to_base64", "varbinary", "varchar"),
    both("to_base64url", "varbinary", "varchar"),
    both("to_big_endian_64", "bigint", "varbinary"),
    both("to_hex", "varbinary", "varchar"),
    both("xxhash64", "varbinary", "varbinary"),
];

/// URL functions.
pub(super) const URL: &[Function] = &[
    both("url_decode", "varchar", "varchar"),
    both("url_encode", "varchar", "varchar"),
    both("url_extract_fragment", "varchar", "varchar"),
    both("url_extract_host", "varchar", "varchar"),
    both("url_extract_parameter", "varchar, varchar", "varchar"),
    both("url_extract_path", "varchar", "varchar"),
    both("url_extract_port", "varchar", "bigint"),
    both("url_extract_protocol", "varchar", "varchar"),
    both("url_extract_query", "varchar", "varchar"),
];
