"""What is known of the events that were sent: in which partitions they must be, and in which they may be.

An event belongs to one partition where the dataset has an event time. Where it has none, the lake takes the time of the
publish, which lies between the request and its answer. The same identity is then one row in each partition that it was
published in, so a check over midnight, or over the full hour, expects as many.
"""

import threading
import time

from events import partition_of


class Ledger:
    def __init__(self, dataset):
        self.dataset = dataset
        self.lock = threading.Lock()
        self.sent = 0
        self.must, self.may, self.somewhere = set(), set(), set()
        self.waiting = {}
        """Events whose last publish was not acknowledged, by their texts."""
        self.known = {}
        """All events that were sent, by their texts."""

    def record(self, events, began, ended, is_acknowledged):
        """Takes note of one attempt to publish; times are of `now`."""
        around = {partition_of(millis, self.dataset.partition_by) for millis in (began, ended)}
        with self.lock:
            self.sent += len(events)
            for event in events:
                self.known[event.text] = event
                places = [event.partition] if event.partition else sorted(around)
                self.may.update((place, event.identity) for place in places)
                if not is_acknowledged:
                    self.waiting[event.text] = event
                    continue
                self.waiting.pop(event.text, None)
                if len(places) == 1:
                    self.must.add((places[0], event.identity))
                self.somewhere.add(event.identity)


def now():
    return time.time_ns() // 1_000_000
