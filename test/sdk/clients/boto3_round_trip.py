"""What a user of boto3 does first, against the endpoint that is named; prints what came back, as one JSON object."""

import json
import sys
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config

endpoint, region, access_key, secret_key = sys.argv[1:]
place = {
    "endpoint_url": endpoint,
    "region_name": region,
    "aws_access_key_id": access_key,
    "aws_secret_access_key": secret_key,
    "config": Config(retries={"total_max_attempts": 1}),
}
dynamodb = boto3.resource("dynamodb", **place)
client = dynamodb.meta.client
streams = boto3.client("dynamodbstreams", **place)
seen = {}


def refusal(call):
    """The code and message of the error that `call` ends with."""
    try:
        call()
    except client.exceptions.ClientError as error:
        return [error.response["Error"]["Code"], error.response["Error"]["Message"]]
    return "answered"


def keys(hash_name, range_name):
    return [
        {"AttributeName": hash_name, "KeyType": "HASH"},
        {"AttributeName": range_name, "KeyType": "RANGE"},
    ]


table = dynamodb.create_table(
    TableName="movies",
    KeySchema=keys("year", "title"),
    AttributeDefinitions=[
        {"AttributeName": "year", "AttributeType": "N"},
        {"AttributeName": "title", "AttributeType": "S"},
        {"AttributeName": "genre", "AttributeType": "S"},
        {"AttributeName": "rating", "AttributeType": "N"},
    ],
    GlobalSecondaryIndexes=[
        {
            "IndexName": "byGenre",
            "KeySchema": keys("genre", "rating"),
            "Projection": {"ProjectionType": "ALL"},
            "ProvisionedThroughput": {"ReadCapacityUnits": 2, "WriteCapacityUnits": 2},
        }
    ],
    ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 4},
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
)
seen["status made"] = table.table_status
table.wait_until_exists()
table.reload()
seen["status"] = table.table_status

typed = {
    "year": 2013,
    "title": "Typed",
    "exact": Decimal("12345678901234567890123456789012345678"),
    "bytes": b"\x00\x01\xff",
    "names": {"a", "b"},
    "deep": {"parts": [1, "two", None, True]},
    "empty": "",
}
table.put_item(Item=typed)
found = table.get_item(Key={"year": 2013, "title": "Typed"}, ConsistentRead=True)["Item"]
found["bytes"] = found["bytes"].value
seen["typed"] = found == typed

seen["again"] = refusal(
    lambda: table.put_item(Item=typed, ConditionExpression=Attr("title").not_exists())
)
updated = table.update_item(
    Key={"year": 2013, "title": "Typed"},
    UpdateExpression="SET deep.parts[1] = :new, rating = if_not_exists(rating, :zero) + :one REMOVE #e",
    ExpressionAttributeNames={"#e": "empty"},
    ExpressionAttributeValues={":new": "zwei", ":zero": 0, ":one": Decimal("0.5")},
    ConditionExpression=Attr("names").contains("a") & Attr("empty").size().eq(0),
    ReturnValues="UPDATED_NEW",
)
seen["updated"] = {"rating": str(updated["Attributes"]["rating"]), "deep": str(updated["Attributes"]["deep"])}

with table.batch_writer(overwrite_by_pkeys=["year", "title"]) as batch:
    for number in range(60):
        movie = {"year": 2000, "title": f"{number:03}", "genre": f"g{number % 2}", "rating": number}
        batch.put_item(Item=movie)
    batch.put_item(Item={"year": 2000, "title": "000", "genre": "g0", "rating": 100})
ranged = table.query(
    KeyConditionExpression=Key("year").eq(2000) & Key("title").between("010", "014"), ScanIndexForward=False
)
seen["ranged"] = [item["title"] for item in ranged["Items"]]
by_genre = client.get_paginator("query").paginate(
    TableName="movies",
    IndexName="byGenre",
    KeyConditionExpression=Key("genre").eq("g0") & Key("rating").gt(50),
    FilterExpression=Attr("title").ne("052"),
    PaginationConfig={"PageSize": 2},
)
seen["by genre"] = [item["title"] for page in by_genre for item in page["Items"]]

put = {"Put": {"TableName": "movies", "Item": {"year": 1, "title": "new"}}}
check = {
    "ConditionCheck": {
        "TableName": "movies",
        "Key": {"year": 1, "title": "other"},
        "ConditionExpression": "attribute_exists(title)",
    }
}
try:
    client.transact_write_items(TransactItems=[put, check])
except client.exceptions.TransactionCanceledException as error:
    seen["cancelled"] = [reason["Code"] for reason in error.response["CancellationReasons"]]
client.transact_write_items(TransactItems=[put], ClientRequestToken="once")
client.transact_write_items(TransactItems=[put], ClientRequestToken="once")

specification = {"Enabled": True, "AttributeName": "expires"}
client.update_time_to_live(TableName="movies", TimeToLiveSpecification=specification)
seen["time to live"] = client.describe_time_to_live(TableName="movies")["TimeToLiveDescription"]

stream = table.latest_stream_arn
shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
iterator = streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
seen["stream"] = [[records[0]["eventName"], records[1]["eventName"]], len(records)]

seen["missing"] = refusal(lambda: dynamodb.Table("nowhere").get_item(Key={"id": 1}))
table.delete()
table.wait_until_not_exists()
seen["tables"] = client.list_tables()["TableNames"]
print(json.dumps(seen))
