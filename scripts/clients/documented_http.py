"""The Python of docs/api.md, as it stands there but for the address and smaller pages: it reads every row, or says that it did not."""

import pathlib
import re

from lake import LAKE, check, refused

LARGE = 9007199254740993

document = pathlib.Path(__file__).parents[2].joinpath("docs", "api.md").read_text()
section = document.split("### pandas\n")[1].split("\n### ")[0]
(code,) = re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
address, limit = "http://127.0.0.1:8080/", "limit=10000"
check("the example names an address and a limit", (code.count(address), code.count(limit)), (1, 1))
code = code.replace(address, f"{LAKE['http']}/").replace(limit, "limit=2&order=passenger_id")

# This lake is open, so any key will do.
names = {"key": "trib_none"}
exec(compile(code, "docs/api.md", "exec"), names)
check("the example reads all rows, over two pages", names["frame"]["passenger_id"].tolist(), [1, 2, LARGE])
check("in pages as large as the limit says", [len(page) for page in names["pages"](names["url"], {})], [2, 1])
groups = names["url"].replace("format=parquet", "format=parquet&select=passenger_id,count()")
refused("of groups beyond the limit it says that there are more", RuntimeError, lambda: list(names["pages"](groups, {})))
