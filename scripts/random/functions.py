"""Scalar functions: how Trino writes each, how DuckDB gives Trino's answer, and of what.

`{0}` is the first argument. A form keeps its arguments where both are defined: what is beyond is for tests of their own.
Where DuckDB has another answer, the second form calls Python (`oracle.py`). Areas are `Function.area`.
"""

import collections

# `takes` are kinds, or texts of which one is chosen: literals, or units.
Function = collections.namedtuple("Function", "area gives takes trino duck")
ALL = []

SMALL = ("0", "1", "2", "3", "5", "-1", "-2")
PLACES = ("1", "2", "3")
UNITS = ("day", "week", "month", "quarter", "year")
FINE_UNITS = ("second", "minute", "hour") + UNITS
PATTERNS = tuple(f"'{pattern}'" for pattern in ("a", "a+", "[a-c]", "^a", "b$", "(a)(b)", "[0-9]+", "x|b", "(?i)A", r"\s", "[^a]",
                                                r"\d", "a.", "(ab)+"))
TEXTS = tuple(f"'{text}'" for text in ("a", "b", ",", "ab", "%", "x y"))


def add(area, gives, takes, trino, duck=None):
    ALL.append(Function(area, gives, takes, trino, trino if duck is None else duck))


def cast(what, kind="BIGINT"):
    return f"CAST({what} AS {kind})"


def mathematics():
    for name in ("abs", "sin", "cos", "cosh", "sinh", "tanh", "atan", "degrees", "radians", "cbrt", "floor", "ceil", "ceiling",
                 "round"):
        add("math", "double", ["double"], name + "({0})")
    add("math", "double", ["double"], "truncate({0})", "trunc({0})")
    add("math", "double", ["double"], "sign({0})", "CAST(sign({0}) AS DOUBLE)")
    add("math", "double", ["double"], "sqrt(abs({0}))")
    add("math", "double", ["double"], "tan({0} / 100e0)")
    add("math", "double", ["double"], "exp({0} / (abs({0}) + 1e0))")
    for name in ("ln", "log2", "log10"):
        add("math", "double", ["double"], name + "(abs({0}) + 1e0)")
    add("math", "double", ["double"], "log(2e0, abs({0}) + 1e0)")
    for name in ("asin", "acos"):
        add("math", "double", ["double"], name + "({0} / (abs({0}) + 1e0))")
    add("math", "double", ["double", "double"], "atan2({0}, {1})")
    add("math", "double", ["double", SMALL], "power(abs({0}) + 1e0, {1})")
    add("math", "double", ["double", ("0", "1")], "round({0}, {1})")
    add("math", "double", ["double", "double"], "({0} / nullif({1}, 0e0))")
    add("math", "double", ["double", "double"], "({0} * {1})")
    add("math", "double", [], "pi()")
    add("math", "double", [], "e()", "exp(1e0)")
    add("math", "boolean", ["double"], "is_finite({0})", "isfinite({0})")
    add("math", "boolean", ["double", "double"], "is_infinite({0} / nullif({1}, 0e0))", "isinf({0} / nullif({1}, 0e0))")
    add("math", "boolean", ["double"], "is_nan({0})", "isnan({0})")
    for name in ("abs", "floor", "ceil", "round"):
        add("math", "integer", ["integer"], name + "({0})", cast(name + "({0})", "INTEGER"))
    add("math", "integer", ["integer"], "sign({0})", "CAST(sign({0}) AS INTEGER)")
    add("math", "bigint", ["bigint"], "abs({0})")
    add("math", "integer", ["integer", "integer"], "mod({0}, nullif({1}, 0))", "({0} % nullif({1}, 0))")
    add("math", "integer", ["integer", "integer"], "({0} / nullif({1}, 0))",
        cast("oracle_divide_whole({0}, nullif({1}, 0))", "INTEGER"))
    add("math", "bigint", ["bigint", "integer"], "({0} / nullif({1}, 0))", "oracle_divide_whole({0}, nullif({1}, 0))")
    add("math", "bigint", ["bigint", "integer"], "({0} % nullif({1}, 0))")
    add("math", "integer", ["integer", "integer"], "({0} * {1})")
    for kind in ("integer", "bigint", "double", "varchar", "date", "timestamp"):
        for name in ("greatest", "least"):
            add("math", kind, [kind, kind], name + "({0}, {1})",
                "CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL ELSE " + name + "({0}, {1}) END")
    add("math", "bigint", ["double", ("2", "4", "7")], "width_bucket({0}, -3e0, 4e0, {1})",
        "oracle_width_bucket({0}, -3e0, 4e0, {1})")
    add("math", "varchar", ["integer", ("2", "8", "16", "36")], "to_base({0}, {1})", "oracle_in_base({0}, {1})")
    add("math", "bigint", ["integer", ("2", "16")], "from_base(to_base({0}, {1}), {1})", cast("{0}"))


def bits():
    for name in ("and", "or", "xor"):
        infix = {"and": "&", "or": "|"}.get(name)
        duck = f"({cast('{0}')} {infix} {cast('{1}')})" if infix else f"xor({cast('{0}')}, {cast('{1}')})"
        for kind in ("integer", "bigint"):
            add("bits", "bigint", [kind, kind], f"bitwise_{name}({{0}}, {{1}})", duck)
    add("bits", "bigint", ["integer"], "bitwise_not({0})", "(~ CAST({0} AS BIGINT))")
    add("bits", "bigint", ["bigint"], "bitwise_not({0})", "(~ CAST({0} AS BIGINT))")
    shifts = ("0", "1", "3", "31", "63")
    for trino, oracle in (("left_shift", "left_shift"), ("right_shift", "right_shift"),
                          ("right_shift_arithmetic", "right_shift_arithmetic")):
        add("bits", "bigint", ["bigint", shifts], f"bitwise_{trino}({{0}}, {{1}})", f"oracle_{oracle}({{0}}, {{1}})")
    for width in ("8", "32", "64"):
        add("bits", "bigint", [("0", "1", "-1", "7", "-7")], f"bit_count({{0}}, {width})", f"oracle_bit_count({{0}}, {width})")
    add("bits", "bigint", ["integer"], "bit_count({0}, 64)", "oracle_bit_count({0}, 64)")


def texts():
    for name in ("lower", "upper", "reverse", "trim", "ltrim", "rtrim"):
        add("text", "varchar", ["varchar"], name + "({0})")
    add("text", "bigint", ["varchar"], "length({0})")
    add("text", "bigint", ["varchar", TEXTS], "strpos({0}, {1})")
    add("text", "bigint", ["varchar", "varchar"], "position({0} IN {1})")
    add("text", "varchar", ["varchar", SMALL], "substr({0}, {1})", "oracle_substr({0}, {1})")
    add("text", "varchar", ["varchar", SMALL, SMALL], "substr({0}, {1}, {2})", "oracle_substr_of({0}, {1}, {2})")
    add("text", "varchar", ["varchar", "integer"], "substring({0} FROM {1})", "oracle_substr({0}, {1})")
    add("text", "varchar", ["varchar", TEXTS, TEXTS], "replace({0}, {1}, {2})")
    add("text", "varchar", ["varchar", TEXTS], "replace({0}, {1})", "replace({0}, {1}, '')")
    for name, left in (("lpad", "true"), ("rpad", "false")):
        add("text", "varchar", ["varchar", ("0", "1", "3", "6"), TEXTS], name + "({0}, {1}, {2})",
            "oracle_padded({0}, {1}, {2}, " + left + ")")
    add("text", "varchar", ["varchar", ("','", "'a'", "'b'", "' '"), PLACES], "split_part({0}, {1}, {2})",
        "oracle_split_part({0}, {1}, {2})")
    add("text", "bigint", ["varchar", ("','", "'a'", "'b'")], "cardinality(split({0}, {1}))", "oracle_parts({0}, {1})")
    add("text", "varchar", ["varchar", ("'ab'", "'a, '"), ("'xy'", "'x'", "''")], "translate({0}, {1}, {2})",
        "oracle_translated({0}, {1}, {2})")
    add("text", "varchar", ["varchar", "varchar"], "concat({0}, {1})", "({0} || {1})")
    add("text", "varchar", ["varchar", "varchar"], "concat_ws('-', {0}, {1})")
    add("text", "boolean", ["varchar", TEXTS], "starts_with({0}, {1})")
    add("text", "bigint", ["varchar", "varchar"], "levenshtein_distance({0}, {1})", "oracle_levenshtein({0}, {1})")
    add("text", "bigint", ["varchar"], "hamming_distance({0}, reverse({0}))", "oracle_hamming({0}, reverse({0}))")
    add("text", "varchar", ["integer"], "chr(97 + abs({0}) % 3)", "chr(CAST(97 + abs({0}) % 3 AS INTEGER))")
    add("text", "integer", [("'a'", "'Z'", "'é'", "'日'")], "codepoint({0})", "unicode({0})")
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        add("text", "bigint", ["varchar"], f"length(normalize({{0}}, {form}))", f"length(oracle_normal({{0}}, '{form}'))")
    for name in ("md5", "sha1", "sha256", "sha512"):
        add("text", "varchar", ["varchar"], f"to_hex({name}(to_utf8({{0}})))", f"oracle_digest({{0}}, '{name}')")
    add("text", "bigint", ["varchar"], "crc32(to_utf8({0}))", "oracle_crc32({0})")
    add("text", "varchar", ["varchar"], "to_hex(to_utf8({0}))", "oracle_hexadecimal({0})")
    add("text", "varchar", ["varchar"], "to_base64(to_utf8({0}))", "oracle_base64_of({0})")
    add("text", "varchar", ["varchar"], "to_base64url(to_utf8({0}))", "oracle_base64url_of({0})")
    add("text", "varchar", ["varchar"], "from_utf8(from_base64(to_base64(to_utf8({0}))))", "{0}")
    add("text", "varchar", ["varchar"], "from_utf8(from_hex(to_hex(to_utf8({0}))))", "{0}")
    add("text", "varchar", ["varchar"], "url_encode({0})", "oracle_url_encoded({0})")
    add("text", "varchar", ["varchar"], "url_decode(url_encode({0}))", "{0}")


def patterns():
    add("patterns", "boolean", ["varchar", PATTERNS], "regexp_like({0}, {1})", "oracle_regexp_like({0}, {1})")
    add("patterns", "varchar", ["varchar", PATTERNS], "regexp_extract({0}, {1})", "oracle_regexp_extract({0}, {1}, 0)")
    for group in ("1", "2"):
        add("patterns", "varchar", ["varchar", ("'(a)(b)'", "'(.)(.)'", "'([a-z]+)[^a-z]*([0-9]?)'")],
            f"regexp_extract({{0}}, {{1}}, {group})", f"oracle_regexp_extract({{0}}, {{1}}, {group})")
    add("patterns", "varchar", ["varchar", PATTERNS], "regexp_replace({0}, {1})", "oracle_regexp_replace({0}, {1}, '')")
    add("patterns", "varchar", ["varchar", ("'(a)(b)'", "'(.)(.)'"), ("'$2$1'", "'x'", "'<$1>'")], "regexp_replace({0}, {1}, {2})",
        "oracle_regexp_replace({0}, {1}, {2})")
    add("patterns", "bigint", ["varchar", PATTERNS], "regexp_count({0}, {1})", "oracle_regexp_count({0}, {1})")
    add("patterns", "integer", ["varchar", PATTERNS], "regexp_position({0}, {1})",
        cast("oracle_regexp_position({0}, {1})", "INTEGER"))
    escaped = ("'a#_b'", "'%#%'", "'#_%'", "'%#_%'", "'##%'", "'50#%'")
    add("patterns", "boolean", ["varchar", escaped], "{0} LIKE {1} ESCAPE '#'")
    add("patterns", "boolean", ["varchar", escaped], "{0} NOT LIKE {1} ESCAPE '#'")
    likes = ("'a%'", "'%b'", "'_'", "'%a%b%'", "'__'", "''", "'%'", r"'a\_b'", "'日_'")
    add("patterns", "boolean", ["varchar", likes], "{0} LIKE {1}")
    add("patterns", "boolean", ["varchar", likes], "{0} NOT LIKE {1}")


def times():
    parts = {"year": "year", "quarter": "quarter", "month": "month", "week": "week", "week_of_year": "week", "day": "day",
             "day_of_month": "day", "day_of_week": "isodow", "dow": "isodow", "day_of_year": "dayofyear", "doy": "dayofyear",
             "year_of_week": "isoyear", "yow": "isoyear"}
    for kind in ("date", "timestamp"):
        for trino, duck in parts.items():
            add("times", "bigint", [kind], trino + "({0})", cast(duck + "({0})"))
        for trino, duck in (("YEAR", "year"), ("DOW", "isodow"), ("DOY", "dayofyear"), ("WEEK", "week"), ("YOW", "isoyear"),
                            ("DAY_OF_WEEK", "isodow")):
            add("times", "bigint", [kind], f"EXTRACT({trino} FROM {{0}})", cast(duck + "({0})"))
        units = UNITS if kind == "date" else FINE_UNITS
        for unit in units:
            add("times", kind, [kind], f"date_trunc('{unit}', {{0}})", cast(f"date_trunc('{unit}', {{0}})", kind))
            step = {"quarter": "to_months(3 * {0})"}.get(unit, f"to_{unit}s({{0}})")
            step = step.replace("{0}", "CAST({0} AS INTEGER)")
            add("times", kind, [SMALL, kind], f"date_add('{unit}', {{0}}, {{1}})", cast(f"{{1}} + {step}", kind))
            # DuckDB's date_diff counts the ends of units that lie between, its date_sub whole ones as Trino does.
            add("times", "bigint", [kind, kind], f"date_diff('{unit}', {{0}}, {{1}})",
                f"date_sub('{unit}', CAST({{0}} AS TIMESTAMP), CAST({{1}} AS TIMESTAMP))")
        for unit in ("DAY", "MONTH", "YEAR") + (() if kind == "date" else ("HOUR", "MINUTE", "SECOND")):
            for sign in "+-":
                add("times", kind, [kind, ("1", "2", "11")], f"({{0}} {sign} INTERVAL '{{1}}' {unit})",
                    cast(f"{{0}} {sign} INTERVAL '{{1}}' {unit}", kind))
        add("times", "date", [kind], "last_day_of_month({0})", "last_day({0})")
    for name in ("hour", "minute", "second"):
        add("times", "bigint", ["timestamp"], name + "({0})")
    add("times", "bigint", ["timestamp"], "millisecond({0})", "(millisecond({0}) % 1000)")
    for trino, duck in (("%Y-%m-%d", "%Y-%m-%d"), ("%H:%i:%s", "%H:%M:%S"), ("%j %y", "%j %y"), ("%a %b %e", "%a %b %-d"),
                        ("%M %W", "%B %A"), ("%k %l %p", "%-H %-I %p"), ("%T", "%H:%M:%S")):
        add("times", "varchar", ["timestamp"], f"date_format({{0}}, '{trino}')", f"strftime({{0}}, '{duck}')")
    for trino, duck in (("yyyy-MM-dd", "%Y-%m-%d"), ("HH:mm:ss.SSS", "%H:%M:%S.%g"), ("EEEE, d MMMM yyyy", "%A, %-d %B %Y"),
                        ("yy MMM EEE", "%y %b %a"), ("h a", "%-I %p"), ("DDD", "%j")):
        add("times", "varchar", ["timestamp"], f"format_datetime({{0}}, '{trino}')", f"strftime({{0}}, '{duck}')")
    add("times", "double", ["timestamp"], "to_unixtime({0})", "epoch({0})")
    add("times", "varchar", ["timestamp"], "to_iso8601({0})", "strftime({0}, '%Y-%m-%dT%H:%M:%S.%g')")
    add("times", "varchar", ["date"], "to_iso8601({0})", "CAST({0} AS varchar)")
    add("times", "date", ["timestamp"], "date({0})", "CAST({0} AS date)")
    add("times", "date", ["date"], "from_iso8601_date(CAST({0} AS varchar))", "{0}")
    add("times", "timestamp", ["timestamp"], "date_parse(date_format({0}, '%Y-%m-%d %H:%i:%s'), '%Y-%m-%d %H:%i:%s')",
        "date_trunc('second', {0})")
    add("times", "timestamp", ["timestamp"], "CAST(from_unixtime(to_unixtime({0})) AS timestamp)", "{0}")
    add("times", "boolean", ["timestamp", "timestamp"], "({0} - {1} > INTERVAL '1' DAY)",
        "(epoch_ms({0}) - epoch_ms({1}) > 86400000)")
    add("times", "boolean", ["date", "date"], "({0} - {1} < INTERVAL '30' DAY)", "(date_diff('day', {1}, {0}) < 30)")


def casts():
    for kind in ("integer", "bigint", "boolean", "date", "decimal"):
        add("casts", "varchar", [kind], "CAST({0} AS varchar)")
    add("casts", "varchar", ["timestamp"], "CAST({0} AS varchar)", "strftime({0}, '%Y-%m-%d %H:%M:%S.%g')")
    for kind, bits in (("tinyint", 8), ("smallint", 16), ("integer", 32), ("bigint", 64)):
        duck = cast(f"oracle_read_whole({{0}}, {bits})", "integer" if bits < 64 else "bigint")
        gives = "integer" if bits < 64 else "bigint"
        for form in ("TRY_CAST({{0}} AS {0})", "TRY(CAST({{0}} AS {0}))"):
            trino = form.format(kind)
            add("casts", gives, ["varchar"], trino if kind == gives else f"CAST({trino} AS {gives})", duck)
        add("casts", gives, ["integer"], f"CAST(CAST(CAST({{0}} AS varchar) AS {kind}) AS {gives})", cast("{0}", gives))
    add("casts", "boolean", ["varchar"], "TRY_CAST({0} AS boolean)", "oracle_read_boolean({0})")
    add("casts", "integer", ["bigint"], "TRY_CAST({0} AS integer)")
    add("casts", "integer", ["bigint"], "TRY(CAST({0} AS integer))", "TRY_CAST({0} AS integer)")
    add("casts", "integer", ["integer"], "CAST(TRY_CAST({0} * 100 AS tinyint) AS integer)")
    for kind in ("integer", "bigint"):
        # A half is rounded away from zero, DuckDB's to the even one.
        add("casts", kind, ["double"], f"CAST({{0}} AS {kind})", f"CAST(round({{0}}) AS {kind})")
        add("casts", kind, ["decimal"], f"CAST({{0}} AS {kind})", f"CAST(round({{0}}) AS {kind})")
        add("casts", kind, ["boolean"], f"CAST({{0}} AS {kind})")
        add("casts", "boolean", [kind], "CAST({0} AS boolean)")
        add("casts", "double", [kind], "CAST({0} AS double)")
        add("casts", "decimal(14,3)", [kind], "CAST({0} AS decimal(14,3))")
    add("casts", "boolean", ["double"], "CAST({0} AS boolean)")
    add("casts", "double", ["boolean"], "CAST({0} AS double)")
    add("casts", "double", ["decimal"], "CAST({0} AS double)")
    add("casts", "decimal(8,2)", ["double"], "CAST({0} AS decimal(8,2))")
    for kind in ("decimal(14,1)", "decimal(20,4)", "decimal(38,8)"):
        add("casts", kind, ["decimal"], f"CAST({{0}} AS {kind})")
    add("casts", "decimal(3,2)", ["decimal"], "TRY_CAST({0} AS decimal(3,2))")
    add("casts", "decimal(2,1)", ["integer"], "TRY_CAST({0} * 5 AS decimal(2,1))")
    add("casts", "timestamp", ["date"], "CAST({0} AS timestamp)")
    add("casts", "date", ["timestamp"], "CAST({0} AS date)")
    add("casts", "date", ["date"], "CAST(CAST({0} AS varchar) AS date)")
    add("casts", "timestamp", ["timestamp"], "CAST(CAST({0} AS varchar) AS timestamp)", "{0}")
    for size in ("1", "3"):
        add("casts", "varchar", ["varchar"], f"CAST({{0}} AS varchar({size}))", f"left({{0}}, {size})")
    # Comparisons of a narrower type: what is compared is the value after the cast.
    add("casts", "boolean", ["bigint", SMALL], "(TRY_CAST({0} AS integer) > {1})")
    add("casts", "boolean", ["integer", SMALL], "(TRY_CAST({0} * 100 AS tinyint) <= {1})")
    add("casts", "boolean", ["decimal", ("0.1", "2.5", "0", "3")], "(CAST({0} AS decimal(20,1)) = {1})")
    add("casts", "boolean", ["decimal", ("0", "1", "3")], "(CAST({0} AS decimal(18,0)) IN (7, {1}))")
    add("casts", "boolean", ["double", SMALL], "(CAST({0} AS integer) >= {1})", "(CAST(round({0}) AS integer) >= {1})")
    add("casts", "boolean", ["timestamp"], "(CAST({0} AS date) = DATE '2024-02-29')")
    add("casts", "double", ["integer"], "CAST(CAST({0} AS real) AS double)")
    add("casts", "real", ["integer"], "CAST({0} AS real)")
    add("casts", "double", ["real"], "CAST({0} AS double)")
    add("casts", "integer", ["integer", "integer"], "TRY({0} / {1})",
        cast("oracle_divide_whole({0}, nullif({1}, 0))", "INTEGER"))
    add("casts", "integer", ["integer", "integer"], "coalesce(TRY({0} % {1}), -9)", "coalesce({0} % nullif({1}, 0), -9)")


for group in (mathematics, bits, texts, patterns, times, casts):
    group()
