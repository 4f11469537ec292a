"""A request as the query string of a URL, by the rules of docs/api.md."""

from urllib.parse import quote

from evaluate import Group


def percent(text):
    return quote(text, safe="")


def path_of(path):
    return "->".join(path)


def in_quotes(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def element(text, quoted):
    """One of a list, or a value within a tree: in quotes if it would not stand for itself."""
    if quoted or not text or text != text.strip() or any(character in text for character in ',()"\\{}'):
        return in_quotes(text)
    return text


def value_of(condition, within, quoted):
    operator, value = condition.operator, condition.value
    if operator == "in":
        return f"({','.join(element(text, quoted) for text in value)})"
    if operator == "cs":
        inner = ",".join(element(text, quoted or text.lower() == "null") for text in value)
        return in_quotes(f"{{{inner}}}") if within and (quoted or len(value) != 1 or '"' in inner) else f"{{{inner}}}"
    # A filter of its own has its value as it stands.
    return element(value, quoted) if within and value else value


def condition_of(condition, quoted):
    """Within a tree."""
    negated = "not." if condition.negated else ""
    if isinstance(condition, Group):
        inner = ",".join(condition_of(inner, quoted) for inner in condition.conditions)
        return f"{negated}{'and' if condition.all else 'or'}({inner})"
    return f"{path_of(condition.path)}.{negated}{condition.operator}.{value_of(condition, True, quoted)}"


def parameter(condition, quoted):
    negated = "not." if condition.negated else ""
    if isinstance(condition, Group):
        text = condition_of(condition, quoted)
        name = text[:text.index("(")]
        return f"{name}={percent(text[len(name):])}"
    text = f"{negated}{condition.operator}.{value_of(condition, False, quoted)}"
    return f"{percent(path_of(condition.path))}={percent(text)}"


def item_of(item):
    alias = f"{item.alias}:" if item.alias else ""
    if item.path is None:
        return f"{alias}count()"
    call = {None: "", "date_trunc": f".date_trunc({item.unit})", "count distinct": ".count(distinct)"}.get(item.call, f".{item.call}()")
    return f"{alias}{path_of(item.path)}{call}"


def term_of(term):
    direction = ".desc" if term.descending else ""
    nulls = {None: "", True: ".nullsfirst", False: ".nullslast"}[term.nulls_first]
    return path_of(term.path) + direction + nulls


def query(request):
    """Everything behind the question mark."""
    parts = [parameter(condition, request["quoted"]) for condition in request["filters"]]
    if request["select"]:
        parts.append("select=" + percent(",".join(map(item_of, request["select"]))))
    if request["order"]:
        parts.append("order=" + percent(",".join(map(term_of, request["order"]))))
    if request["limit"] is not None:
        parts.append(f"limit={request['limit']}")
    if request["numbers"]:
        parts.append("_numbers=string")
    return "&".join([*parts, f"format={request['format']}"])
