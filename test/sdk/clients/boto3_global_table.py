"""A global table as a user of boto3 has it, over two endpoints; prints what came back, as one JSON object."""

import json
import sys
import time

import boto3
from botocore.config import Config


def client(endpoint, region):
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="anybody",
        aws_secret_access_key="nothing",
        config=Config(retries={"total_max_attempts": 1}),
    )


here, there = (client(sys.argv[at], sys.argv[at + 1]) for at in (1, 3))
there_region = sys.argv[4]
seen = {}


def eventually(look):
    """What `look` gives once it is something: replication is a matter of moments."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            found = look()
        except there.exceptions.ResourceNotFoundException:
            found = None
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError


def replica(asked, status):
    table = asked.describe_table(TableName="songs")["Table"]
    return [one["RegionName"] for one in table.get("Replicas", []) if one["ReplicaStatus"] == status]


def item(asked, number):
    found = asked.get_item(TableName="songs", Key={"id": {"S": "1"}}).get("Item")
    return found is not None and found["plays"]["N"] == number


here.create_table(
    TableName="songs",
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
)
here.put_item(TableName="songs", Item={"id": {"S": "1"}, "plays": {"N": "1"}})
made = here.update_table(TableName="songs", ReplicaUpdates=[{"Create": {"RegionName": there_region}}])
seen["made"] = [one["RegionName"] for one in made["TableDescription"]["Replicas"]]
seen["here"] = eventually(lambda: replica(here, "ACTIVE"))
seen["there"] = eventually(lambda: replica(there, "ACTIVE"))
there.get_waiter("table_exists").wait(TableName="songs")
seen["copied"] = eventually(lambda: item(there, "1"))
there.update_item(
    TableName="songs",
    Key={"id": {"S": "1"}},
    UpdateExpression="ADD plays :one",
    ExpressionAttributeValues={":one": {"N": "1"}},
)
seen["back"] = eventually(lambda: item(here, "2"))
here.update_table(TableName="songs", ReplicaUpdates=[{"Delete": {"RegionName": there_region}}])
there.get_waiter("table_not_exists").wait(TableName="songs", WaiterConfig={"Delay": 1})
seen["alone"] = eventually(lambda: "Replicas" not in here.describe_table(TableName="songs")["Table"])
print(json.dumps(seen))
