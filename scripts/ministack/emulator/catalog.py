"""Where MiniStack's 1.5.33 Glue differs from Glue in what the functions rely on.

- BatchDeletePartition is not there: it is made of DeletePartition.
- Partitions of a table that is not there are an empty list, and can be created. Glue says that the table is not found.

IAM has judged each call before, as what it is.
"""

import json

MOST = 25
OF_A_TABLE = ("GetPartition", "GetPartitions", "BatchCreatePartition", "BatchUpdatePartition", "BatchDeletePartition")
KIND = {"Content-Type": "application/x-amz-json-1.1"}


def install():
    from ministack.services import glue

    own = glue.handle_request

    async def handle_request(method, path, headers, body, query_params):
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        if operation not in OF_A_TABLE:
            return await own(method, path, headers, body, query_params)

        async def ask(other, value):
            headers_of_it = {**headers, "x-amz-target": f"AWSGlue.{other}"}
            return await own(method, path, headers_of_it, json.dumps(value).encode(), query_params)

        sent = json.loads(body)
        status, kind, answer = await ask("GetTable", {"DatabaseName": sent["DatabaseName"], "Name": sent["TableName"]})
        if status != 200:
            return status, kind, answer
        if operation != "BatchDeletePartition":
            return await own(method, path, headers, body, query_params)
        return await delete(ask, sent)

    glue.handle_request = handle_request


async def delete(ask, sent):
    partitions = sent["PartitionsToDelete"]
    if len(partitions) > MOST:
        text = f"at most {MOST} partitions can be deleted at once"
        return 400, KIND, json.dumps({"__type": "InvalidInputException", "Message": text}).encode()
    errors = []
    for partition in partitions:
        status, _, answer = await ask("DeletePartition", {
            "DatabaseName": sent["DatabaseName"], "TableName": sent["TableName"], "PartitionValues": partition["Values"]})
        if status != 200:
            code = json.loads(answer).get("__type", "InternalServiceException")
            errors.append({"PartitionValues": partition["Values"], "ErrorDetail": {"ErrorCode": code}})
    return 200, KIND, json.dumps({"Errors": errors}).encode()
