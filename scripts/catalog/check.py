"""Runs a command beside moto's server, which has a Glue database without tables: the environment says where.

    check.py COMMAND...
"""

import logging
import os
import subprocess
import sys

import boto3
from moto.server import ThreadedMotoServer

DATABASE = "contract"


def main():
    # A line for each request says nothing.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        settings = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_REGION": "us-west-2", "AWS_ACCESS_KEY_ID": "check",
            "AWS_SECRET_ACCESS_KEY": "check", "AWS_EC2_METADATA_DISABLED": "true",
            "TRIBUTARY_BUCKET": "contract", "TRIBUTARY_DATABASE": DATABASE,
        }  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TRIBUTARY_"))}
        glue = boto3.client(
            "glue", endpoint_url=settings["AWS_ENDPOINT_URL"], region_name=settings["AWS_REGION"],
            aws_access_key_id="check", aws_secret_access_key="check",
        )  # fmt: skip
        glue.create_database(DatabaseInput={"Name": DATABASE})
        status = subprocess.run(sys.argv[1:], env=kept | settings, check=False).returncode
        tables = [table["Name"] for table in glue.get_tables(DatabaseName=DATABASE)["TableList"]]
    finally:
        server.stop()
    # The contract leaves tables: without them nothing has asked this server, and the command tried nothing.
    if status == 0 and not tables:
        sys.exit("the command made no table on moto: it did not run the contract there")
    return status


if __name__ == "__main__":
    sys.exit(main())
