"""Plays cases, and says what of each is otherwise than it must be."""

from dataclasses import dataclass

from wire import CLOSED, SILENT

# How much memory a case may take that says no other bound. What an earlier one took is not given back at once, so it is
# counted from where the case begins.
GROWTH_MIB = 500
WORDS = {CLOSED: "closed without an answer", SILENT: "no answer"}


@dataclass(frozen=True)
class Failure:
    area: str
    name: str
    lines: tuple


class Judge:
    def __init__(self, world, show=False, only=""):
        self.world, self.show, self.only, self.played = world, show, only, 0
        world.new_log()

    def play(self, area, cases):
        """Plays an area's cases; answers the failures."""
        failures = []
        for case in cases:
            if self.only not in case.name:
                continue
            self.played += 1
            lines = self.of(case)
            if self.show:
                print(f"     {area:8} {case.name:70.70} {self.found}  {lines or ''}", flush=True)
            if lines:
                failures.append(Failure(area, case.name, tuple(lines)))
        lines = self.at_rest()
        if lines:
            failures.append(Failure(area, "the canary, after all of the above", tuple(lines)))
        return failures

    def of(self, case):
        world, lines = self.world, []
        world.forget_peak()
        before = world.peak_mib()
        self.found = None
        try:
            replies = case.act(world)
            replies = list(replies) if isinstance(replies, (list, tuple)) else [replies]
            self.found = [reply.status for reply in replies]
            lines += self.answers(case, replies)
            lines += [wrong for wrong in [case.then and case.then(world, replies)] if wrong]
        except (OSError, AssertionError, ValueError) as error:
            # The process has gone, or what it sent is no HTTP.
            lines.append(f"{type(error).__name__}: {str(error)[:300]}")
        if not world.is_alive():
            lines.append(f"the process ended with {world.process.poll()}: {world.new_log()[-300:].strip()!r}")
            world.restore()
            return lines
        grown, most = world.peak_mib() - before, case.growth_mib or GROWTH_MIB
        if grown > most:
            lines.append(f"it took {grown:.0f} MiB of memory, and may take {most:.0f}")
        changes = world.changes(case.writes)
        lines += changes[:5] + [f"and {len(changes) - 5} more"] * (len(changes) > 5)
        lines += self.log()
        # A 304 says that rows and tag are the same, and takes no query.
        canary = world.canary(("If-None-Match", world.etag)) if not changes else None
        if canary and canary.status != 304:
            lines.append(f"the canary is no longer as it was: {canary.status} {canary.body[:200]!r}")
        if changes or canary.status != 304:
            # What comes after is to meet the lake that it is about.
            world.restore()
        return lines

    def answers(self, case, replies):
        lines = []
        for reply in replies:
            if reply.status not in case.statuses:
                wanted = " or ".join(WORDS.get(status, str(status)) for status in case.statuses)
                found = WORDS.get(reply.status, reply.status)
                lines.append(f"expected {wanted}, found {found}: {reply.body[:200]!r}")
            text = reply.text()
            for what, mark in self.world.marks().items():
                if mark in text and mark not in case.sees:
                    lines.append(f"the answer holds {what}")
        for words in case.says:
            if words not in replies[0].text():
                lines.append(f"the answer does not say {words!r}: {replies[0].body[:200]!r}")
        return lines

    def log(self):
        text, lines = self.world.new_log(), []
        for what, mark in (self.world.marks() | {"what was sent": self.world.payload_mark}).items():
            if mark in text:
                at = text.index(mark)
                lines.append(f"the log holds {what}: {text[max(0, at - 200) : at + 20]!r}")
        if "panicked" in text:
            lines.append(f"it panicked: {text[max(0, text.index('panicked') - 50) :][:300]!r}")
        return lines

    def at_rest(self):
        reply = self.world.canary()
        if (reply.status, reply.body, reply.header("etag")) != (200, self.world.rows, self.world.etag):
            return [f"expected the rows and the tag of the beginning, found {reply.status} {reply.body[:200]!r}"]
        return []
