"""Publishes events with boto3: alone, in arrays, in objects around them, in NDJSON and packed, in requests of up to ten
messages."""

import base64
import gzip
import threading
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import BotoCoreError, ClientError

from events import around
from lake import Broken
from ledger import now

WORKERS = 3
MOST_MESSAGES = 10
# Below SNS's 256 KiB, with room for the attributes.
MOST_BYTES = 200_000
REQUEST_REFUSED = (BotoCoreError, ClientError)


class Publisher:
    def __init__(self, rng, lake, dataset, ledger):
        self.rng, self.lake, self.dataset, self.ledger = rng, lake, dataset, ledger

    def send(self, events, kill_after=None):
        """Publishes all of them; kills the lake after so many requests. What then fails stays in the ledger as not
        acknowledged."""
        requests = list(self.requests(events))
        counter = Countdown(self.lake, kill_after)
        with ThreadPoolExecutor(WORKERS) as pool:
            # The list, so that an exception of any of them comes out.
            list(pool.map(lambda request: self.request(request, counter), requests))
        return len(requests)

    def request(self, messages, counter):
        entries = [
            {"Id": str(number), "Message": text, "MessageAttributes": attributes}
            for number, (text, attributes, _) in enumerate(messages)
        ]
        began, refused = now(), {}
        try:
            answer = self.lake.sns.publish_batch(TopicArn=self.lake.topic, PublishBatchRequestEntries=entries)
            refused = {int(failed["Id"]): failed for failed in answer.get("Failed", [])}
        except REQUEST_REFUSED as error:
            refused = dict.fromkeys(range(len(messages)), error)
        ended = now()
        if refused and not self.lake.is_killed:
            raise Broken(f"a publish failed, and nobody had killed the lake: {next(iter(refused.values()))}")
        for number, (_, _, events) in enumerate(messages):
            self.ledger.record(events, began, ended, number not in refused)
        counter.step()

    def requests(self, events):
        request, size = [], 0
        most = self.rng.randint(1, MOST_MESSAGES)
        for message in self.messages(events):
            length = len(message[0].encode())
            if request and (len(request) == most or size + length > MOST_BYTES):
                yield request
                request, size, most = [], 0, self.rng.randint(1, MOST_MESSAGES)
            request.append(message)
            size += length
        if request:
            yield request

    def messages(self, events):
        at = 0
        while at < len(events):
            most, some, size = self.rng.choice([1, 1, 5, 30, 100]), [], 0
            while at < len(events) and len(some) < most:
                size += len(events[at].text.encode()) + 2
                if some and size > MOST_BYTES // 2:
                    break
                some.append(events[at])
                at += 1
            yield self.message(some)

    def message(self, events):
        rng = self.rng
        texts = [event.text for event in events]
        is_around = self.dataset.unwrap is not None and rng.random() < 0.5
        if is_around:
            text = around(rng, self.dataset.unwrap, texts)
        elif len(texts) == 1 and rng.random() < 0.7:
            text = texts[0]
        elif rng.random() < 0.5:
            text = "[" + rng.choice([",", ", ", ",\n "]).join(texts) + "]"
        else:
            text = rng.choice(["\n", "\r\n", "\n\n"]).join(texts) + rng.choice(["", "\n"])
        attributes = {}
        # The type of the events within an object routes nothing.
        if is_around or not all(event.is_routed for event in events) or rng.random() < 0.5:
            attributes["dataset"] = {"DataType": "String", "StringValue": self.dataset.name}
        if rng.random() < 0.15:
            text = base64.b64encode(gzip.compress(text.encode(), 1)).decode()
            attributes["content-encoding"] = {"DataType": "String", "StringValue": "gzip"}
        return text, attributes, events


class Countdown:
    """Kills the lake after a number of answers, whichever worker gets them."""

    def __init__(self, lake, steps):
        self.lake, self.left, self.lock = lake, steps, threading.Lock()

    def step(self):
        with self.lock:
            if self.left is None:
                return
            self.left -= 1
            if self.left == 0:
                self.lake.kill()
