"""The parts of Terraform's language that the documents are made from: blocks, their labels and attributes.

tree-sitter's grammar for HCL does the parsing; all 92 files take it about a second, and python-hcl2 half a minute.
"""

import dataclasses
import textwrap

import tree_sitter
import tree_sitter_hcl

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


@dataclasses.dataclass
class Block:
    kind: str
    labels: list
    # The expressions, by the attribute's name.
    attributes: dict
    blocks: list


def parse(path):
    """The blocks of a file. A file with an error in its form is a ValueError."""
    tree = PARSER.parse(path.read_bytes())
    if tree.root_node.has_error:
        raise ValueError(f"{path} is not in the form of HCL; terraform validate says where")
    bodies = [child for child in tree.root_node.named_children if child.type == "body"]
    return [block(child) for body in bodies for child in body.named_children if child.type == "block"]


def block(node):
    words = [source(child) for child in node.named_children if child.type in ("identifier", "string_lit")]
    bodies = [child for child in node.named_children if child.type == "body"]
    children = [child for body in bodies for child in body.named_children]
    return Block(
        kind=words[0],
        labels=[word.strip('"') for word in words[1:]],
        attributes={source(child.named_children[0]): child.named_children[1] for child in children if child.type == "attribute"},
        blocks=[block(child) for child in children if child.type == "block"],
    )


def source(node):
    return node.text.decode()


def text(node):
    """The value of a string that holds no template: quoted, or a heredoc without its indentation."""
    written = source(node)
    if written.startswith("<<"):
        lines = written.split("\n")[1:-1]
        return textwrap.dedent("\n".join(lines))
    return written[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def flat(node):
    """The expression on one line, without comments."""
    lines = [line.split(" #")[0].strip() for line in source(node).split("\n")]
    joined = " ".join(line for line in lines if line and not line.startswith("#"))
    for before, after in (("[ ", "["), (" ]", "]"), (", ]", "]"), (",]", "]"), ("{ ", "{"), (" }", "}")):
        joined = joined.replace(before, after)
    return joined


def first(node, kind):
    """The first node of this kind within, this one included, outermost first; None if there is none."""
    queue = [node]
    while queue:
        at = queue.pop(0)
        if at.type == kind:
            return at
        queue += at.named_children
    return None


def members(type_expression):
    """The members of the outermost object in a type, as (name, type, default); None is no default. Empty without one."""
    found = first(type_expression, "object")
    if found is None:
        return []
    result = []
    for element in (child for child in found.named_children if child.type == "object_elem"):
        name, value = (child for child in element.named_children if child.type == "expression")
        call = value.named_children[0] if value.named_children else None
        if call is not None and call.type == "function_call" and source(call.named_children[0]) == "optional":
            arguments = first(call, "function_arguments").named_children
            arguments = [argument for argument in arguments if argument.type == "expression"]
            result.append((source(name), flat(arguments[0]), flat(arguments[1]) if len(arguments) > 1 else "null"))
        else:
            result.append((source(name), flat(value), None))
    return result
