"""What MiniStack cannot show, read from the plan's JSON.

Each of these is a fault of MiniStack 1.5.33, or a thing that it does not do: it ignores batching windows, does not
bound a mapping's concurrency by its own setting alone, accepts no unencrypted connection on a port that serves TLS, never
fails to deliver from a topic to a queue, has no workgroup that stops a query, and answers OPTIONS before it routes.
"""

import json

from deployment import walked


def check(plan):
    """Gives a sentence for each thing that is not so."""
    found = {}
    for resource in walked(plan["planned_values"]["root_module"]):
        found.setdefault(resource["type"], []).append(resource["values"])
    faults = []

    def expect(sentence, holds):
        if not holds:
            faults.append(sentence)

    mappings = found["aws_lambda_event_source_mapping"]
    expect("three queues set functions off", len(mappings) == 3)
    for mapping in mappings:
        name = mapping["function_name"]
        expect(f"{name} has a window where it takes more than 10 messages",
               mapping["batch_size"] <= 10 or mapping["maximum_batching_window_in_seconds"] >= 1)
        expect(f"{name} reports each failed message", mapping["function_response_types"] == ["ReportBatchItemFailures"])
        expect(f"{name}'s queue bounds its invocations", mapping["scaling_config"][0]["maximum_concurrency"] >= 2)

    queues = {queue["arn"]: queue for queue in found["aws_sqs_queue"]}
    policies = {policy["queue_url"]: json.loads(policy["policy"]) for policy in found["aws_sqs_queue_policy"]}
    for mapping in mappings:
        queue = queues[mapping["event_source_arn"]]
        redrive = json.loads(queue["redrive_policy"])
        dead = queues[redrive["deadLetterTargetArn"]]
        expect(f"{dead['name']} takes from {queue['name']} alone",
               json.loads(dead["redrive_allow_policy"])["sourceQueueArns"] == [queue["arn"]])
        expect(f"{dead['name']} keeps a message for longer than {queue['name']}",
               dead["message_retention_seconds"] > queue["message_retention_seconds"])
        expect(f"{queue['name']} refuses what does not come by TLS", refuses_plain(policies.get(queue["url"])))
    for subscription in found["aws_sns_topic_subscription"]:
        target = json.loads(subscription["redrive_policy"])["deadLetterTargetArn"]
        expect("what SNS cannot deliver goes to a queue of the lake", target in queues)
    expect("the topic refuses what does not come by TLS",
           all(refuses_plain(json.loads(policy["policy"])) for policy in found["aws_sns_topic_policy"]))

    for policy in found["aws_s3_bucket_policy"]:
        document = json.loads(policy["policy"])
        expect("the bucket refuses what does not come by TLS", refuses_plain(document))
        expect("the bucket refuses commits that could overwrite one", any(
            statement["Effect"] == "Deny" and "s3:if-none-match" in statement.get("Condition", {}).get("Null", {})
            and statement["Resource"][0].endswith("/commits/*") for statement in document["Statement"]))

    for group in found["aws_athena_workgroup"]:
        configuration = group["configuration"][0]
        expect(f"the workgroup {group['name']} stops a query at its bound", configuration["bytes_scanned_cutoff_per_query"])
        expect(f"the workgroup {group['name']} leaves its queries no choice", configuration["enforce_workgroup_configuration"])
    return faults


def refuses_plain(document):
    return document is not None and any(
        statement["Effect"] == "Deny" and statement["Principal"] == "*"
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}} for statement in document["Statement"])
