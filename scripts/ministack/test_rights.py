"""That rights.py sees what is missing and what is to spare."""

import json
import pathlib
import tempfile
import unittest

import rights

BUCKET = "arn:aws:s3:::lake"
ROLES = {"compact": "lake-compact"}
LISTING = {
    "Sid": "List", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [BUCKET],
    "Condition": {"StringLike": {"s3:prefix": ["landing/*", "tables/*"]}},
}
READING = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{BUCKET}/landing/*"]}
ATHENAS = {**READING, "Sid": "Athena", "Condition": {"ForAnyValue:StringEquals": {"aws:CalledVia": [rights.ATHENA]}}}
GLUE = "arn:aws:glue:us-west-2:000000000000"


class Names:
    """As little of a deployment's names as rights.py asks for."""

    bucket, roles, functions = "lake", ROLES, {"compact": "lake-dev-compact"}

    def __init__(self, statements=()):
        log = {"Sid": "Log", "Effect": "Allow", "Action": sorted(rights.LOG), "Resource": ["arn:group:*"]}
        queue = {"Sid": "Queue", "Effect": "Allow", "Action": sorted(rights.QUEUE), "Resource": ["arn:queue"]}
        self.statements = [log, queue, *statements]

    def policy(self, _):
        return self.statements

    def log_group_arn(self, _):
        return "arn:group"

    def queue_arn(self, _):
        return "arn:queue"


def call(action, *resources, decision="allowed", **context):
    return {"role": "lake-compact", "function": "lake-dev-compact", "action": action, "resources": list(resources),
            "context": context, "decision": decision}


def spare(statements, *calls):
    return [str(grant) for grant in rights.spare("compact", Names(statements), calls)]


class Spare(unittest.TestCase):
    def test_each_prefix_of_a_listing_is_a_right_of_its_own(self):
        listed = call("s3:ListBucket", BUCKET, **{"s3:prefix": "landing/x/"})
        self.assertEqual(spare([LISTING], listed), [f"List: s3:ListBucket on {BUCKET} where s3:prefix is tables/*"])

    def test_a_right_that_was_used_is_not_to_spare(self):
        self.assertEqual(spare([READING], call("s3:GetObject", f"{BUCKET}/landing/a")), [])

    def test_another_resource_or_action_is_no_use_of_it(self):
        for other in (call("s3:GetObject", f"{BUCKET}/tables/a"), call("s3:PutObject", f"{BUCKET}/landing/a")):
            self.assertEqual(len(spare([READING], other)), 1, other)

    def test_a_call_that_was_refused_is_no_use_of_it(self):
        self.assertEqual(len(spare([READING], call("s3:GetObject", f"{BUCKET}/landing/a", decision="refused"))), 1)

    def test_what_athena_does_is_no_reason_for_a_right_of_the_function(self):
        by_athena = call("s3:GetObject", f"{BUCKET}/landing/a", **{"aws:calledvia": [rights.ATHENA]})
        self.assertEqual(spare([READING, ATHENAS], by_athena), [f"Read: s3:GetObject on {BUCKET}/landing/*"])

    def test_glue_judges_a_call_by_several_resources(self):
        table = f"{GLUE}:table/lake/*"
        statement = {"Sid": "Ask", "Effect": "Allow", "Action": ["glue:GetTable", "glue:GetDatabase"],
                     "Resource": [f"{GLUE}:catalog", table]}
        both = [call("glue:GetTable", f"{GLUE}:catalog", f"{GLUE}:table/lake/a"), call("glue:GetDatabase", f"{GLUE}:catalog")]
        self.assertEqual(spare([statement], *both), [])
        self.assertEqual(spare([statement], both[0]), [f"Ask: glue:GetDatabase on {GLUE}:catalog"])

    def test_what_lambda_needs_must_be_there_and_on_the_own_queue(self):
        names = Names()
        names.statements[1]["Action"] = ["sqs:ReceiveMessage"]
        with self.assertRaisesRegex(AssertionError, "DeleteMessage"):
            list(rights.spare("compact", names, []))
        names = Names()
        names.statements[1]["Resource"] = ["arn:others-queue"]
        with self.assertRaisesRegex(AssertionError, "others-queue"):
            list(rights.spare("compact", names, []))

    def test_a_condition_that_nobody_taught_it_is_an_error(self):
        statement = {**READING, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
        with self.assertRaisesRegex(AssertionError, "IpAddress"):
            spare([statement], call("s3:GetObject", f"{BUCKET}/landing/a"))


class Missing(unittest.TestCase):
    def test_a_refused_call_is_named_once(self):
        calls = [call("s3:GetObject", f"{BUCKET}/tables/a", decision="refused")] * 2
        self.assertEqual(rights.missing(calls, ROLES), [f"lake-dev-compact: s3:GetObject on {BUCKET}/tables/a"])

    def test_a_missing_key_is_an_answer(self):
        self.assertEqual(rights.missing([call("s3:GetObject", f"{BUCKET}/a", decision="absent, and 403")], ROLES), [])


class Recorded(unittest.TestCase):
    def read(self, *lines):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write("".join(json.dumps(line) + "\n" for line in lines))
            file.flush()
            return rights.read(pathlib.Path(file.name), Names())

    def line(self, operation, uri="http://127.0.0.1:1/lake", service="S3", function="lake-dev-compact"):
        return {"function": function, "service": service, "operation": operation, "method": "GET", "uri": uri, "status": 200}

    def test_operations_become_actions(self):
        read = self.read(
            self.line("HeadObject", "http://127.0.0.1:1/lake/landing/a%3Db?x-id=HeadObject"),
            self.line("ListObjectsV2", "http://127.0.0.1:1/lake/?list-type=2&prefix=tables%2F"),
            self.line("GetTable", "http://127.0.0.1:1/", service="Glue"),
            self.line("GetObject", function="somebody-elses"),
        )
        self.assertEqual([(one["action"], one["resources"], one["context"]) for one in read], [
            ("s3:GetObject", [f"{BUCKET}/landing/a=b"], {}),
            ("s3:ListBucket", [BUCKET], {"s3:prefix": "tables/"}),
            ("glue:GetTable", None, {}),
        ])

    def test_a_hole_in_either_record_shows(self):
        judged, written = [call("s3:GetObject", f"{BUCKET}/a")], self.read(self.line("GetObject"))
        self.assertEqual(rights.differing(judged, written, Names()), [])
        for calls, recorded in ((judged, []), ([], written)):
            self.assertEqual(len(rights.differing(calls, recorded, Names())), 1)


if __name__ == "__main__":
    unittest.main()
