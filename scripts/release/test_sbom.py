"""The bills of materials, on metadata made by hand: what is linked is in them, and nothing else."""

import copy
import json
import unittest

import sbom

REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"


def package(name, version="1.0.0", source=REGISTRY, licence="MIT OR Apache-2.0"):
    return {"id": f"{name}#{version}", "name": name, "version": version, "source": source, "license": licence, "description": f"The {name}"}


def node(name, *dependencies):
    deps = [{"pkg": f"{other}#1.0.0", "dep_kinds": [{"kind": kind} for kind in kinds]} for other, *kinds in dependencies]
    return {"id": f"{name}#1.0.0", "deps": deps}


METADATA = {
    "packages": [package("query", source=None), package("linked"), package("deep"), package("tests"), package("builds"), package("other")],
    "resolve": {"nodes": [
        node("query", ("linked", None, "dev"), ("tests", "dev"), ("builds", "build")),
        node("linked", ("deep", None)), node("deep"), node("tests", ("other", None)), node("builds"), node("other"),
    ]},
}
LOCK = {"package": [{"name": name, "version": "1.0.0", "checksum": name[0].encode().hex() * 32} for name in ("linked", "deep", "tests", "builds", "other")]}


class Bills(unittest.TestCase):
    def bill(self, metadata=METADATA, lock=LOCK, commit="abc"):
        return json.loads(sbom.make(metadata, lock, "query", commit))

    def test_what_is_linked_is_in_it_and_nothing_else(self):
        bill = self.bill()
        self.assertEqual({component["name"] for component in bill["components"]}, {"linked", "deep"})
        self.assertEqual(bill["metadata"]["component"]["name"], "query")
        self.assertEqual(bill["metadata"]["component"]["properties"], [{"name": "tributary:commit", "value": "abc"}])
        tree = {dependency["ref"]: dependency.get("dependsOn", []) for dependency in bill["dependencies"]}
        self.assertEqual(tree, {"query@1.0.0": ["linked@1.0.0"], "linked@1.0.0": ["deep@1.0.0"], "deep@1.0.0": []})

    def test_a_crate_has_address_checksum_and_licence(self):
        deep = next(component for component in self.bill()["components"] if component["name"] == "deep")
        self.assertEqual(deep["purl"], "pkg:cargo/deep@1.0.0")
        self.assertEqual(deep["hashes"], [{"alg": "SHA-256", "content": "64" * 32}])
        self.assertEqual(deep["licenses"][0]["expression"], "MIT OR Apache-2.0")

    def test_it_is_valid_and_always_the_same(self):
        first, second = (sbom.make(METADATA, LOCK, "query", "abc") for _ in range(2))
        self.assertEqual(first, second)
        self.assertIsNone(sbom.JsonStrictValidator(sbom.SchemaVersion.V1_6).validate_str(first))
        self.assertNotEqual(first, sbom.make(METADATA, LOCK, "query", "abd"))

    def test_another_lock_file_is_refused(self):
        lock = copy.deepcopy(LOCK)
        del lock["package"][1]
        with self.assertRaisesRegex(ValueError, "no checksum of deep"):
            self.bill(lock=lock)

    def test_an_unknown_package_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no package server"):
            sbom.make(METADATA, LOCK, "server", "abc")


if __name__ == "__main__":
    unittest.main()
