"""What scripts/docs-check finds in a document: links that lead nowhere, and blocks that do not do what is shown."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "docs"))

import blocks
import links


class Links(unittest.TestCase):
    def test_links_are_found_with_their_lines_and_those_in_code_are_not(self):
        text = (
            "[a](one.md)\n`[b](two.md)` and ![c](three.svg \"title\")\n```\n[d](four.md)\n```\n"
            "[over\nlines](five.md#x)\n[e]: six.md\n<img src=\"seven.svg\">\n[![f](eight.svg)](nine.md) ``[`g`](ten.md)``\n[h](eleven_(x).md)\n"
        )
        expected = [(1, "one.md"), (2, "three.svg"), (7, "five.md#x"), (8, "six.md"), (9, "seven.svg"), (10, "eight.svg"), (10, "nine.md"), (11, "eleven_(x).md")]
        self.assertEqual(links.links(text), expected)

    def test_a_backtick_without_another_one_hides_nothing(self):
        self.assertEqual(links.links("a ` b [a](one.md)\n\n` [b](two.md)\n"), [(1, "one.md"), (3, "two.md")])

    def test_headings_are_called_as_github_calls_them(self):
        text = "# `tributary publish`\n## Who may ask?\n## Who may ask?\n### 5xx: `a_b`, and *c*\n## [Link](x.md) – über\n```\n# none\n```\n<a name=\"own\"></a>\n"
        expected = {"tributary-publish", "who-may-ask", "who-may-ask-1", "5xx-a_b-and-c", "link--über", "own"}
        self.assertEqual(links.anchors(text), expected)

    def test_a_longer_fence_is_closed_by_its_like(self):
        self.assertEqual(links.links("````\n```\n[a](x.md)\n```\n````\n[b](y.md)\n"), [(6, "y.md")])

    def test_what_leads_nowhere_is_said(self):
        with tempfile.TemporaryDirectory() as work:
            root = pathlib.Path(work) / "root"
            (root / "docs").mkdir(parents=True)
            (root / "README.md").write_text("# Title\n[a](docs/a.md#known) [b](docs/a.md#unknown) [c](#title) [d](docs) [e](https://example.com/x#y)\n")
            (root / "docs/a.md").write_text("## Known\n[a](../README.md) [b](b.md) [c](/README.md) [d](../../out) [e](../s.rs#L2) [f](../s.rs#L3) [g](../docs#x)\n")
            (root / "s.rs").write_text("one\ntwo\n")
            number, said = links.faults([root / "README.md", root / "docs/a.md"], root)
            self.assertEqual(number, 12)
            found = [sentence[len(str(root)) + 1 :] for sentence in said]
            self.assertEqual(
                found,
                [
                    "README.md:2: (docs/a.md#unknown) there is no such heading",
                    "docs/a.md:2: (../../out) leads out of the repository",
                    "docs/a.md:2: (../docs#x) a directory has no headings",
                    "docs/a.md:2: (../s.rs#L3) the file has fewer than 3 lines",
                    "docs/a.md:2: (/README.md) begins with /: write it relative to the document",
                    "docs/a.md:2: (b.md) there is no such file",
                ],
            )

    def test_a_path_that_is_not_there_is_said(self):
        with tempfile.TemporaryDirectory() as work:
            root = pathlib.Path(work)
            (root / "crates/a/src/deep").mkdir(parents=True)
            (root / "crates/a/src/deep/b.rs").write_text("")
            document = root / "CONTRIBUTING.md"
            document.write_text("`crates/a/**/b.rs` `crates/a/src/`\n```\n`crates/in/code.rs`\n```\nand `crates/a/src/b.rs`, `cargo test crates/x`\n")
            self.assertEqual(list(links.missing(document, root)), [f"{document}:5: there is no crates/a/src/b.rs"])

    def test_a_page_that_no_index_lists_is_said(self):
        with tempfile.TemporaryDirectory() as work:
            root = pathlib.Path(work)
            (root / "README.md").write_text("[a](a.md#x) `[b](b.md)`\n")
            for name in ("a.md", "b.md"):
                (root / name).write_text("# x\n")
            self.assertEqual(list(links.unlisted(root / "README.md")), [f"{root / 'README.md'}: does not list b.md"])


class Blocks(unittest.TestCase):
    def test_blocks_are_found_with_what_they_print(self):
        text = "```sh\nfirst\n```\n## One\n```\nnot run\n```\n```sh\na\nb\n```\nand\n```text\nx\n```\n```sh status=1\nc\n```\n```json\n{}\n```\n## Two\n```text\nof none\n```\n"
        found = blocks.sections(text)
        self.assertEqual([section.title for section in found], ["", "One"])
        self.assertEqual(found[0].blocks, [blocks.Block(1, "first\n")])
        self.assertEqual(found[1].blocks, [blocks.Block(8, "a\nb\n", 0, "x\n"), blocks.Block(16, "c\n", 1)])

    def test_a_mark_that_is_none_is_refused(self):
        for text in ("```sh stauts=1\na\n```\n", "```sh\na\n"):
            with self.assertRaises(ValueError):
                blocks.sections(text)

    def test_what_is_left_out_is_anything_and_all_else_is_not(self):
        for shown, printed, expected in (
            (["a"], ["a"], True),
            (["a"], ["b"], False),
            (["a"], ["a", "b"], False),
            (["a", "b"], ["a"], False),
            (["a … c … e"], ["a b c d e"], True),
            (["a … c"], ["a b c d"], False),
            (["…c"], ["abc"], True),
            (["a…"], ["ba"], False),
            (["…", "b"], ["a", "a", "b"], True),
            (["a", "…"], ["a"], True),
            (["a", "…", "b"], ["a", "c"], False),
            (["(a+)"], ["aa"], False),
            (["…", "…"], [], True),
            ([], ["a"], False),
        ):
            with self.subTest(shown=shown, printed=printed):
                self.assertIs(blocks.is_shown(shown, printed), expected)


if __name__ == "__main__":
    unittest.main()
