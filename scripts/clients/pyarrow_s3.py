"""PyArrow and S3: it does not know AWS_ENDPOINT_URL, and makes a folder of every parent directory."""

import os

import pyarrow
from pyarrow import dataset, fs
from pyarrow.fs import FileType

from lake import BUCKET, REGION, check

# What docs/local.md says that it takes instead.
address = os.environ.pop("AWS_ENDPOINT_URL")
scheme, host = address.split("://")
s3 = fs.S3FileSystem(region=REGION, scheme=scheme, endpoint_override=host)
ROOT = f"{BUCKET}/scratch/pyarrow"


def below(path):
    found = s3.get_file_info(fs.FileSelector(path, recursive=True, allow_not_found=True))
    return sorted((info.path.removeprefix(f"{ROOT}/"), info.type) for info in found)


def write(name, content):
    with s3.open_output_stream(f"{ROOT}/{name}") as stream:
        stream.write(content)


write("files/one", b"first")
write("files/two", b"second")
with s3.open_input_file(f"{ROOT}/files/one") as stream:
    check("a file is written and read", stream.read(), b"first")
s3.delete_file(f"{ROOT}/files/one")
check("a file is deleted", below(f"{ROOT}/files"), [("files/two", FileType.File)])
s3.delete_file(f"{ROOT}/files/two")
check("the last file of a directory too", s3.get_file_info(f"{ROOT}/files/two").type, FileType.NotFound)
check("and its directory stays", s3.get_file_info(f"{ROOT}/files").type, FileType.Directory)

s3.create_dir(f"{ROOT}/made/within", recursive=True)
check("a directory is made", below(f"{ROOT}/made"), [("made/within", FileType.Directory)])
write("made/within/x", b"x")
s3.move(f"{ROOT}/made/within/x", f"{ROOT}/made/y")
check("a file is moved", below(f"{ROOT}/made"), [("made/within", FileType.Directory), ("made/y", FileType.File)])
s3.copy_file(f"{ROOT}/made/y", f"{ROOT}/made/z")
s3.delete_dir_contents(f"{ROOT}/made")
check("the contents of a directory are deleted", below(f"{ROOT}/made"), [])
check("and it stays", s3.get_file_info(f"{ROOT}/made").type, FileType.Directory)
s3.delete_dir(f"{ROOT}/made")
check("a directory is deleted", s3.get_file_info(f"{ROOT}/made").type, FileType.NotFound)

table = pyarrow.table({"id": list(range(1000)), "part": [f"p{n % 3}" for n in range(1000)]})
dataset.write_dataset(table, f"{ROOT}/set", format="parquet", partitioning=["part"], filesystem=s3)
again = dataset.dataset(f"{ROOT}/set", format="parquet", partitioning=["part"], filesystem=s3).to_table()
check("a dataset is written and read", sorted(again["id"].to_pylist()), list(range(1000)))
dataset.write_dataset(table.slice(0, 10), f"{ROOT}/set", format="parquet", partitioning=["part"], filesystem=s3,
                      existing_data_behavior="delete_matching")
again = dataset.dataset(f"{ROOT}/set", format="parquet", partitioning=["part"], filesystem=s3).to_table()
check("and its partitions are replaced", sorted(again["id"].to_pylist()), list(range(10)))

large = bytes(range(256)) * 4 * 1024 * 24  # 24 MiB: several parts
write("large", large)
with s3.open_input_file(f"{ROOT}/large") as stream:
    check("a large file comes in parts", stream.read() == large, True)
s3.delete_dir(ROOT)
check("all is deleted again", below(ROOT), [])
