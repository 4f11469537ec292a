"""The tables of scripts/scaling: what is asked, what there is, and which of it is used up first."""

import math
from dataclasses import dataclass, replace
from typing import Callable

import prices
import scaling
from scaling import DAY, HOUR, Load, Scale, Settings
from scaling_limits import LIMITS

BEGIN, END = "<!-- Made by scripts/scaling --write. -->", "<!-- Made until here. -->"
# Zips of the four functions as scripts/lib/sizes.tsv has them.
RELEASE_BYTES = 17.7e6
# Of one lake: infra/ with alarms.enabled.
ALARMS, RULES, ROLES = 37, 3, 4


@dataclass(frozen=True)
class Ask:
    what: str
    unit: str
    asked: Callable[[Scale], float]
    # A limit of AWS by its name, or a setting or constant of ours.
    limit: str
    there: Callable[[Scale], float]
    # What is chosen and does not grow with the load.
    chosen: bool = False


def ours(setting):
    return lambda scale: getattr(scale.settings, setting)


def of_aws(name):
    return lambda _: LIMITS[name].value


def aws(what, unit, asked, name, chosen=False):
    return Ask(what, unit, asked, name, of_aws(name), chosen)


ASKS = [
    aws("SNS: messages of all lakes", "a second", lambda it: it.load.lakes * it.messages, "sns messages"),
    aws("SNS: a message", "bytes", lambda it: it.message_bytes, "sns message bytes", True),
    aws("SQS: messages in flight, queue of `ingest`", "", lambda it: it.messages * (it.ingest_seconds + it.settings.ingest_window), "sqs in flight"),
    Ask("Lambda: `ingest` of a lake at a time", "", lambda it: it.ingest_at_a_time, "`ingest.queue_concurrency`", ours("ingest_concurrency")),
    Ask("Lambda: `compact` of a lake at a time", "", lambda it: it.compact_at_a_time, "`compact.queue_concurrency`", ours("compact_concurrency")),
    aws("Lambda: all functions of all lakes at a time", "", lambda it: it.lambdas_at_a_time, "lambda concurrency"),
    Ask("Lambda: reserved by all lakes", "", lambda it: it.load.lakes * it.settings.query_reserved, "lambda concurrency, less 100", lambda _: LIMITS["lambda concurrency"].value - LIMITS["lambda unreserved"].value),
    aws("Lambda: code of all versions kept", "bytes", lambda it: it.load.lakes * it.load.deployments * RELEASE_BYTES, "lambda code bytes"),
    aws("S3: landing objects of a partition", "a second", lambda it: it.landed_of_partition, "s3 writes"),
    Ask("a partition's landing objects within the grace", "", lambda it: it.in_grace, "10,000 of a commit", lambda _: scaling.MOST_CONSUMED),
    Ask("a partition's processors in `compact`", "vCPU", lambda it: it.compact_vcpus_of_partition, "`compact.memory_mib`", lambda it: scaling.vcpus(it.settings.compact_memory)),
    aws("a partition's bytes through `compact`", "bytes a second", lambda it: it.compact_bytes_of_partition, "lambda network"),
    Ask("a partition's full files, copied for a commit", "seconds", lambda it: it.copy_seconds, "`compact.timeout_seconds`, less 20", lambda it: it.settings.compact_timeout - scaling.COMPACT_RESERVE),
    aws("Glue: calls of all lakes", "a second", lambda it: it.glue_calls, "glue calls"),
    aws("Glue: partitions of a table in ten years", "", lambda it: scaling.YEARS * 365 * DAY / it.life, "glue partitions"),
    aws("Athena: queries of all lakes at a time", "", lambda it: it.active_queries, "athena active"),
    aws("Athena: queries started by all lakes", "a second", lambda it: it.load.lakes * it.load.queries, "athena starts"),
    aws("Athena: workgroups of all lakes", "", lambda it: it.load.lakes * it.settings.workgroups, "athena workgroups"),
    aws("CloudWatch: alarms of all lakes", "", lambda it: it.load.lakes * ALARMS, "cloudwatch alarms"),
    aws("EventBridge: rules of all lakes", "", lambda it: it.load.lakes * RULES, "eventbridge rules"),
    aws("IAM: roles of all lakes", "", lambda it: it.load.lakes * ROLES, "iam roles"),
]

VOLUMES = [
    ("events a second, all lakes", lambda it: it.load.lakes * it.load.events),
    ("bytes a day into tables, all lakes", lambda it: it.load.lakes * it.load.events * scaling.ROW_BYTES * DAY),
    ("bytes of a partition at the end", lambda it: it.partition_bytes),
    ("seconds between commits of a partition, at first", lambda it: it.window),
    ("and at the end", lambda it: it.last_interval),
    ("times that a row is written again", lambda it: it.rewrites),
    ("bytes of superseded generations at the end, all lakes", lambda it: it.load.lakes * it.garbage_bytes),
    ("landing objects a second, all lakes", lambda it: it.load.lakes * it.landed),
    ("series of Prometheus, all lakes (assumed)", lambda it: it.series),
    ("samples a second of these, at one a minute", lambda it: it.series / scaling.SCRAPE_SECONDS),
]


def dollars(it):
    """A day of all lakes at list prices, by what they are for, without storage of what is in tables."""
    load, settings = it.load, it.settings
    gb = {"ingest": settings.ingest_memory / 1024, "compact": settings.compact_memory / 1024}
    chunks = math.ceil((it.message_bytes + scaling.ENVELOPE) / prices.SQS_CHUNK)
    copies, commits = (load.datasets * each / it.life for each in (it.copies_of_life, it.commits_of_life))
    lambdas = it.ingest_at_a_time * gb["ingest"] + it.compact_at_a_time * gb["compact"]
    second = {
        "SNS, ten messages or 64 KB in a request": max(it.messages * it.message_bytes / prices.SQS_CHUNK, it.messages / 10) * prices.SNS_PUBLISH,
        "SQS": it.messages * (chunks + (chunks + 1) / 10) * prices.SQS_REQUEST,
        "Lambda": lambdas * prices.LAMBDA_GB_SECOND + it.invocations * prices.LAMBDA_REQUEST,
        "S3: landing objects, and copies of full files": (it.landed + copies) * prices.S3_PUT + it.landed * prices.S3_GET,
        "S3: superseded generations": it.garbage_bytes / 2 / 1e9 * prices.S3_GB / (prices.MONTH_HOURS * HOUR),
        "Glue": (commits * scaling.REGISTER_GLUE + load.queries * 2) * prices.GLUE_REQUEST,
        "Athena": load.queries * load.scanned_bytes / 1e12 * prices.ATHENA_TB,
    }
    return {what: load.lakes * each * DAY for what, each in second.items()}


def bends(it):
    """(share of the limit, ask) of what is asked, the most first."""
    return sorted(((ask.asked(it) / ask.there(it), ask) for ask in ASKS if not ask.chosen), key=lambda pair: -pair[0])


def number(value):
    if value == 0:
        return "0"
    for size, unit in ((1e15, " P"), (1e12, " T"), (1e9, " G"), (1e6, " M")):
        if abs(value) >= size:
            return f"{value / size:,.3g}{unit}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def share(value):
    text = f"{value:.0%}" if value >= 0.01 else "< 1%"
    return f"**{text}**" if value > 1 else text


def rows(head, lines):
    return "\n".join(["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *("| " + " | ".join(line) + " |" for line in lines)])


def tables(scales):
    names = [it.load.name for it in scales]
    asked = [
        [f"{ask.what}{', ' + ask.unit if ask.unit else ''}", " / ".join(dict.fromkeys(number(ask.there(it)) for it in scales)) + f" ({ask.limit})",
         *(f"{number(ask.asked(it))}: {share(ask.asked(it) / ask.there(it))}" for it in scales)]
        for ask in ASKS
    ]  # fmt: skip
    first = [[str(place + 1), *(f"{ask.what}: {share(used)}" for used, ask in order)] for place, order in enumerate(zip(*(bends(it)[:3] for it in scales), strict=True))]
    volumes = [[what, *(number(value(it)) for it in scales)] for what, value in VOLUMES]
    costs = [dollars(it) for it in scales]
    paid = [[what, *(f"{cost[what]:,.2f}" for cost in costs)] for what in costs[0]]
    paid.append(["**together**", *(f"**{sum(cost.values()):,.2f}**" for cost in costs)])
    million = [prices.MILLION * sum(cost.values()) / (it.load.lakes * it.load.events * DAY) for it, cost in zip(scales, costs, strict=True)]
    paid.append(["for a million events", *(f"{each:.2f}" for each in million)])
    return "\n\n".join([
        "Where it bends first:", rows(["", *names], first),
        "What is asked, and how much of the limit that is:", rows(["what", "there is", *names], asked),
        "How much it is:", rows(["what", *names], volumes),
        "Dollars a day, by list prices (`scripts/lib/prices.py`), without storage of the tables:", rows(["for", *names], paid),
    ])  # fmt: skip


def limits():
    return rows(
        ["limit", "by default", "can be raised", "source"],
        [
            [name, f"{number(limit.value)}{' ' + limit.note if limit.note else ''}", "yes" if limit.adjustable else "no",
             (limit.source if limit.source.startswith("none") else f"<{limit.source}>") + ("" if limit.checked or limit.source.startswith("none") else " (m)")]
            for name, limit in LIMITS.items()
        ],
    )  # fmt: skip


FIFTY = Load("fifty lakes", lakes=50, events=1_000, packed=10, datasets=10)
SLOWER = replace(FIFTY, name="fifty lakes, longer windows", deployments=20)
WINDOWS = Settings(ingest_window=10, compact_window=60, query_reserved=15)
NAIVE = Load("1,000,000/s, nothing set", events=1_000_000)
PACKED = replace(NAIVE, name="packed, settings raised", packed=800, hourly=True)
RAISED = Settings(
    ingest_memory=1_769, ingest_concurrency=50, compact_memory=10_240, compact_timeout=900, compact_concurrency=10, grace_minutes=1, target_file_mib=256,
)  # fmt: skip
SPLIT = replace(PACKED, name="and in four datasets", datasets=4)
DOCUMENTED = [Scale(FIFTY, Settings()), Scale(SLOWER, WINDOWS), Scale(NAIVE, Settings()), Scale(PACKED, RAISED), Scale(SPLIT, RAISED)]


def written(text):
    """The document with these tables."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{tables(DOCUMENTED)}\n\n{limits()}\n\n{END}{rest.split(END, 1)[1]}"
