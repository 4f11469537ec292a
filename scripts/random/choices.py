"""Random choices as a tree, which can be made again and made smaller.

A statement is a function of its choices. While it is made, the choices are noted as a tree: one node for each part of the
statement. Zero is the simplest choice everywhere, so a tree with fewer or smaller numbers is a smaller statement.
"""

import contextlib
import random


class Node:
    """The choices of one part, and the nodes of the parts within it."""

    __slots__ = ("label", "items")

    def __init__(self, label, items=()):
        self.label, self.items = label, list(items)

    def nodes(self, path=()):
        """Every node below this one with its path, the outer ones first."""
        for place, item in enumerate(self.items):
            if isinstance(item, Node):
                yield path + (place,), item
                yield from item.nodes(path + (place,))

    def replaced(self, path, by):
        """A copy with another item at the path."""
        place, *rest = path
        items = list(self.items)
        items[place] = items[place].replaced(rest, by) if rest else by
        return Node(self.label, items)

    def total(self):
        return sum(1 + (item.total() if isinstance(item, Node) else item) for item in self.items)


class Choices:
    """From a seed, or again from a tree. Where the tree has no number, it is zero."""

    def __init__(self, seed=None, tree=None):
        self.random = random.Random(seed) if tree is None else None
        self.made = Node("statement")
        self.now = self.made
        self.given = [list(tree.items) if tree else []]

    def _next(self, drawn):
        if self.random:
            number = drawn()
        else:
            given = self.given[-1]
            number = given.pop(0) if given and not isinstance(given[0], Node) else 0
        return number

    def index(self, count):
        """A number below `count`."""
        number = min(self._next(lambda: self.random.randrange(count)), count - 1)
        self.now.items.append(number)
        return number

    def chance(self, share):
        """Whether something that may be left out is there."""
        number = min(self._next(lambda: int(self.random.random() < share)), 1)
        self.now.items.append(number)
        return bool(number)

    def some(self, *choices):
        """One of them; the first one is the simplest."""
        return choices[self.index(len(choices))]

    def sample(self, choices, count):
        """So many of them, each at most once."""
        left = list(choices)
        return [left.pop(self.index(len(left))) for _ in range(count)]

    @contextlib.contextmanager
    def part(self, label):
        """What is chosen within it belongs together."""
        outer, node = self.now, Node(label)
        outer.items.append(node)
        given = []
        if not self.random:
            rest = self.given[-1]
            while rest and not isinstance(rest[0], Node):
                rest.pop(0)
            if rest:
                given = list(rest.pop(0).items)
        self.now = node
        self.given.append(given)
        try:
            yield
        finally:
            self.now = outer
            self.given.pop()


def smaller_trees(tree):
    """Trees that are smaller in one place, the largest steps first."""
    nodes = sorted(tree.nodes(), key=lambda found: -found[1].total())
    for path, node in nodes:
        if node.items:
            yield tree.replaced(path, Node(node.label))
    for path, node in nodes:
        alike = [inner for _, inner in node.nodes() if inner.label == node.label]
        for inner in sorted(alike, key=Node.total)[:4]:
            yield tree.replaced(path, inner)
    for path, node in [((), tree)] + nodes:
        for place, item in enumerate(node.items):
            if not isinstance(item, Node) and item:
                for number in sorted({0, item // 2, item - 1}):
                    yield tree.replaced(path + (place,), number)


def shrink(tree, size, fails, tries):
    """The smallest tree found that still fails. `fails` gives the tree as it was read and its size, or None."""
    best, best_size, again = tree, size, True
    while again and tries > 0:
        again = False
        for candidate in smaller_trees(best):
            if tries <= 0:
                break
            tries -= 1
            found = fails(candidate, best_size)
            if found:
                best, best_size = found
                again = True
                break
    return best
