"""SQLAlchemy and PyAthena: what is there, and what is not."""

from sqlalchemy import MetaData, Table, create_engine, inspect, select, text
from sqlalchemy.exc import NoSuchTableError

from lake import BUCKET, DATABASE, REGION, WORKGROUP, check, refused

engine = create_engine(
    f"awsathena+rest://@athena.{REGION}.amazonaws.com:443/{DATABASE}"
    f"?s3_staging_dir=s3://{BUCKET}/results/&work_group={WORKGROUP}&poll_interval=0.05"
)
found = inspect(engine)
check("schemas", DATABASE in found.get_schema_names(), True)
check("tables", sorted(found.get_table_names(schema=DATABASE)), ["letters", "parcels", "passengers", "readings"])
check("a table is there", found.has_table("passengers"), True)
check("another is not", found.has_table("nowhere"), False)
check("nor one of a schema that is not", found.has_table("passengers", schema="nowhere"), False)
refused("its columns are NoSuchTableError", NoSuchTableError, found.get_columns, table_name="nowhere")
columns = {column["name"]: str(column["type"]) for column in found.get_columns("passengers")}
check("a table's columns", (columns["passenger_id"], columns["name"]), ("BIGINT", "VARCHAR"))
passengers = Table("passengers", MetaData(), autoload_with=engine)
with engine.connect() as connection:
    query = select(passengers.c.name).where(passengers.c.passenger_id == 9007199254740993)
    check("a table is read", connection.execute(query).scalars().all(), ["O'Brien"])
    count = connection.execute(text("SELECT count(*) FROM passengers WHERE name = :name"), {"name": "O'Brien"})
    check("and text with a parameter", count.scalar_one(), 1)
