"""The tables of a file: DuckDB carries out its statements, and what a query reads is put into the lake as Parquet."""

import os
import pathlib
import re
import urllib.request

import duckdb
import translate
from sqlglot import exp

HIVE = {"TINYINT": "tinyint", "SMALLINT": "smallint", "INTEGER": "int", "BIGINT": "bigint", "FLOAT": "float", "DOUBLE": "double",
        "VARCHAR": "string", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp"}
FORMATS = "org.apache.hadoop.hive.ql.io.parquet"
SIGNED = "AWS4-HMAC-SHA256 Credential=local/20260101/us-west-2/s3/aws4_request, SignedHeaders=host, Signature=0"
CHANGES = {"CREATE", "DROP", "INSERT", "REPLACE", "UPDATE", "DELETE", "ALTER", "TRUNCATE"}
OF_VALUES = re.compile(r"create\s+(?:or\s+replace\s+)?table\s+(?:if\s+not\s+exists\s+)?\"?(\w+)\"?\s+as\s+\(?\s*values\b", re.IGNORECASE)
NAMED = re.compile(r"(?:table|view|into|overwrite|update|from|index|copy)\s+(?:if\s+(?:not\s+)?exists\s+)?\"?(\w+)", re.IGNORECASE)


def first_word(sql):
    return (sql.split(None, 1) or [""])[0].upper()


def changes(sql):
    """Whether it makes or changes tables; DuckDB carries it out, but for what has to do with files."""
    return first_word(sql) in CHANGES | {"COPY"} or re.match(r"select\b[^()']*\binto\b", sql, re.IGNORECASE) is not None


class Missing(Exception):
    """A table is not there, and why."""


class State:
    def __init__(self, athena, url, work, source):
        self.athena, self.url, self.source = athena, url, source
        self.database = duckdb.connect(":memory:")
        self.database.execute("SET threads = 1")
        self.file = pathlib.Path(work) / "table.parquet"
        # Names that DuckDB could not follow; those to be put into the lake before they are read; those that are there.
        self.unknown, self.dirty, self.there, self.views = set(), set(), set(), {}

    def apply(self, sql):
        """Carries out a statement that makes or changes tables. Where it cannot, what it names is unknown from here on."""
        names = {name.lower() for name in NAMED.findall(sql)}
        first = first_word(sql)
        if first not in CHANGES:
            # COPY, SELECT INTO and the like: what they change is not followed.
            self.unknown |= names
            return
        if self.source == "sqlite" and first == "CREATE":
            # SQLite's INTEGER has 64 bits, and its FLOAT and REAL are doubles.
            sql = re.sub(r"\b(INTEGER|INT)\b(?!\s*\()", "BIGINT", sql)
            sql = re.sub(r"\b(FLOAT|REAL)\b", "DOUBLE", sql)
        try:
            self.database.execute(sql)
        except duckdb.Error:
            if not sql.upper().startswith(("CREATE INDEX", "CREATE UNIQUE INDEX", "DROP INDEX")):
                self.unknown |= names
            return
        if self.source == "datafusion-sqllogictest":
            self.name_columns(sql)
        self.dirty |= names
        if first in ("CREATE", "DROP"):
            self.unknown -= names
        if re.match(r"create\s+(or\s+replace\s+)?(temp\w*\s+)?view\b", sql, re.IGNORECASE):
            tree = translate.parse(sql, self.source)
            if isinstance(tree.this, exp.Schema):
                # Athena's views take no names of columns.
                self.unknown.add(tree.this.this.name.lower())
            else:
                self.views[tree.this.name.lower()] = tree.expression
        elif re.match(r"drop\s+view\b", sql, re.IGNORECASE):
            for name in names:
                self.views.pop(name, None)

    def name_columns(self, sql):
        """Columns of CREATE TABLE ... AS VALUES are column1 and so on in DataFusion, and col0 and so on in DuckDB."""
        made = OF_VALUES.match(sql)
        if made:
            count = len(self.database.execute(f'DESCRIBE "{made[1]}"').fetchall())
            for place in range(count):
                self.database.execute(f'ALTER TABLE "{made[1]}" RENAME COLUMN col{place} TO column{place + 1}')

    def provide(self, names):
        """Puts into the lake what the names stand for, where it is not there as it is now."""
        for name in sorted(names):
            if name in self.unknown:
                raise Missing("its table or view is of a form that is not made here")
            if name in self.views:
                self.provide(translate.tables_of(self.views[name]))
                if name in self.dirty or name not in self.there:
                    written = translate.to_trino(self.views[name], self.source)
                    self.drop(name)
                    self.athena.query(f'CREATE OR REPLACE VIEW "{name}" AS {written}')
            elif name in self.dirty or name not in self.there:
                self.upload(name)
            self.dirty.discard(name)
            self.there.add(name)

    def changed(self, names):
        return any(name in self.dirty or name not in self.there for name in names)

    def upload(self, name):
        try:
            described = self.database.execute(f'SELECT column_name, column_type FROM (DESCRIBE "{name}")').fetchall()
        except duckdb.Error as error:
            raise Missing("its table is not made in this file") from error
        columns = []
        for column, kind in described:
            hive = kind.lower() if kind.startswith("DECIMAL") else HIVE.get(kind)
            if hive is None:
                raise Missing("a column's type is not a table's in Athena")
            columns.append({"Name": column.lower(), "Type": hive})
        if len({column["Name"] for column in columns}) < len(columns):
            raise Missing("two columns of a table have the same name in Athena")
        # Athena finds a column by its name in small letters.
        written = ", ".join(f'"{column}" AS "{column.lower()}"' for column, _ in described)
        self.database.execute(f"""COPY (SELECT {written} FROM "{name}") TO '{self.file}' (FORMAT parquet)""")
        key = f"corpus/{os.urandom(8).hex()}/"
        request = urllib.request.Request(f"{self.url}/tributary/{key}rows.parquet", self.file.read_bytes(), method="PUT",
                                         headers={"Authorization": SIGNED, "x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
        urllib.request.urlopen(request, timeout=60).close()
        self.drop(name)
        self.athena.call("AWSGlue", "CreateTable", {"DatabaseName": "tributary", "TableInput": {
            "Name": name, "TableType": "EXTERNAL_TABLE", "Parameters": {"classification": "parquet"},
            "StorageDescriptor": {
                "Columns": columns, "Location": f"s3://tributary/{key}", "InputFormat": f"{FORMATS}.MapredParquetInputFormat",
                "OutputFormat": f"{FORMATS}.MapredParquetOutputFormat",
                "SerdeInfo": {"SerializationLibrary": f"{FORMATS}.serde.ParquetHiveSerDe"}}}})

    def drop(self, name):
        if name in self.there:
            self.athena.call("AWSGlue", "DeleteTable", {"DatabaseName": "tributary", "Name": name})
            self.there.discard(name)

    def close(self):
        for name in sorted(self.there):
            self.drop(name)
        self.database.close()
