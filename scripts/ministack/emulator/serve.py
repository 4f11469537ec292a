"""Runs MiniStack, with four things in place of its own. Only scripts/ministack/machine.py starts it.

1. judge.py: IAM judges a call by the resources and condition keys that AWS documents, where MiniStack has others.
2. record.py: every call of a role is written down, with what IAM decided.
3. athena.py: the local lake runs the queries, over MiniStack's catalog and bucket.
4. catalog.py: what Glue answers about partitions, where MiniStack answers otherwise.

Everything else is MiniStack as it was published: signatures, sessions, policies, and every service. Other versions of
MiniStack have other insides, so this one refuses to start with any but the pinned one.
"""

import importlib.metadata
import sys

VERSION = "1.5.33"


def main():
    found = importlib.metadata.version("ministack")
    if found != VERSION:
        sys.exit(f"serve.py replaces parts of MiniStack {VERSION}, and this is {found}")

    import ministack.app
    import athena
    import catalog
    import judge
    import record

    judge.install(record.Recorder.from_environment())
    athena.install()
    catalog.install()
    ministack.app.app = with_clock(ministack.app.app)
    # MiniStack reads its own arguments.
    sys.argv = sys.argv[:1]
    ministack.app.main()


def with_clock(app):
    """Adds one request, which makes all objects of a bucket older: the vacuum deletes nothing that is young."""
    import json
    from datetime import datetime, timedelta
    from urllib.parse import parse_qs

    async def served(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != "/_check/age":
            return await app(scope, receive, send)
        from ministack.services import s3

        query = parse_qs(scope["query_string"].decode())
        bucket, seconds = query["bucket"][0], int(query["seconds"][0])
        aged = 0
        for scoped, record in s3._buckets._data.items():
            if scoped[-1] != bucket:
                continue
            for entry in record["objects"].values():
                text = entry["last_modified"]
                older = datetime.fromisoformat(text.replace("Z", "+00:00")) - timedelta(seconds=seconds)
                entry["last_modified"] = older.strftime("%Y-%m-%dT%H:%M:%S.000Z")
                aged += 1
        body = json.dumps({"aged": aged}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    return served


if __name__ == "__main__":
    main()
