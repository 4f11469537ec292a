"""The field ids of a file, as PyArrow finds them, beside those of the accepted definition."""

import pyarrow
import pyarrow.parquet

KEY = b"PARQUET:field_id"


def of_file(path):
    """The id of each column by its full name; `None` where the file says none."""
    found = {}
    for field in pyarrow.parquet.read_schema(path):
        collect(field, field.name, found)
    return found


def collect(field, path, found):
    id = (field.metadata or {}).get(KEY)
    found[path] = None if id is None else int(id)
    kind = field.type
    if pyarrow.types.is_struct(kind):
        for part in kind.fields:
            collect(part, f"{path}.{part.name}", found)
    elif pyarrow.types.is_list(kind):
        collect(kind.value_field, f"{path}.element", found)
    elif pyarrow.types.is_map(kind):
        collect(kind.key_field, f"{path}.key", found)
        collect(kind.item_field, f"{path}.value", found)


def check(accepted, paths, earlier):
    """The ids of an accepted definition whose columns have these full names, in order of appearance, and which follows one
    with the ids `earlier`."""
    ids = accepted["field_ids"]["columns"]
    assert set(ids) == {*paths, "_id", "_ingested_at", "_extra"}, sorted(set(ids) ^ set(paths))
    assert len(set(ids.values())) == len(ids), "an id is there twice"
    assert all(ids[path] == id for path, id in earlier.items()), "a column has another id than before"
    added = [ids[path] for path in paths if path not in earlier]
    assert added == sorted(added), "ids are not in order of appearance"
    assert not earlier or all(id > max(earlier.values()) for id in added), "a new column has an id from before"
    return ids
