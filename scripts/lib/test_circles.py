"""Tests of the finder of import circles: whole small crates are written, and read as ours are."""

import re
import tempfile
import unittest
from pathlib import Path

import circles


class Found(unittest.TestCase):
    def found(self, **files):
        """The circles of a crate of these files; `a__b` is a/b.rs."""
        with tempfile.TemporaryDirectory() as folder:
            crate = Path(folder) / "it"
            for name, text in files.items():
                path = crate / "src" / f"{name.replace('__', '/')}.rs"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [name for name, _ in circles.circles(crate)]

    def test_two_modules_that_import_each_other(self):
        for one, other in (
            ("use crate::b::B;", "use crate::a::A;"),
            ("use super::b::{C, B as D};", "use crate::{a::A, x};"),
            ("pub use crate::b::*;", "pub(crate) use super::a as it;"),
            ("fn f() { crate::b::g() }", "fn g(_: super::a::A) {}"),
            ("fn f() { use crate::b; b::g() }", "fn g() -> Vec<crate::a::A> {}"),
            ("use crate::{b::{self, x as y}}; fn f() { b::g() }", "use super::a::{self as it};"),
            ("pub struct A(&'static crate::b::B, char);", "impl super::a::T for B {}"),
            ("use r#crate::x; use super::b;", "#[cfg(feature = \"test\")] use super::a;"),
            ("fn f() { let _ = '\"'; crate::b::g() }", 'fn g() { let _ = r#"a"b"#; crate::a::f() }'),
        ):
            with self.subTest(one=one, other=other):
                self.assertEqual(self.found(lib="mod a; mod b; mod x;", a=one, b=other, x=""), ["it/{a,b}"])

    def test_one_way_only_is_none(self):
        for other in (
            "",
            "// use crate::a::A;",
            "/// See [`crate::a::A`].\npub struct B;",
            "/* /* nested */ use crate::a::A; */",
            'const TEXT: &str = "crate::a::A";',
            'const RAW: &str = r#"a "quoted" crate::a::A"#;',
            "#[cfg(test)]\nmod tests { use crate::a::A; }",
            "#[cfg(test)]\nuse crate::a::{A, B};\npub struct B;",
            "#[cfg(test)]\n#[allow(dead_code)]\npub(crate) fn f() { crate::a::f() }",
            "pub struct B { #[cfg(test)] a: crate::a::A, b: u8 }",
            "use std::collections::a; mod inner {}",
        ):
            with self.subTest(other=other):
                self.assertEqual(self.found(lib="mod a; mod b;", a="use crate::b::B;", b=other), [])

    def test_what_follows_the_tests_counts(self):
        for before in ("#[cfg(test)] use std::fs;", "#[cfg(test)] fn f() { g() }", "#[cfg(test)] mod tests;"):
            with self.subTest(before=before):
                files = {"lib": "mod a; mod b;", "a": "use crate::b::B;", "b": f"{before} use crate::a::A;"}
                self.assertEqual(self.found(**files), ["it/{a,b}"])

    def test_three_in_a_ring_and_a_fourth_beside_it(self):
        files = {"a": "use crate::b::x;", "b": "use crate::c::x;", "c": "use crate::a::x;", "d": "use crate::a::x;"}
        self.assertEqual(self.found(lib="mod a; mod b; mod c; mod d;", **files), ["it/{a,b,c}"])

    def test_a_module_stands_for_what_is_below_it(self):
        files = {"a": "mod x;", "a__x": "use crate::b::B;", "b": "mod y;", "b__y": "use crate::a::A;"}
        self.assertEqual(self.found(lib="mod a; mod b;", **files), ["it/{a,b}"])

    def test_parent_and_child_may_name_each_other(self):
        files = {"a": "mod x; use x::X; pub struct A;", "a__x": "use super::A; use crate::a::A as B;"}
        self.assertEqual(self.found(lib="mod a; use a::A; pub struct L;", **files), [])

    def test_circles_below_a_module_are_found(self):
        files = {"a": "mod x; mod y;", "a__x": "use super::y::Y;", "a__y": "use crate::a::x::X;"}
        self.assertEqual(self.found(lib="mod a;", **files), ["it/a/{x,y}"])
        inline = "mod x { use super::y::Y; } mod y { use super::x::X; }"
        self.assertEqual(self.found(lib=inline), ["it/{x,y}"])

    def test_re_exports_are_followed(self):
        files = {"a": "use crate::B;", "b": "mod inner; pub use inner::B;", "b__inner": "use crate::Made; pub struct B;"}
        self.assertEqual(self.found(lib="mod a; mod b; pub use b::B; pub use a::A as Made;", **files), ["it/{a,b}"])

    def test_a_glob_brings_in_what_it_has_and_no_more(self):
        files = {"a": "use crate::B;", "b": "use crate::a::f; pub struct B;"}
        self.assertEqual(self.found(lib="mod a; mod b; pub use b::*;", **files), ["it/{a,b}"])
        files["a"] = "use crate::C;"
        self.assertEqual(self.found(lib="mod a; mod b; pub use b::*;", **files), [])

    def test_a_program_beside_a_library_is_read_too(self):
        files = {"a": "use crate::b::B;", "b": "use crate::a::A;"}
        self.assertEqual(self.found(main="mod a; mod b; fn main() {}", **files), ["it/{a,b}"])


class Judged(unittest.TestCase):
    def test_a_new_circle_is_refused_and_a_listed_one_is_not(self):
        self.assertEqual(circles.judged(["it/{a,b}"], {}), ["import circle: it/{a,b}"])
        self.assertEqual(circles.judged(["it/{a,b}"], {"it/{a,b}": "it must"}), [])

    def test_a_listed_circle_may_not_grow_nor_move(self):
        for found in ("it/{a,b,c}", "it/x/{a,b}", "other/{a,b}", "it/{a,c}"):
            with self.subTest(found=found):
                self.assertIn(f"import circle: {found}", circles.judged([found], {"it/{a,b}": "it must"}))

    def test_the_list_becomes_shorter_with_the_circle(self):
        listed = {"it/{a,b,c,d}": "it must"}
        self.assertEqual(len(circles.judged([], listed)), 1)
        (line,) = circles.judged(["it/{a,b}", "it/{c,d}"], listed)
        self.assertIn("it/{a,b} and it/{c,d}", line)

    def test_what_is_opened_is_taken_off_the_list(self):
        listed = "# why\n\nit/{a,b}  it must\nit/{c,d,e,f}  so must they\n"
        left = circles.shortened(listed, ["it/{c,d}", "it/{e,f}", "it/{x,y}"])
        self.assertEqual(left, "# why\n\nit/{c,d}  so must they\nit/{e,f}  so must they\n")
        self.assertEqual(circles.shortened(left, ["it/{c,d}", "it/{e,f}"]), left)

    def test_each_line_of_the_list_has_a_reason(self):
        self.assertEqual(circles.allowed("# why\n\nit/{a,b}  it must\n"), {"it/{a,b}": "it must"})
        with self.assertRaises(SystemExit):
            circles.allowed("it/{a,b}\n")


class Ours(unittest.TestCase):
    def test_every_source_is_read_unless_it_is_for_tests_only(self):
        for crate in sorted((Path(__file__).parents[2] / "crates").iterdir()):
            source = crate / "src"
            files = set(source.rglob("*.rs"))
            declared = r"#\[cfg\(test\)\]\s+(?:pub(?:\([^)]*\))? )?mod (\w+);"
            tests = {name for file in files for name in re.findall(declared, file.read_text())}
            roots = [source / name for name in ("lib.rs", "main.rs") if (source / name) in files]
            known = {module.file for root in roots for module in circles.load(root).values()}
            left = {file for file in files - known if not tests & set(file.relative_to(source).with_suffix("").parts)}
            self.assertEqual(left, set())
            self.assertGreater(len(known), 1, crate)


if __name__ == "__main__":
    unittest.main()
