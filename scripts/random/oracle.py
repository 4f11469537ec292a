"""What Trino's documentation says of functions that DuckDB has not, or has otherwise. Plain Python, called from DuckDB.

Each takes and gives Python values and is null where an argument is. Decimals are texts: their digits depend on the call.
"""

import base64
import decimal
import functools
import hashlib
import re
import unicodedata
import urllib.parse
import zlib

WORDS = {"t": True, "true": True, "1": True, "f": False, "false": False, "0": False}
DECIMALS = decimal.Context(prec=80, rounding=decimal.ROUND_HALF_UP)


def fixed(number, scale):
    return format(DECIMALS.quantize(number, decimal.Decimal(1).scaleb(-scale)), "f")


def divide(one, other, scale):
    """Division of decimals: rounded to the scale of its type, a half away from zero."""
    return fixed(DECIMALS.divide(decimal.Decimal(one), decimal.Decimal(other)), scale)


def modulo(one, other, scale):
    """The remainder has the sign of the dividend."""
    return fixed(DECIMALS.remainder(decimal.Decimal(one), decimal.Decimal(other)), scale)


def rounded(number, places, scale):
    return fixed(decimal.Decimal(fixed(decimal.Decimal(number), places)), scale)


def divide_whole(one, other):
    """Division of integers: towards zero."""
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


def read_whole(text, bits):
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        return None
    number = int(text)
    return number if -(1 << bits - 1) <= number < 1 << bits - 1 else None


def read_boolean(text):
    return WORDS.get(text.lower())


def substr(text, start):
    return substr_of(text, start, len(text))


def substr_of(text, start, length):
    begin = start - 1 if start > 0 else len(text) + start
    if start == 0 or length <= 0 or begin < 0:
        return ""
    return text[begin:begin + length]


def split_part(text, delimiter, place):
    parts = text.split(delimiter)
    return parts[place - 1] if place <= len(parts) else None


def parts(text, delimiter):
    return len(text.split(delimiter))


def translated(text, old, new):
    meaning = {}
    for place, character in enumerate(old):
        meaning.setdefault(character, new[place] if place < len(new) else "")
    return "".join(meaning.get(character, character) for character in text)


def padded(text, size, fill, left):
    missing = max(size - len(text), 0)
    filling = (fill * missing)[:missing]
    return (filling + text if left else text + filling)[:size]


def levenshtein(one, other):
    row = list(range(len(other) + 1))
    for place, character in enumerate(one):
        above, row[0] = row[0], place + 1
        for column, against in enumerate(other):
            above, row[column + 1] = row[column + 1], min(
                row[column + 1] + 1, row[column] + 1, above + (character != against))
    return row[-1]


def hamming(one, other):
    return sum(a != b for a, b in zip(one, other, strict=True))


def normal(text, form):
    return unicodedata.normalize(form, text)


def digest(text, name):
    return hashlib.new(name, text.encode()).hexdigest().upper()


def crc32(text):
    return zlib.crc32(text.encode())


def hexadecimal(text):
    return text.encode().hex().upper()


def base64_of(text):
    return base64.b64encode(text.encode()).decode()


def base64url_of(text):
    return base64.urlsafe_b64encode(text.encode()).decode()


def url_encoded(text):
    return urllib.parse.quote_plus(text, safe="*").replace("~", "%7E")


def in_base(number, base):
    digits, left = "", abs(number)
    while left or not digits:
        left, digit = divmod(left, base)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return "-" + digits if number < 0 else digits


def regexp_extract(text, pattern, group):
    found = re.search(pattern, text)
    return found.group(group) if found else None


def regexp_replace(text, pattern, by):
    return re.sub(pattern, re.sub(r"\$([0-9])", r"\\\1", by), text)


def regexp_count(text, pattern):
    return sum(1 for _ in re.finditer(pattern, text))


def regexp_position(text, pattern):
    found = re.search(pattern, text)
    return found.start() + 1 if found else -1


def regexp_like(text, pattern):
    return re.search(pattern, text) is not None


def signed(number, bits=64):
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> bits - 1 else number


def left_shift(number, places):
    return signed(number << places) if places < 64 else 0


def right_shift(number, places):
    return signed((number & (1 << 64) - 1) >> places) if places < 64 else 0


def right_shift_arithmetic(number, places):
    return number >> places


def bit_count(number, bits):
    return (number & (1 << bits) - 1).bit_count()


def width_bucket(number, low, high, count):
    if number < low:
        return 0
    return count + 1 if number >= high else int((number - low) * count / (high - low)) + 1


TYPES = {
    divide: "VVI:V", modulo: "VVI:V", rounded: "VII:V", divide_whole: "BB:B", read_whole: "VI:B", read_boolean: "V:L",
    substr: "VB:V", substr_of: "VBB:V", split_part: "VVB:V", parts: "VV:B", translated: "VVV:V", padded: "VBVL:V",
    levenshtein: "VV:B", hamming: "VV:B", normal: "VV:V", digest: "VV:V", crc32: "V:B", hexadecimal: "V:V",
    base64_of: "V:V", base64url_of: "V:V", url_encoded: "V:V", in_base: "BB:V", regexp_extract: "VVI:V",
    regexp_replace: "VVV:V", regexp_count: "VV:B", regexp_position: "VV:B", regexp_like: "VV:L", left_shift: "BB:B",
    right_shift: "BB:B", right_shift_arithmetic: "BB:B", bit_count: "BB:B", width_bucket: "DDDB:B",
}
NAMES = {"V": "VARCHAR", "I": "INTEGER", "B": "BIGINT", "L": "BOOLEAN", "D": "DOUBLE"}


def register(database):
    """Each as the function `oracle_NAME` of the DuckDB connection."""
    for function, types in TYPES.items():
        takes, gives = types.split(":")
        database.create_function(
            "oracle_" + function.__name__, null_if_one_is(function), [NAMES[letter] for letter in takes],
            NAMES[gives], null_handling="special")


def null_if_one_is(function):
    # DuckDB counts the parameters: they are those of the function.
    @functools.wraps(function)
    def called(*given):
        return None if any(value is None for value in given) else function(*given)

    return called
