"""A real browser with hostile pages against a running lake: `check.py BROWSER ADDRESSES`, ADDRESSES as `tributary dev
--json` prints them. Everything that a page of another origin can make a browser send is sent; then a program looks at
what has changed, and at what the pages could read.

So that it could fail: every attack is also made at a control server, which it must reach, and which must be readable by
it; and a program does afterwards what the pages tried, and can."""

import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile

from lake import Lake
from servers import SECRETS, Control, Hostile, Rebound

PAGE = (pathlib.Path(__file__).parent / "hostile.html").read_text()
# A name of the attacker's: Chromium is told where it points.
EVIL = "evil.example"
PATIENCE_SECONDS = 180
# What an attack that deletes is to delete has the attack's name.
DELETIONS = ["text_delete", "form_delete", "delete_without_type", "delete_presigned", "delete_by_method", "remove"]
# What a page learns of the control server, so that it would have learnt it of the lake.
READS = {
    "delete_by_method": "read 200 done",
    "put": "read 200 done",
    "sql_as_json": "read 200 done",
    "read_rows": "read 200 done",
    "read_object": "read 200 secret words",
    "image": "read 1 pixels",
    "script": "read secret script",
    "style": "read a style",
    "frame": "read secret page",
}

failures: list[str] = []


def check(what: str, is_right: bool, found=None):
    # A whole listing says no more than its beginning.
    print(f"ok  {what}" if is_right else f"FAILED  {what}: {found!r:.300}", flush=True)
    if not is_right:
        failures.append(what)


def browse(browser: str, url: str, reports: queue.Queue) -> dict:
    """Opens the page in a browser that knows nothing else, and answers what it reports."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = [
            "--headless=new",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-default-browser-check",
            "--no-proxy-server",
            f"--host-resolver-rules=MAP {EVIL} 127.0.0.2",
            f"--user-data-dir={profile}",
        ]
        if os.geteuid() == 0:  # Chromium's own sandbox cannot be made for root.
            options.append("--no-sandbox")
        with open(os.path.join(profile, "log"), "wb") as log:
            process = subprocess.Popen([browser, *options, url], stdout=log, stderr=log)
        try:
            return reports.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            log = pathlib.Path(profile, "log").read_text(errors="replace")
            sys.exit(f"{url} reports nothing in {PATIENCE_SECONDS} s; the browser says:\n{log[-4000:]}")
        finally:
            process.terminate()
            process.wait()


def page(**config) -> bytes:
    return PAGE.replace("__CONFIG__", json.dumps(config)).encode()


def attack(browser: str, lake: Lake, where: str, hostile: Hostile, first_id: int):
    """The page of another origin, as `where` names it."""
    control = Control()
    report = f"http://{hostile.address}/report"
    hostile.pages["/"] = page(
        aws=lake.aws, http=lake.http, control=f"http://{control.address}", topic=lake.topic, report=report, first_id=first_id
    )
    found = browse(browser, f"http://{where}/", hostile.reports)
    names = {name.split(" ", 1)[1] for name in found}
    check(f"{where}: every attack leaves the browser", control.attacks() >= names, names - control.attacks())
    for name, expected in READS.items():
        check(f"{where}: {name} is read where it may be", found[f"control {name}"] == expected, found[f"control {name}"])
    for name in sorted(names):
        outcome = found[f"lake {name}"]
        check(f"{where}: {name} reads nothing", not outcome.startswith("read"), outcome)


def rebind(browser: str, lake: Lake, hostile: Hostile, first_id: int):
    """The page of a name that points at the lake after it was loaded."""
    report = f"http://{hostile.address}/report"
    for which, target in (("aws", lake.aws), ("http", lake.http), ("control", f"http://{Control().address}")):
        address = target.removeprefix("http://")
        origin = f"http://{EVIL}:{address.rsplit(':', 1)[1]}"
        rebound = Rebound(address)
        rebound.page = page(
            aws=origin, http=origin, topic=lake.topic, report=report, first_id=first_id, rebound=True
        )
        found = browse(browser, origin + Rebound.PAGE.decode(), hostile.reports)
        rebound.close()
        for name, outcome in found.items():
            name = name.removeprefix("lake ")
            if which == "control":
                check(f"rebound to a server that does not look: {name}", outcome.startswith("read 200 "), outcome)
            else:
                is_refused = outcome.startswith("read 403 ") and "not answer for the host" in outcome
                check(f"rebound to {which}: {name} is refused", is_refused, outcome)


def unchanged(lake: Lake, before: dict[str, str]):
    lake.publish(2)
    lake.wait_for_passenger(2)
    check("nothing was published", lake.passengers() == {1, 2}, lake.passengers())
    check("nothing is in quarantine", not lake.objects("quarantine/"), lake.objects("quarantine/"))
    now = lake.objects()
    gone = {key for key, tag in before.items() if now.get(key) != tag}
    check("nothing was deleted or replaced", not gone, gone)
    check("nothing was stored", "evil" not in now, "evil")
    check("no upload was begun", not lake.uploads())
    ran = [sql for sql in lake.statements() if "666" in sql]
    check("no query was run", not ran, ran)
    check("no database was made", "evil" not in lake.databases(), lake.databases())


def a_program_can(lake: Lake):
    """What the pages tried, so that it was not impossible for other reasons."""
    for key in DELETIONS:
        lake.delete(key)
    check("a program deletes", not {*DELETIONS} & lake.objects().keys())
    lake.put("evil", b"not evil")
    check("a program stores", "evil" in lake.objects())
    lake.publish(3)
    lake.wait_for_passenger(3)
    check("a program publishes", lake.passengers() == {1, 2, 3})
    check("a program runs SQL", lake.sql("SELECT 666 AS evil") == [{"evil": 666}])
    lake.call("AWSGlue.CreateDatabase", DatabaseInput={"Name": "evil"})
    check("a program makes a database", "evil" in lake.databases())


def main():
    browser, lake = sys.argv[1], Lake(json.loads(sys.argv[2]))
    lake.publish(1)
    lake.wait_for_passenger(1)
    for name, (kind, body) in SECRETS.items():
        lake.put(name, body, kind)
    for key in DELETIONS:
        lake.put(key, b"to be deleted")
    kept = {*SECRETS, *DELETIONS}
    before = {key: tag for key, tag in lake.objects().items() if key in kept or key.startswith(("schemas/", "commits/"))}

    # Another port of this machine is the same site to a browser; another name is another one.
    near, far = Hostile("127.0.0.1"), Hostile("127.0.0.2")
    attack(browser, lake, near.address, near, first_id=1_000)
    attack(browser, lake, f"{EVIL}:{far.address.rsplit(':', 1)[1]}", far, first_id=2_000)
    rebind(browser, lake, near, first_id=3_000)
    unchanged(lake, before)
    if not failures:
        a_program_can(lake)
    if failures:
        sys.exit(f"{len(failures)} checks failed")


main()
