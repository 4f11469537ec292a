"""s3fs, by which pandas, Dask and fsspec read and write S3."""

import s3fs

from lake import BUCKET, check, refused

s3 = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
ROOT = f"{BUCKET}/scratch/s3fs"
MIB = 1024 * 1024


def below(path):
    return sorted(name.removeprefix(f"{ROOT}/") for name in s3.find(path))


s3.pipe({f"{ROOT}/a/1": b"one", f"{ROOT}/a/2": b"two", f"{ROOT}/b/3": b"three"})
check("files are written", below(ROOT), ["a/1", "a/2", "b/3"])
check("and read", s3.cat(f"{ROOT}/a/1"), b"one")
check("a directory is listed", sorted(s3.ls(f"{ROOT}", detail=False)), [f"{ROOT}/a", f"{ROOT}/b"])
check("the end of a file is read", s3.cat_file(f"{ROOT}/b/3", start=-3), b"ree")
s3.touch(f"{ROOT}/empty")
check("an empty file is read", (s3.cat(f"{ROOT}/empty"), s3.info(f"{ROOT}/empty")["size"]), (b"", 0))
s3.pipe_file(f"{ROOT}/folder/", b"")
check("a folder is a directory", s3.isdir(f"{ROOT}/folder"), True)
s3.rm(f"{ROOT}/folder", recursive=True)
s3.cp_file(f"{ROOT}/a/1", f"{ROOT}/c")
s3.mv(f"{ROOT}/a/2", f"{ROOT}/d")
check("files are copied and moved", below(ROOT), ["a/1", "b/3", "c", "d", "empty"])
large = bytes(range(256)) * 4 * 1024 * 12
with s3.open(f"{ROOT}/large", "wb", block_size=5 * MIB) as file:
    for at in range(0, len(large), 6 * MIB):
        file.write(large[at : at + 6 * MIB])
check("a large file comes in parts", (s3.cat(f"{ROOT}/large") == large, s3.info(f"{ROOT}/large")["ETag"][-3:]), (True, '-2"'))
s3.copy(f"{ROOT}/large", f"{ROOT}/again")
check("and is copied", s3.cat(f"{ROOT}/again") == large, True)
s3.setxattr(f"{ROOT}/c", copy_kwargs={"StorageClass": "STANDARD"}, said="yes")
check("what is said of a file is changed", s3.metadata(f"{ROOT}/c"), {"said": "yes"})
check("no file has tags", s3.get_tags(f"{ROOT}/c"), {})
refused("a file that is not there is FileNotFoundError", FileNotFoundError, s3.cat, path=f"{ROOT}/none")
s3.rm(ROOT, recursive=True)
check("all is deleted again", below(ROOT), [])
