"""An account without anything in it, as far as a plan asks: who is calling, which parameters there are, and how many
invocations Lambda runs at a time.

Terraform's AWS provider plans against it without network and without credentials of anybody.
"""

import contextlib
import http.server
import json
import threading

ACCOUNT = "000000000000"
# Lambda's usual one.
QUOTA = 1000.0
IDENTITY = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{ACCOUNT}:user/check</Arn><UserId>CHECK</UserId><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


@contextlib.contextmanager
def account(parameters):
    """Serves the account on a port of its own, with these SSM parameters by name; yields its URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            target = self.headers.get("X-Amz-Target", "")
            if "Action=GetCallerIdentity" in body:
                self.answer(200, "text/xml", IDENTITY)
            elif target == "AmazonSSM.GetParametersByPath":
                path = json.loads(body)["Path"].rstrip("/") + "/"
                found = [
                    {"Name": name, "Value": value, "Type": "String", "ARN": f"arn:aws:ssm:us-west-2:{ACCOUNT}:parameter{name}"}
                    for name, value in parameters.items()
                    if name.startswith(path)
                ]
                self.answer(200, "application/x-amz-json-1.1", json.dumps({"Parameters": found}))
            elif target in ("ServiceQuotasV20190624.GetAWSDefaultServiceQuota", "ServiceQuotasV20190624.GetServiceQuota"):
                asked = json.loads(body)
                # Without an ARN the provider takes the quota for missing.
                arn = f"arn:aws:servicequotas:us-west-2:{ACCOUNT}:{asked['ServiceCode']}/{asked['QuotaCode']}"
                quota = {**asked, "QuotaArn": arn, "QuotaName": "Concurrent executions", "Value": QUOTA}
                self.answer(200, "application/x-amz-json-1.1", json.dumps({"Quota": quota}))
            else:
                # A plan that needs more would read what this account does not have.
                refused = {"__type": "UnexpectedCall", "message": f"{target or body[:80]} is not expected of a plan"}
                self.answer(400, "application/x-amz-json-1.1", json.dumps(refused))

        def answer(self, status, kind, text):
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
