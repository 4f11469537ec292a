"""One lake with one dataset: events are published, published again, killed in the middle, and counted at the end."""

import gzip
import json
import random
import time
from dataclasses import dataclass

import repair
import schema
from count import count, differences
from events import Feed, around
from lake import Broken, Lake
from ledger import Ledger, now
from publisher import Publisher
from rest import accounts, settle

# New events of one act; of a lake with rows that are large, as many as fill several files.
SOME, MANY = (80, 320), (300, 700)


@dataclass
class Tally:
    """What a round did."""

    dataset: schema.Dataset
    events: int = 0
    sent: int = 0
    rows: int = 0
    partitions: int = 0
    files: int = 0
    row_groups: int = 0
    lake_kills: int = 0
    publish_kills: int = 0

    def __str__(self):
        return (
            f"{self.dataset}; {self.events:,} events sent {self.sent:,} times, {self.lake_kills} kills of the lake and "
            f"{self.publish_kills} of a publish; {self.rows:,} rows in {self.partitions} partitions, {self.files} files "
            f"and {self.row_groups} row groups"
        )


class Round:
    def __init__(self, seed, binary, directory):
        # Apart from each other, so that the timing of one changes nothing in the others.
        self.rng, kinds, feed, self.packing = (
            random.Random(f"{seed} {what}") for what in ("acts", "schema", "events", "packing")
        )
        self.dataset = schema.draw(kinds, f"lake_{seed}")
        self.feed = Feed(feed, self.dataset)
        self.ledger = Ledger(self.dataset)
        self.version = 1
        self.published = []
        self.publish_kills = 0
        self.many = any(column.name == "bulk" for column in self.dataset.columns)
        settings = {
            # The least that there may be: files are full and row groups end after 1 MiB.
            "TRIBUTARY_MEMORY_BUDGET": "64MiB",
            "TRIBUTARY_TARGET_FILE_SIZE": self.rng.choice(["1MiB", "4MiB"]),
            "TRIBUTARY_GRACE": self.rng.choice(["1s", "10m"]),
            # Event times begin in 1970.
            "TRIBUTARY_EVENT_BEHIND": "876000h",
        }
        self.lake = Lake(binary, directory, settings)
        self.publisher = Publisher(self.packing, self.lake, self.dataset, self.ledger)

    def definition(self):
        return json.dumps(self.dataset.definition(self.version), ensure_ascii=False, indent=2)

    def play(self, with_repair):
        """Everything in some order, and then the count. Raises `Broken` if it is not right."""
        with self.lake:
            self.apply()
            self.publish()
            acts = [
                self.publish, self.publish_and_kill, self.publish_by_command, self.redeliver, self.redeliver_and_kill,
                self.evolve, self.rebuild, self.compact, self.kill_at_work,
            ]  # fmt: skip
            self.rng.shuffle(acts)
            for act in acts:
                act()
                self.lake.restart_if_killed()
            self.publish()
            self.redeliver(share=1)
            while self.ledger.waiting:
                self.publisher.send(list(self.ledger.waiting.values()))
            return self.judge(with_repair)

    def judge(self, with_repair):
        settle(self.lake, self.dataset)
        counted = count(self.lake, self.dataset)
        lines = differences(counted, self.ledger) + accounts(self.lake, self.dataset, counted.total)
        if with_repair and not lines:
            lines = repair.check(self.lake, self.dataset, self.ledger, counted)
        if lines:
            raise Broken("\n".join(lines))
        return Tally(
            self.dataset, len(self.ledger.known), self.ledger.sent, counted.total, len(counted.rows), counted.files,
            counted.row_groups, self.lake.kills, self.publish_kills,
        )  # fmt: skip

    def apply(self):
        file = self.lake.directory / f"{self.dataset.name}.json"
        file.write_text(self.definition())
        self.lake.run("dataset", "check", file)
        self.lake.run("dataset", "apply", file)

    def new(self):
        events = self.feed.make(self.rng.randint(*(MANY if self.many else SOME)))
        self.published += events
        return events

    def again(self, share=None):
        """Some of what was published, in another order."""
        share = share or self.rng.uniform(0.1, 0.6)
        return self.rng.sample(self.published, int(len(self.published) * share))

    def publish(self):
        self.publisher.send(self.new())

    def publish_and_kill(self):
        self.publisher.send(self.new(), kill_after=self.rng.randint(1, 8))

    def redeliver(self, share=None):
        self.publisher.send(self.again(share))

    def redeliver_and_kill(self):
        self.publisher.send(self.again(), kill_after=self.rng.randint(1, 8))

    def kill_at_work(self):
        """Kills the lake while it compacts what was acknowledged."""
        self.publisher.send(self.again())
        time.sleep(self.rng.uniform(0, 0.4))
        self.lake.kill()

    def evolve(self):
        self.version = 2
        self.apply()
        self.publish()

    def rebuild(self):
        """Rewrites the partitions while more of the same comes in."""
        command = self.lake.begin("compact", self.dataset.name, "--rebuild")
        self.redeliver()
        self.lake.finish(command)

    def compact(self):
        self.lake.run("compact", self.dataset.name)

    def publish_by_command(self):
        """`tributary publish`, killed and run again until it is done."""
        events = self.new() + self.again(0.2)
        file, position = self.write(events), self.lake.directory / "position"
        command = ["publish", file, "--dataset", self.dataset.name, "--position", position, "--json"]
        command += self.rng.choice([[], ["--pack"], ["--pack=4KiB"]]) + ["--concurrency", str(self.rng.choice([1, 4, 16]))]
        began = now()
        for _ in range(self.rng.randint(1, 2)):
            publish = self.lake.begin(*command)
            time.sleep(self.rng.uniform(0.05, 0.6))
            if publish.poll() is None:
                self.publish_kills += 1
            publish.kill()
            publish.communicate()
            self.ledger.record(events, began, now(), False)
        if self.rng.random() < 0.5:
            self.lake.kill()
            self.lake.start()
        self.lake.run(*command)
        self.ledger.record(events, began, now(), True)

    def write(self, events):
        """The events as a file that the command reads."""
        texts = [event.text for event in events]
        form, unwrap = self.rng.choice(["ndjson", "json"]), self.dataset.unwrap
        if unwrap and self.rng.random() < 0.5:
            # Of JSON the object may be larger than any event; of NDJSON it is a line.
            some = len(texts) if form == "json" else 20
            parts = [texts[at : at + some] for at in range(0, len(texts), some)]
            text = "\n".join(around(self.rng, unwrap, part) for part in parts) + "\n"
        else:
            text = "[" + ",\n".join(texts) + "]" if form == "json" else "\n".join(texts) + "\n"
        if self.rng.random() < 0.3:
            file = self.lake.directory / f"events.{form}.gz"
            file.write_bytes(gzip.compress(text.encode(), 1))
        else:
            file = self.lake.directory / f"events.{form}"
            file.write_text(text)
        return file
