"""Where things are in the picture, and what is said of them. What there is, and who calls whom, is the plan's to say."""

import dataclasses
import re

COLUMN = {"ingest": 40, "compact": 400, "register": 760, "query": 1120}
WIDTH, HEIGHT = 1480, 1270
BUCKET_TOP = 862
CELL_TOP, CELL_HEIGHT = BUCKET_TOP + 36, 168


@dataclasses.dataclass
class Box:
    name: str
    title: str
    says: str
    at: tuple  # x, y, width, height
    fill: str
    # Which resources of the configuration it stands for, as a regular expression of addresses without indexes.
    holds: str
    module: str


TOPIC, QUEUE, FUNCTION, API, ENGINE, AROUND = "#fde7f0", "#fff1d6", "#ffe3d3", "#e8e4fb", "#dff2ee", "#eef1f4"

LAKE = r"module\.lake\."
BOXES = [
    Box("topic", "SNS topic", "where producers publish", (40, 130, 190, 150), TOPIC, LAKE + r"aws_sns_topic(_policy|_subscription)?\.(events|ingest|other)", "lake"),
    Box("undelivered", "undelivered", "what SNS could not hand on", (245, 130, 115, 150), QUEUE, LAKE + r"aws_sqs_queue(_policy)?\.undelivered", "lake"),
    Box("api", "HTTP API", "API Gateway: signatures, throttling, access log", (1120, 130, 320, 165), API,
        LAKE + r"(aws_apigatewayv2_\w+\.\w+|aws_cloudwatch_log_group\.api|aws_lambda_permission\.(api|preflight))", "lake"),
    *[
        Box(f"{name}_queue", f"{name} queue", "messages wait here", (COLUMN[name], 345, 190, 112), QUEUE,
            LAKE + rf"module\.{name}_queue\.aws_sqs_queue(_policy)?\.this", "queue")
        for name in ("ingest", "compact", "register")
    ],
    *[
        Box(f"{name}_queue.dead_letter", "dead letters", "what failed again and again", (COLUMN[name] + 210, 345, 110, 112), QUEUE,
            LAKE + rf"module\.{name}_queue\.aws_sqs_queue\.dead_letter", "queue")
        for name in ("ingest", "compact", "register")
    ],
    *[
        Box(name, name, says, (COLUMN[name], 505, 320, 200), FUNCTION,
            LAKE + rf"(module\.{name}\.\w+\.\w+" + (r"|aws_lambda_(permission|function_event_invoke_config)\.topic)" if name == "ingest" else ")"), "function")
        for name, says in {
            "ingest": "messages to landing batches",
            "compact": "landing batches to Parquet generations",
            "register": "commits to Glue partitions, definitions to tables",
            "query": "the HTTP API: requests to SQL, results to answers",
        }.items()
    ],
    Box("glue", "Glue database", "tables, made from the bucket", (850, 750, 200, 72), ENGINE, LAKE + r"module\.data\.aws_glue_catalog_database\.lake", "data"),
    Box("athena", "Athena", "runs SQL; stops what scans too much", (1140, 750, 250, 72), ENGINE, LAKE + r"aws_athena_workgroup\.\w+", "lake"),
    Box("bucket", "S3 bucket", "the truth: all else can be made again from it", (40, BUCKET_TOP, 1400, 248), "#e3f1e1",
        LAKE + r"(module\.data\.aws_s3_bucket\w*\.lake|aws_s3_bucket_notification\.lake|aws_s3_object\.\w+)", "data"),
    Box("guard", "Guard", "one lake, one Terraform state: any other is refused", (40, 1128, 220, 122), AROUND,
        LAKE + r"module\.data\.(aws_ssm_parameter\.marker|terraform_data\.identity)", "data"),
    Box("protection", "Protection", "destroying a protected lake is refused", (275, 1128, 220, 122), AROUND, LAKE + r"terraform_data\.\w+", "lake"),
    Box("alarms", "Alarms", "tell whom alarms.actions names; metrics are counted from the logs", (510, 1128, 220, 122), AROUND,
        LAKE + r"(aws_cloudwatch_metric_alarm\.(lake|computed)|aws_cloudwatch_composite_alarm\.\w+|aws_cloudwatch_log_metric_filter\.\w+)", "lake"),
    Box("key", "Your own key", "encrypts everything at rest, by encryption.create_key", (745, 1128, 220, 122), AROUND, LAKE + r"module\.key\.\w+\.\w+", "key"),
    Box("operator", "Operators' role", "for the command tributary, by operators.principals", (980, 1128, 220, 122), AROUND,
        LAKE + r"aws_iam_role(_policy)?\.operator", "lake"),
]  # fmt: skip

CELLS = ["landing", "quarantine", "tables", "commits", "vacuum", "datasets", "schemas", "queries", "access", "results"]
CELL_WIDTH = 137
CELL_SAYS = {
    "landing": "new events", "quarantine": "bad events, with reasons", "tables": "Parquet", "commits": "what is in a generation",
    "vacuum": "since when what is garbage", "datasets": "requested definitions", "schemas": "accepted definitions",
    "queries": "named queries", "access": "API keys, their use", "results": "of queries; expire",
}  # fmt: skip


def cell(name):
    return 55 + CELLS.index(name) * CELL_WIDTH


def middle(name):
    return cell(name) + CELL_WIDTH / 2


# How each arrow runs: points, whether it has two heads, and where the number of its step is.
ROUTES = {
    ("topic", "undelivered"): ([(230, 205), (245, 205)], False, None),
    ("topic", "ingest_queue"): ([(135, 280), (135, 345)], False, (2, 155, 312)),
    ("api", "query"): ([(1280, 295), (1280, 505)], False, (9, 1300, 400)),
    ("landing", "compact_queue"): ([(middle("landing"), CELL_TOP), (middle("landing"), 844), (380, 844), (380, 400), (400, 400)], False, (5, 380, 640)),
    ("commits", "register_queue"): ([(middle("commits"), CELL_TOP), (middle("commits"), 844), (740, 844), (740, 400), (760, 400)], False, (7, 740, 640)),
    ("datasets", "register_queue"): ([(middle("datasets"), CELL_TOP), (middle("datasets"), 844), (740, 844), (740, 400), (760, 400)], False, None),
    **{(f"{name}_queue", f"{name}_queue.dead_letter"): ([(COLUMN[name] + 190, 400), (COLUMN[name] + 210, 400)], False, None) for name in ("ingest", "compact", "register")},
    **{(f"{name}_queue", name): ([(COLUMN[name] + 95, 457), (COLUMN[name] + 95, 505)], False, (3, COLUMN[name] + 115, 480) if name == "ingest" else None) for name in ("ingest", "compact", "register")},
    **{("clock", name): ([(COLUMN[name] + 250, 487), (COLUMN[name] + 250, 505)], False, None) for name in ("compact", "register")},
    ("ingest", "bucket"): ([(240, 705), (240, BUCKET_TOP)], True, (4, 240, 770)),
    ("compact", "bucket"): ([(640, 705), (640, BUCKET_TOP)], True, (6, 640, 770)),
    ("register", "bucket"): ([(800, 705), (800, 834), (880, 834), (880, BUCKET_TOP)], True, None),
    ("query", "bucket"): ([(1420, 705), (1420, BUCKET_TOP)], True, None),
    ("compact", "glue"): ([(690, 705), (690, 781), (850, 781)], False, None),
    ("register", "glue"): ([(950, 705), (950, 750)], False, (8, 970, 727)),
    ("query", "glue"): ([(1130, 705), (1130, 728), (1020, 728), (1020, 750)], False, None),
    ("query", "athena"): ([(1280, 705), (1280, 750)], True, (10, 1300, 727)),
    ("athena", "glue"): ([(1140, 781), (1050, 781)], False, None),
    ("athena", "bucket"): ([(1265, 822), (1265, BUCKET_TOP)], True, (11, 1285, 842)),
}  # fmt: skip

STEPS = [
    "A producer publishes an event.", "SNS puts it into the queue.", "ingest takes a batch.", "It stores the events in landing/.",
    "S3 notifies compact.", "compact writes Parquet to tables/, and a commit.", "S3 notifies register.",
    "register names the new files in Glue.", "A consumer asks for rows.", "query sends SQL to Athena.", "Athena reads exactly those files.",
]  # fmt: skip


def box_of(address):
    """The name of the box that stands for a resource, or None."""
    found = [box.name for box in BOXES if re.fullmatch(box.holds, address)]
    if len(found) > 1:
        raise ValueError(f"{address} is in more than one box: {found}")
    return found[0] if found else None
