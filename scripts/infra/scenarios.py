"""What the alarms of a plan of `prod` do when something happens, and when nothing does: who is told, how often, and that it ends.

Each scenario is a world: values of metrics by minute, made by hand from what the functions and AWS would report. evaluated.py
says what CloudWatch makes of them.
"""

import copy

import evaluated

PREFIX = "tributary-prod"
FUNCTIONS = ("ingest", "compact", "register", "query")
HOUR = 60


class World:
    """So many minutes of a lake."""

    def __init__(self, minutes):
        self.minutes, self.values = minutes, {}

    def put(self, namespace, name, dimensions, values):
        """`values`: by minute, or one for a range of minutes."""
        series = self.values.setdefault(evaluated.metric(namespace, name, dimensions), [None] * self.minutes)
        for minute, value in values.items():
            if 0 <= minute < self.minutes:
                series[minute] = value

    def function(self, function, name, minutes, value):
        self.put("AWS/Lambda", name, {"FunctionName": f"{PREFIX}-{function}"}, dict.fromkeys(minutes, value))

    def queue(self, queue, name, values):
        self.put("AWS/SQS", name, {"QueueName": f"{PREFIX}-{queue}"}, values)

    def lines(self, name, minutes, value):
        self.put("Tributary", name, {"Lake": PREFIX}, dict.fromkeys(minutes, value))

    def requests(self, minutes, count, failed):
        # The API's id is known after the apply alone, so that a plan has no dimension here.
        self.put("AWS/ApiGateway", "Count", {}, dict.fromkeys(minutes, count))
        self.put("AWS/ApiGateway", "5xx", {}, dict.fromkeys(minutes, failed))

    def works(self, minutes):
        """A lake in use: 600 events and 60 requests a minute, new rows in each."""
        for function, milliseconds in (("ingest", 400.0), ("compact", 9_000.0), ("register", 700.0), ("query", 22_000.0)):
            self.function(function, "Duration", minutes, milliseconds)
            self.function(function, "Errors", minutes, 0)
            self.function(function, "Throttles", minutes, 0)
        for queue in ("ingest", "compact", "register"):
            self.queue(queue, "ApproximateAgeOfOldestMessage", dict.fromkeys(minutes, 12))
        self.lines("EventsAccepted", minutes, 600)
        self.lines("PartitionsRegistered", minutes, 6)
        self.requests(minutes, 60, 0)

    def stands(self, queue, begin, end, after=30):
        """The oldest message of a queue gets older from `begin` on, and is handled `after` minutes after `end`."""
        self.queue(queue, "ApproximateAgeOfOldestMessage", {minute: 60 * (minute - begin) for minute in range(begin, end + after)})

    def silent(self, name, minutes):
        self.lines(name, minutes, None)

    def run(self, account):
        series = {key: evaluated.Series(values) for key, values in self.values.items()}
        return [(minute, name.removeprefix(f"{PREFIX}-"), begins) for minute, name, begins in account.run(series, self.minutes)]


def idle(world):
    """Nobody publishes and nobody asks; schedules run."""
    for function in ("compact", "register"):
        world.function(function, "Duration", range(0, world.minutes, 5), 200.0)
        world.function(function, "Errors", range(0, world.minutes, 5), 0)


def busy(world):
    world.works(range(world.minutes))


def sparse(world):
    """An event an hour, visible a minute later."""
    idle(world)
    world.lines("EventsAccepted", range(7, world.minutes, HOUR), 1)
    world.lines("PartitionsRegistered", range(8, world.minutes, HOUR), 1)


def one_bad_event(world):
    busy(world)
    world.lines("EventsQuarantined", [100], 1)


def one_bad_event_at_night(world):
    idle(world)
    world.lines("EventsQuarantined", [100], 1)


def one_failed_request_at_night(world):
    idle(world)
    world.requests(range(0, world.minutes, 20), 1, 0)
    world.requests([100], 1, 1)


def deployment(world):
    """For a minute, each function fails some times."""
    busy(world)
    for function in FUNCTIONS:
        world.function(function, "Errors", [100], 3)
    world.requests([100], 60, 3)


def long_vacuum(world):
    """Each hour, an invocation of compact takes all its time."""
    busy(world)
    world.function("compact", "Duration", range(100, world.minutes, HOUR), 299_400.0)


def store_down(world):
    """For an hour S3 answers nobody."""
    busy(world)
    down = range(100, 160)
    world.silent("EventsAccepted", down)
    world.silent("PartitionsRegistered", down)
    for function in ("ingest", "compact", "register"):
        world.function(function, "Errors", down, 2)
        world.stands(function, 100, 160)
    world.lines("PartitionsStopped", [], 1)
    world.requests(down, 60, 60)


def quota_used_up(world):
    """For an hour, other functions of the account leave nothing."""
    busy(world)
    for function in FUNCTIONS:
        world.function(function, "Throttles", range(100, 160), 20)
    world.requests(range(100, 160), 60, 20)


def compaction_off(world):
    """Somebody disabled mapping and schedule of compact; nothing fails."""
    busy(world)
    world.silent("PartitionsRegistered", range(100, 220))
    world.stands("compact", 100, 220, after=2)


def notifications_gone(world):
    """The bucket notifies nobody, so that no queue has anything, and the schedules are off."""
    busy(world)
    world.silent("PartitionsRegistered", range(100, 220))


def poison(world):
    """A fifth of the events is bad for two hours."""
    busy(world)
    world.lines("EventsAccepted", range(100, 220), 480)
    world.lines("EventsQuarantined", range(100, 220), 120)


def api_down(world):
    busy(world)
    world.requests(range(100, 120), 60, 60)


def api_burns_slowly(world):
    """One request in a hundred fails, for eight hours."""
    busy(world)
    for minute in range(100, 580):
        world.requests([minute], 50, 1 if minute % 2 else 0)


def undelivered(world):
    """SNS may not send to the queue of ingest: nothing else is to be seen."""
    idle(world)
    world.queue("undelivered", "ApproximateNumberOfMessagesVisible", dict.fromkeys(range(100, 160), 40))


def dead_letters_forgotten(world):
    idle(world)
    there = range(100, world.minutes - 100)
    world.queue("ingest-dead-letter", "ApproximateNumberOfMessagesVisible", dict.fromkeys(there, 3))
    world.queue("ingest-dead-letter", "ApproximateAgeOfOldestMessage", {minute: 60 * (minute - 100) for minute in there})


def still_failing(world):
    """After S3 is back, compact fails on for a reason of its own."""
    store_down(world)
    world.function("compact", "Errors", range(160, 400), 2)


def loop(world):
    """compact works without a pause, four at a time, for two days."""
    busy(world)
    world.function("compact", "Duration", range(100, 100 + 48 * HOUR), 4 * 60_000.0)
    world.put("Tributary", "BytesScanned", {"Lake": PREFIX}, dict.fromkeys(range(100, 100 + 48 * HOUR), 4e9))


# What happens, for how many minutes, and whom that tells how often.
SCENARIOS = [
    (idle, 24 * HOUR, []),
    (busy, 12 * HOUR, []),
    (sparse, 24 * HOUR, []),
    (one_bad_event, 6 * HOUR, []),
    (one_bad_event_at_night, 6 * HOUR, []),
    (one_failed_request_at_night, 12 * HOUR, []),
    (deployment, 12 * HOUR, []),
    (long_vacuum, 12 * HOUR, []),
    (store_down, 14 * HOUR, ["events-not-stored"]),
    (quota_used_up, 14 * HOUR, ["events-not-stored"]),
    (compaction_off, 8 * HOUR, ["events-not-visible"]),
    (notifications_gone, 8 * HOUR, ["events-not-visible"]),
    (poison, 8 * HOUR, ["quarantine-share"]),
    (api_down, 14 * HOUR, ["queries-fail", "queries-fail-some"]),
    (api_burns_slowly, 18 * HOUR, ["queries-fail", "queries-fail-some"]),
    (undelivered, 6 * HOUR, ["undelivered"]),
    (dead_letters_forgotten, 6 * 24 * HOUR, ["ingest-dead-letter", "ingest-dead-letter-age"]),
    (still_failing, 14 * HOUR, ["events-not-stored", "events-not-visible"]),
    (loop, 96 * HOUR, ["cost-per-day"]),
]


def checks(plan):
    """(what, whether it holds, what was found)."""
    account = evaluated.Account(plan)
    for happens, minutes, wanted in SCENARIOS:
        world = World(minutes)
        happens(world)
        said = world.run(account)
        began, ended = ([name for _, name, begins in said if begins is which] for which in (True, False))
        right = sorted(began) == sorted(wanted) and sorted(ended) == sorted(wanted)
        yield f"{happens.__name__.replace('_', ' ')}: {', '.join(wanted) or 'nobody is told'}", right, f"began {began}, ended {ended}: {said[:8]}"
    yield from thresholds(account)
    held_back = copy.deepcopy(plan)
    for change in held_back["resource_changes"]:
        (change["change"]["after"] or {}).pop("actions_suppressor", None)
    world = World(14 * HOUR)
    store_down(world)
    said = [name for _, name, begins in world.run(evaluated.Account(held_back)) if begins]
    yield "without what holds alarms back, one cause would tell more than once", len(said) > 1, str(said)


def thresholds(account):
    """Of each alarm on one metric that tells somebody: it begins above its threshold, and not at it."""
    wrong = []
    for name, alarm in account.single.items():
        if account.told[name] and len(alarm.metrics) == 1:
            [(key, _)] = alarm.metrics.values()
            minutes = alarm.periods * alarm.period
            for value, wanted in ((alarm.threshold, []), (alarm.threshold + 1, [True, False])):
                # One value in each period: the sum and the maximum are it.
                values = [value if minute % alarm.period == 0 and 60 <= minute < 60 + minutes + 1 else None for minute in range(60 + 3 * minutes)]
                said = [begins for _, told, begins in account.run({key: evaluated.Series(values)}, len(values)) if told == name]
                if said != wanted:
                    wrong.append(f"{name} at {value}: {said}")
    yield "each alarm on one metric begins above its threshold, and not at it", not wrong, "; ".join(wrong)
