//! The functions that Athena has and that only compute, and what the gate asks of some of their arguments.

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, Ident, Value, ValueWithSpan};

use super::{Refused, regular::Regular, scope::Found};

/// Those that may answer differently from the same data.
const VOLATILE: [&str; 12] = [
    "current_date",
    "current_time",
    "current_timestamp",
    "current_timezone",
    "localtime",
    "localtimestamp",
    "now",
    "rand",
    "random",
    "random_string",
    "shuffle",
    "uuid",
];

/// The rest, in order. Names of one line belong to one chapter of Trino's documentation, more or less.
const KNOWN: &str = "
    coalesce if nullif try greatest least typeof grouping
    abs cbrt ceil ceiling cosine_similarity degrees e exp floor ln log log10 log2 mod pi pow power radians round sign
    sqrt truncate width_bucket from_base to_base infinity is_finite is_infinite is_nan nan
    acos asin atan atan2 cos cosh sin sinh tan tanh
    bit_count bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift
    bitwise_right_shift_arithmetic bitwise_xor
    chr codepoint concat concat_ws format hamming_distance length levenshtein_distance lower lpad ltrim normalize
    position replace reverse rpad rtrim soundex split split_part split_to_map split_to_multimap starts_with strpos
    substr substring translate trim upper word_stem from_utf8 to_utf8
    regexp_count regexp_extract regexp_extract_all regexp_like regexp_position regexp_replace regexp_split
    crc32 from_base32 from_base64 from_base64url from_big_endian_64 from_hex md5 sha1 sha256 sha512 spooky_hash_v2_64
    to_base32 to_base64 to_base64url to_big_endian_64 to_hex xxhash64 murmur3
    date date_add date_diff date_format date_parse date_trunc day day_of_month day_of_week day_of_year dow doy
    format_datetime from_iso8601_date from_iso8601_timestamp from_unixtime hour human_readable_seconds
    last_day_of_month millisecond minute month parse_datetime parse_duration quarter second timezone_hour
    timezone_minute to_iso8601 to_milliseconds to_unixtime week week_of_year with_timezone year year_of_week yow
    is_json_scalar json_array_contains json_array_get json_array_length json_extract json_extract_scalar json_format
    json_parse json_size
    json_array json_exists json_object json_query json_value
    url_decode url_encode url_extract_fragment url_extract_host url_extract_parameter url_extract_path
    url_extract_port url_extract_protocol url_extract_query
    all_match any_match array_distinct array_except array_intersect array_join array_max array_min array_position
    array_remove array_sort array_union arrays_overlap cardinality combinations contains contains_sequence
    element_at filter flatten ngrams none_match reduce repeat sequence slice transform trim_array zip zip_with
    map map_concat map_entries map_filter map_from_entries map_keys map_values map_zip_with multimap_from_entries
    transform_keys transform_values row
    any_value approx_distinct approx_most_frequent approx_percentile approx_set arbitrary array_agg avg bool_and
    bool_or checksum corr count count_if covar_pop covar_samp every geometric_mean histogram kurtosis listagg map_agg
    map_union max max_by merge min min_by multimap_agg numeric_histogram reduce_agg regr_intercept regr_slope skewness
    stddev stddev_pop stddev_samp sum var_pop var_samp variance entropy set_agg set_union
    bitwise_and_agg bitwise_or_agg
    empty_approx_set hash_counts intersection_cardinality jaccard_index qdigest_agg tdigest_agg value_at_quantile
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
    bing_tile bing_tile_at great_circle_distance st_area st_astext st_contains st_distance st_geometryfromtext
    st_intersects st_point st_within st_x st_y to_spherical_geography";

/// Those that free SQL and named queries may call.
pub(crate) fn known() -> impl Iterator<Item = &'static str> + Clone {
    KNOWN.split_ascii_whitespace().chain(VOLATILE)
}

pub(super) fn is_volatile(name: &str) -> bool {
    VOLATILE.contains(&name)
}

/// A regular expression in a JSON path backtracks in Athena as any other one does, and is not looked at here.
pub(super) fn json_path(name: &Ident, folded: &str, args: &[FunctionArg]) -> Result<(), Refused> {
    let has_path = ["json_exists", "json_query", "json_value"].contains(&folded);
    match args.get(1) {
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(ValueWithSpan {
            value: Value::SingleQuotedString(path),
            ..
        }))))
            if has_path && path.contains("like_regex") =>
        {
            let message =
                "like_regex in a JSON path is not supported: use regexp_like on what json_value gives";
            Err(Refused::at(message, name.span.start))
        }
        _ => Ok(()),
    }
}

impl Found<'_> {
    /// Athena's engine for regular expressions backtracks. An expression in the text of free SQL is checked when
    /// all else of the statement is. One in the text of a named query is not: its author is the operator, and a published
    /// query must not vanish with an upgrade. The value of a parameter is checked when it is known. What is computed, or
    /// read from a column, is not known here.
    pub(super) fn regular_expression(&mut self, name: &Ident, folded: &str, args: &[FunctionArg]) {
        if !folded.starts_with("regexp_") {
            return;
        }
        let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))) = args.get(1) else {
            return;
        };
        let mut expr = expr;
        while let Expr::Nested(inner) = expr {
            expr = inner;
        }
        let Expr::Value(ValueWithSpan { value, span }) = expr else { return };
        match value {
            Value::Placeholder(_) => self.patterns.push(span.start),
            Value::SingleQuotedString(text) if !self.is_named_query() => {
                let (function, text) = (name.value.clone(), text.clone());
                self.regular.push(Regular { function, text, place: span.start });
            }
            _ => {}
        }
    }
}
