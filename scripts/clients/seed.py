"""What is in the lake before the checks: they read it, and none of them changes it."""

import json

import boto3

from lake import TOPIC, attributes, wait_for_rows

PASSENGERS = [
    {"passenger_id": 1, "name": "Javier Peña", "seat_number": ""},
    {"passenger_id": 2, "name": 'Rosa "Mendoza"'},
    {"passenger_id": 9007199254740993, "name": "O'Brien"},
]

# Three partitions: 2026-01-05 at 09 and at 10, 2026-01-06 at 00.
READINGS = [
    {
        "reading_id": 1,
        "taken_at": "2026-01-05T09:15:00Z",
        "valid": True,
        "channel": 2147483647,
        "total": 9007199254740993,
        "level": 0.1,
        "note": 'Peña, "Pepe"\nline two',
        "due": "2026-01-31",
        "checked_at": "2026-01-05T12:00:00.123+02:00",
    },
    {"reading_id": 2, "taken_at": "2026-01-05T10:00:00Z", "valid": None, "total": None},
    {
        "reading_id": 3,
        "taken_at": "2026-01-05T10:59:59.999Z",
        "valid": False,
        "channel": -2147483648,
        "total": -9223372036854775808,
        "level": 1e300,
        "note": "",
        "due": "1969-12-31",
        "checked_at": "1969-12-31T23:59:59.999Z",
    },
    {
        "reading_id": 4,
        "taken_at": "2026-01-06T00:00:00Z",
        "valid": True,
        "channel": 0,
        "total": 7,
        "level": 1e10,
        "note": "null",
        "due": "2024-02-29",
        "checked_at": "2024-02-29T00:00:00Z",
    },
]

# One partition: 2026-01-05.
PARCELS = [
    {
        "parcel_id": 1,
        "sent_at": "2026-01-05T09:15:00Z",
        "fee": "-9999999999.90",
        "amount": "99999999999999999999999999999999999999",
        "weight": 0.1,
        "code": "AP8=",
        "tags": ["Peña, \"a\"", "", None],
        "address": {"city": "Las Palmas", "since": "1969-12-31T23:59:59.999Z"},
        "prices": {"usd": [], "eur": [1.5, None]},
    },
    {"parcel_id": 2, "sent_at": "2026-01-05T09:16:00Z", "code": "", "tags": [], "address": {}, "prices": {}},
    {"parcel_id": 3, "sent_at": "2026-01-05T09:17:00Z"},
]


def publish(dataset, events):
    entries = [
        {"Id": str(n), "Message": json.dumps(event), "MessageAttributes": attributes(dataset)}
        for n, event in enumerate(events)
    ]
    boto3.client("sns").publish_batch(TopicArn=TOPIC, PublishBatchRequestEntries=entries)
    wait_for_rows(len(events), dataset)


if __name__ == "__main__":
    publish("passengers", PASSENGERS)
    publish("readings", READINGS)
    publish("parcels", PARCELS)
