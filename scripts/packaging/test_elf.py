"""The reader against executables that the C compiler made: it must find what is there, and object to it."""

import pathlib
import platform
import subprocess
import tempfile
import unittest

import elf

HOST = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]


class Reader(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as directory:
            source, program = pathlib.Path(directory, "p.c"), pathlib.Path(directory, "p")
            source.write_text("#include <math.h>\n#include <stdio.h>\nint main(int n, char **a) { return printf(\"%f\", pow(n, 0.5)); }\n")
            subprocess.run(["cc", source, "-o", program, "-lm"], check=True)
            cls.bytes = program.read_bytes()
            subprocess.run(["cc", "-s", source, "-o", program, "-lm"], check=True)
            cls.stripped = program.read_bytes()
        cls.needs = elf.read(cls.bytes)

    def test_it_finds_what_the_program_wants(self):
        self.assertEqual(self.needs.architecture, HOST)
        self.assertEqual(self.needs.libraries, ["libm.so.6", "libc.so.6"])
        symbols = [symbol for symbols in self.needs.versions.values() for symbol in symbols]
        self.assertIn("printf", symbols)
        self.assertIn("pow", symbols)
        self.assertIn("__libc_start_main", symbols)
        self.assertRegex(self.needs.newest_glibc(), r"^2\.\d+$")

    def test_symbols_for_debuggers_are_counted(self):
        # What stripping takes away is these, and a few bytes of headers.
        self.assertGreater(self.needs.symbols, 500)
        self.assertAlmostEqual(self.needs.symbols, len(self.bytes) - len(self.stripped), delta=300)
        stripped = elf.read(self.stripped)
        self.assertEqual(stripped.symbols, 0)
        self.assertEqual(stripped.libraries, self.needs.libraries)

    def test_a_symbol_that_is_too_new_is_named(self):
        objections = self.needs.objections(HOST, newest={"GLIBC": (2, 0)})
        self.assertTrue(any("printf" in objection and "GLIBC is 2.0 there" in objection for objection in objections))
        self.assertEqual(self.needs.objections(HOST, newest={"GLIBC": (9, 0)}), [])

    def test_versions_are_compared_as_numbers(self):
        needs = elf.Needs(HOST, [], {"GLIBC_2.4": ["old"], "GLIBC_2.34": ["there"], "GLIBC_2.35": ["new"]})
        self.assertEqual(needs.objections(HOST), ["it wants new of GLIBC_2.35; GLIBC is 2.34 there"])
        self.assertEqual(needs.newest_glibc(), "2.35")
        private = elf.Needs(HOST, [], {"GLIBC_PRIVATE": ["inner"], "CXXABI_1.3": ["other"]})
        self.assertEqual(len(private.objections(HOST)), 2)

    def test_strange_libraries_and_architectures_are_named(self):
        needs = elf.Needs(HOST, ["libc.so.6", "libssl.so.3"], {})
        self.assertEqual(needs.objections(HOST), ["it loads libssl.so.3, which is not there"])
        self.assertEqual(elf.Needs("arm64", [], {}).objections("x86_64"), ["it is for arm64, not for x86_64"])

    def test_what_is_no_executable_is_refused(self):
        with self.assertRaises(ValueError):
            elf.read(b"#!/bin/sh\n" + bytes(100))


if __name__ == "__main__":
    unittest.main()
