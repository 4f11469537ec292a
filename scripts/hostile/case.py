"""One hostile request: what it is, what must come of it, and what it may leave behind."""

from collections.abc import Callable
from dataclasses import dataclass

# Keys of the bucket that anything may add to at any time: results expire, what keys use is counted, and the datasets `sink`
# and `drain` are there to be written.
ALWAYS = ("results/", "vacuum/", "access/usage/", "landing/sink/", "tables/sink/", "commits/sink/", "landing/drain/", "tables/drain/", "commits/drain/")
QUARANTINE = "quarantine/"


@dataclass
class Case:
    """`act` sends it, and answers a reply or several. Each status must be among `statuses`."""

    name: str
    act: Callable
    statuses: tuple
    # Words of which each must be in the (first) answer.
    says: tuple = ()
    # Marks that the answer may hold, although it is checked for all of them: of what the sender may see.
    sees: tuple = ()
    # Prefixes of the bucket's keys below which something may change; with a slash, of paths in the lake's directory.
    writes: tuple = ()
    # Looks at the world afterwards, and the replies: text of what is wrong, or None.
    then: Callable | None = None
    # How much memory the lake may take for it.
    growth_mib: float | None = None


def http(name, request, *statuses, **others):
    """A case of one request."""
    return Case(name, lambda _: request.send(), statuses, **others)
