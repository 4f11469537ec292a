"""Traffic, the whole way, until it comes back as rows; and what happens beside it."""

import json
import time
from datetime import datetime, timedelta, timezone

from client import Api, eventually, publish, tributary


def stored_zstd(text):
    """A zstd frame that holds the text as it is: up to 255 bytes."""
    size = len(text)
    assert size < 256
    header = bytes([0x28, 0xB5, 0x2F, 0xFD, 0x20, size])
    return header + (1 | size << 3).to_bytes(3, "little") + text


def generation(text):
    """The number in a commit's file name, or of a directory."""
    return int(text.removesuffix(".json"))


class Journey:
    """What happens in one deployment. The steps follow each other: later ones need what earlier ones made."""

    def __init__(self, names, machine):
        self.names, self.machine = names, machine
        self.aws = names.aws
        self.api = Api(names, machine)
        self.published = {}

    def run(self):
        for step in (
            self.passengers_come_back,
            self.they_come_back_after_a_second_generation,
            self.copies_carry_tags,
            self.bad_events_are_kept,
            self.it_is_ready,
            self.named_queries_and_free_sql,
            self.a_query_goes_on,
            self.files_are_rendered,
            self.results_expire,
            self.datasets_evolve,
            self.a_landed_line_is_refused,
            self.the_schedules_find_what_notifications_missed,
            self.a_lost_table_is_made_again,
            self.the_vacuum_deletes,
            self.an_operator_works,
            self.keys_have_their_tiers,
        ):
            began = time.monotonic()
            step()
            print(f"  {time.monotonic() - began:5.0f}s  {step.__name__.replace('_', ' ')}", flush=True)

    # The way of an event

    def send(self, numbers):
        events = [{"passenger_id": n, "flight_id": n % 3, "name": f"Passenger {n} " + "x" * 300 * (n > 15),
                   "seat_number": f"{n}A"} for n in numbers]
        publish(self.names, "passengers", events)
        self.published.update({event["passenger_id"]: event for event in events})

    def all_are_back(self, seconds=120):
        def look():
            rows = self.api.rows("/v1/datasets/passengers/rows?limit=1000")
            found = {row["passenger_id"]: {key: row[key] for key in ("passenger_id", "flight_id", "name", "seat_number")}
                     for row in rows}
            assert len(rows) == len(found), "a passenger is there twice"
            missing = self.published.keys() - found.keys()
            assert found == self.published, f"{len(missing)} of {len(self.published)} passengers are missing"
            return True

        eventually("every passenger is a row, once", look, seconds)

    def passengers_come_back(self):
        self.send(range(20))
        self.all_are_back()

    def they_come_back_after_a_second_generation(self):
        self.send(range(15, 40))
        self.all_are_back()

    def copies_carry_tags(self):
        """Somebody's scanner tags data files. Compaction copies those that it does not merge, with their tags."""
        tags = [{"Key": "scanned", "Value": "clean"}]
        for number in range(60, 68):
            for key in self.keys("tables/passengers/"):
                self.aws.s3.put_object_tagging(Bucket=self.names.bucket, Key=key, Tagging={"TagSet": tags})
            self.send([number])
            self.all_are_back()
            written = [call["resources"][0].split(":::", 1)[1] for call in self.machine.calls()
                       if call["role"] == self.names.roles["compact"] and call["action"] == "s3:PutObjectTagging"]
            if written:
                bucket, _, copy = written[-1].partition("/")
                found = self.aws.s3.get_object_tagging(Bucket=bucket, Key=copy)["TagSet"]
                assert found == tags, f"the copy {copy} has the tags {found}"
                return
        raise AssertionError("compact copied no file that had tags")

    def bad_events_are_kept(self):
        publish(self.names, "passengers", ['{"passenger_id": "not a number"}', "no JSON"])
        publish(self.names, "nobodys", ['{"passenger_id": 1}'])
        eventually("bad events are in quarantine", lambda: len(self.keys("quarantine/passengers/")) >= 2
                   and self.keys("quarantine/_unrouted/"))

    def keys(self, prefix):
        pages = self.aws.s3.get_paginator("list_objects_v2").paginate(Bucket=self.names.bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    # The HTTP API

    def named_queries_and_free_sql(self):
        rows = self.api.rows("/v1/named-queries/passengers-of-flight/rows?flight=1")
        assert {row["passenger_id"] for row in rows} == {n for n in self.published if n % 3 == 1}, rows
        status, _, body = self.sql("SELECT count(*) AS n FROM passengers")
        assert status == 200 and json.loads(body) == [{"n": len(self.published)}], (status, body)

    def sql(self, text, **headers):
        return self.api.request("POST", "/v1/queries", json.dumps({"sql": text}), headers=headers)

    def a_query_goes_on(self):
        """202, its state, its rows; and one that is stopped."""
        status, headers, body = self.sql("SELECT passenger_id FROM passengers", Prefer="respond-async")
        assert status == 202, (status, body)
        place = headers["location"]
        rows = eventually("the query that goes on has rows", lambda: self.api.rows(f"{place}/rows"))
        assert len(rows) == len(self.published), rows
        self.one_is_stopped(self.api)

    def one_is_stopped(self, api):
        crossed = " CROSS JOIN ".join(f"passengers {letter}" for letter in "abcdef")
        text = json.dumps({"sql": f"SELECT sum(a.passenger_id * f.flight_id) AS s FROM {crossed}"})
        status, headers, body = api.request("POST", "/v1/queries", text, headers={"Prefer": "respond-async"})
        assert status == 202, (status, body)
        status, _, body = api.request("DELETE", headers["location"])
        assert status in (200, 202, 204), (status, body)

    def files_are_rendered(self):
        """An answer too long for one is a file, by a link that the role signs."""
        text = ("SELECT a.name AS a, b.name AS b FROM passengers a CROSS JOIN passengers b CROSS JOIN passengers c "
                "WHERE a.passenger_id > 15 AND b.passenger_id > 15 LIMIT 9000")
        status, headers, body = self.sql(text, Accept="text/csv")
        assert status == 303, (status, body[:500])
        assert f"/{self.names.bucket}/results/rendered/" in headers["location"], headers["location"]
        assert self.keys("results/rendered/"), "the file is not in the bucket"
        # The link works, and with the rights of the role: whoever fetches it has none of their own.
        status, text = self.machine.fetched(headers["location"])
        assert status == 200 and len(text.splitlines()) == 9001, (status, text[:500])

    def results_expire(self):
        """What the bucket's lifecycle deletes, by hand: first what Athena wrote, then what the API keeps of the query."""
        status, headers, body = self.sql("SELECT seat_number FROM passengers", Prefer="respond-async")
        assert status == 202, (status, body)
        place = headers["location"]
        eventually("the query has rows", lambda: self.api.rows(f"{place}/rows"))
        for gone in (lambda key: "/queries/" not in key, lambda key: True):
            for key in filter(gone, self.keys("results/")):
                self.aws.s3.delete_object(Bucket=self.names.bucket, Key=key)
            status, _, body = self.api.request("GET", f"{place}/rows")
            assert status in (404, 410), (status, body)

    # Definitions

    def datasets_evolve(self):
        """A dataset that Terraform does not know: made, published to, and given a column."""
        directory = self.machine.work / "datasets"
        directory.mkdir(exist_ok=True)
        file = directory / "bags.json"
        definition = {"name": "bags", "identity": ["bag"], "columns": [{"name": "bag", "type": "bigint", "required": True}]}
        for columns in (["bag"], ["bag", "weight"]):
            definition["columns"] = [{"name": name, "type": "bigint", "required": name == "bag"} for name in columns]
            file.write_text(json.dumps(definition))
            tributary(self.machine, self.names, "dataset", "apply", str(file))
            publish(self.names, "bags", [{name: len(columns) for name in columns}])
            eventually(f"a bag with {columns} is a row", lambda columns=columns: {
                row["bag"]: row.get("weight") for row in self.api.rows("/v1/datasets/bags/rows")
            }.get(len(columns), "none") == (2 if "weight" in columns else None))

    def a_landed_line_is_refused(self):
        """A line in landing that is no event of the dataset is kept by compact, with the reason."""
        before = set(self.keys("quarantine/passengers/"))
        day = f"dt={datetime.now(timezone.utc):%Y-%m-%d}"
        self.aws.s3.put_object(Bucket=self.names.bucket, Key=f"landing/passengers/{day}/{'b' * 40}.ndjson.zst",
                               Body=stored_zstd(b'{"no": "landed event"}\n'))
        eventually("the line is in quarantine", lambda: set(self.keys("quarantine/passengers/")) - before)

    # The clock

    def the_schedules_find_what_notifications_missed(self):
        """With the triggers of both functions off, the sweep commits and the reconciliation registers."""
        triggers = [self.names.trigger(kind)["UUID"] for kind in ("compact", "register")]
        for trigger in triggers:
            self.aws.lambda_.update_event_source_mapping(UUID=trigger, Enabled=False)
        # What somebody added to the catalog by hand goes, too.
        table = {"DatabaseName": self.names.database, "TableName": "passengers"}
        self.aws.glue.create_partition(**table, PartitionInput={
            "Values": ["2001-01-01"],
            "StorageDescriptor": {"Location": f"s3://{self.names.bucket}/by-hand/", "Columns": []}})
        # A request for a dataset that is taken back before register sees it.
        request = {"Bucket": self.names.bucket, "Key": "datasets/taken_back.json"}
        self.aws.s3.put_object(**request, Body=b"{}")
        self.aws.s3.delete_object(**request)
        self.send(range(40, 45))
        self.all_are_back(200)
        eventually("the partition that somebody added is gone", lambda: not any(
            partition["Values"] == ["2001-01-01"] for partition in self.aws.glue.get_partitions(**table)["Partitions"]), 100)
        for trigger in triggers:
            self.aws.lambda_.update_event_source_mapping(UUID=trigger, Enabled=True)

    def a_lost_table_is_made_again(self):
        """Who asks Glue for a partition that is not there asks for the table, and for the database."""
        rule = next(name for name in self.rules("register") if name.endswith("reconcile"))
        trigger = self.names.trigger("register")["UUID"]
        self.aws.events.disable_rule(Name=rule)
        self.aws.lambda_.update_event_source_mapping(UUID=trigger, Enabled=False)
        seen = len(self.machine.calls())

        def asked():
            # An invocation that had begun before may make it again.
            try:
                self.aws.glue.delete_table(DatabaseName=self.names.database, Name="passengers")
            except self.aws.glue.exceptions.EntityNotFoundException:
                pass
            return any(call["role"] == self.names.roles["compact"] and call["action"] == "glue:GetDatabase"
                       for call in self.machine.calls()[seen:])

        eventually("the vacuum asks for the database", asked, 200)
        self.aws.lambda_.update_event_source_mapping(UUID=trigger, Enabled=True)
        self.aws.events.enable_rule(Name=rule)
        self.all_are_back(200)

    def it_is_ready(self):
        """The API is ready as long as it reaches the bucket and the catalog."""
        status, _, body = self.api.request("GET", "/readyz")
        assert status == 200, (status, body)

    def rules(self, kind):
        arn = self.aws.lambda_.get_function_configuration(FunctionName=self.names.functions[kind])["FunctionArn"]
        aliases = self.aws.lambda_.list_aliases(FunctionName=self.names.functions[kind])["Aliases"]
        # What sets a function off calls its alias, and nothing calls the function itself.
        assert not self.aws.events.list_rule_names_by_target(TargetArn=arn)["RuleNames"], f"a rule calls {kind} past its alias"
        return [rule for alias in aliases
                for rule in self.aws.events.list_rule_names_by_target(TargetArn=alias["AliasArn"])["RuleNames"]]

    def the_vacuum_deletes(self):
        """Old generations go when they have been garbage for the retention; here the clock of the objects is moved."""
        commits = self.keys("commits/passengers/")
        partition, head = commits[-1].split("/")[2], generation(commits[-1].rsplit("/", 1)[1])
        old = set(commits[:-1])
        assert old, f"there is one generation: {commits}"
        eventually("the vacuum has noted what is garbage", lambda: self.keys("vacuum/passengers/"), 200)
        self.machine.get(f"/_check/age?bucket={self.names.bucket}&seconds={2 * 86400}")
        since = (datetime.now(timezone.utc) - timedelta(days=2)).isoformat().replace("+00:00", "Z")
        note = json.dumps({"format": 1, "garbage": [{"below": head, "since": since}]})
        noted = 0.0

        def gone():
            nonlocal noted
            # A vacuum that was at work meanwhile writes its own note over this one.
            if time.monotonic() - noted > 20:
                self.aws.s3.put_object(Bucket=self.names.bucket, Key=f"vacuum/passengers/{partition}.json", Body=note)
                noted = time.monotonic()
            files = {generation(key.split("/")[3][1:11]) for key in self.keys(f"tables/passengers/{partition}/")}
            return not old & set(self.keys("commits/passengers/")) and min(files) >= head

        eventually("the old generations' commits and files are gone", gone, 300)
        self.all_are_back()

    # The command line

    def an_operator_works(self):
        """The commands that look, query and compact, with the rights of the operators' role: IAM's record has what it refused."""
        partition = self.keys("commits/passengers/")[-1].split("/")[2]
        for arguments in (
            ("dataset", "list"),
            ("dataset", "status"),
            ("dataset", "show", "passengers"),
            ("named-query", "list"),
            ("named-query", "run", "passengers-of-flight", "--parameter", "flight=1"),
            ("partition", "log", "passengers", partition),
            ("compact", "passengers"),
            ("quarantine", "list"),
            ("quarantine", "show", "--dataset", "passengers"),
            ("quarantine", "replay", "--dataset", "passengers", "--dry-run"),
            ("undelivered", "replay", "--dry-run"),
            ("key", "list"),
            ("rows", "passengers", "--limit", "3"),
        ):
            tributary(self.machine, self.names, *arguments)
        found = tributary(self.machine, self.names, "query", "SELECT count(*) AS n FROM passengers")
        assert str(len(self.published)) in found, found
        # A difference is no failure: the schedules are at work meanwhile.
        tributary(self.machine, self.names, "doctor", expected=(0, 1))

    # API keys

    def keys_have_their_tiers(self):
        """Each scan tier is a workgroup, and the role has a right on each. From here on nobody asks without a key."""
        configuration = self.aws.lambda_.get_function_configuration(FunctionName=self.names.functions["query"])
        tiers = configuration["Environment"]["Variables"]["TRIBUTARY_SCAN_TIERS"].split(",")
        bounds = sorted(int(tier.split("=")[1]) for tier in tiers)
        assert bounds, "the lake has no scan tiers"
        keyless = self.api
        for bound in bounds:
            made = json.loads(tributary(self.machine, self.names, "key", "create", f"up to {bound}", "--dataset", "*",
                                        "--max-bytes-scanned", str(bound), "--max-queries", "5", "--free-sql", "--json"))
            keyed = Api(self.names, self.machine, key=made["key"])
            # Until the API has read that there are keys, it answers everybody, and without the bounds of a key.
            eventually("nobody is answered without a key",
                       lambda: keyless.request("GET", "/v1/datasets")[0] == 401, 30)
            rows = eventually("the key is known", lambda keyed=keyed: keyed.rows(
                "/v1/datasets/passengers/rows?select=passenger_id&limit=1000"), 20)
            assert len(rows) == len(self.published), rows
            self.one_is_stopped(keyed)
            self.api = keyed
