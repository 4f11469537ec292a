"""smoke against an API that answers what a test says: for how long it asks again, and after which answers it does not."""

import collections
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import unittest

SMOKE = pathlib.Path(__file__).resolve().parents[1] / "smoke"
OLD, NEW = "a" * 40, "b" * 40


def page(**values):
    return 200, values


WORKS = {
    "/healthz": page(status="ok", version="1.2.3", commit=NEW),
    "/readyz": page(status="ready"),
    "/openapi.json": page(openapi="3.1.0"),
    "/v1/datasets": page(datasets=[{"name": "passengers"}]),
}
UNAVAILABLE = (503, {"type": "unavailable"})


class Smokes(unittest.TestCase):
    def setUp(self):
        """`first` is what a path answers before it answers as it should; `asked` counts."""
        self.first, self.asked = collections.defaultdict(list), collections.Counter()
        test = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.partition("?")[0]
                test.asked[path] += 1
                self.answer(*(test.first[path].pop(0) if test.first[path] else WORKS.get(path, (404, {}))))

            def answer(self, status, document):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def smoke(self, *options, url=None):
        url = url or f"http://127.0.0.1:{self.server.server_port}"
        return subprocess.run([sys.executable, str(SMOKE), url, *options], capture_output=True, text=True, timeout=120, check=False)

    def test_a_lake_that_works_is_asked_once_for_each_thing(self):
        answer = self.smoke("--commit", NEW)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(self.asked, dict.fromkeys(WORKS, 1))

    def test_what_a_fresh_deployment_answers_is_asked_again(self):
        statuses = (403, 429, 500, 502, 503, 504)
        for path in WORKS:
            self.first[path] = [(status, {"message": "soon"}) for status in (statuses if path == "/healthz" else (503,))]
        answer = self.smoke()
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(self.asked, dict.fromkeys(WORKS, 2) | {"/healthz": len(statuses) + 1})
        for status in statuses:
            self.assertIn(f"/healthz answers {status}", answer.stdout)

    def test_the_commit_before_may_serve_for_a_moment(self):
        self.first["/healthz"] = [page(status="ok", commit=OLD)]
        self.assertEqual(self.smoke("--commit", NEW).returncode, 0)
        self.assertEqual(self.asked["/healthz"], 2)

    def test_the_bound_holds_for_all_requests_together(self):
        self.first["/healthz"], self.first["/readyz"] = [UNAVAILABLE] * 2, [UNAVAILABLE] * 1000
        answer = self.smoke("--settle", "4")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("/readyz answers 503", answer.stderr)
        self.assertIn("after 4 s to settle", answer.stderr)
        # Four seconds, of which two went into the first.
        self.assertEqual(self.asked["/healthz"], 3)
        self.assertIn(self.asked["/readyz"], (2, 3))

    def test_without_time_to_settle_everything_is_asked_once(self):
        self.first["/healthz"] = [UNAVAILABLE]
        answer = self.smoke("--settle", "0")
        self.assertIn("/healthz answers 503", answer.stderr)
        self.assertEqual((answer.returncode, self.asked["/healthz"]), (1, 1))
        self.assertIn(f"not {OLD}", self.smoke("--settle", "0", "--commit", OLD).stderr)

    def test_what_does_not_mend_itself_fails_at_once(self):
        for status in (400, 401, 404, 410):
            self.asked.clear()
            self.first["/v1/datasets"] = [(status, {})]
            answer = self.smoke()
            self.assertIn(f"/v1/datasets answers {status}", answer.stderr)
            self.assertEqual((answer.returncode, self.asked["/v1/datasets"]), (1, 1))

    def test_what_cannot_be_reached_is_a_failure_in_the_end(self):
        self.server.shutdown()
        self.server.server_close()
        answer = self.smoke("--settle", "1")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("cannot be reached", answer.stderr)


if __name__ == "__main__":
    unittest.main()
