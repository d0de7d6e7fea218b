/** The input shapes of streams, with their constraints. Made by generate.mjs; not written by hand. */
import type { ServiceModel } from './service-model.ts';

export const streamsModel: ServiceModel = {
  operations: {
    "DescribeStream": "DescribeStreamInput",
    "GetRecords": "GetRecordsInput",
    "GetShardIterator": "GetShardIteratorInput",
    "ListStreams": "ListStreamsInput",
  },
  shapes: {
    "DescribeStreamInput": {"type":"structure","members":{"StreamArn":"StreamArn","Limit":"PositiveIntegerObject","ExclusiveStartShardId":"ShardId","ShardFilter":"ShardFilter"},"required":["StreamArn"]},
    "GetRecordsInput": {"type":"structure","members":{"ShardIterator":"ShardIterator","Limit":"PositiveIntegerObject"},"required":["ShardIterator"]},
    "GetShardIteratorInput": {"type":"structure","members":{"StreamArn":"StreamArn","ShardId":"ShardId","ShardIteratorType":"ShardIteratorType","SequenceNumber":"SequenceNumber"},"required":["StreamArn","ShardId","ShardIteratorType"]},
    "ListStreamsInput": {"type":"structure","members":{"TableName":"TableName","Limit":"PositiveIntegerObject","ExclusiveStartStreamArn":"StreamArn"}},
    "Plain.double": {"type":"double"},
    "Plain.string": {"type":"string"},
    "PositiveIntegerObject": {"type":"integer","min":1},
    "SequenceNumber": {"type":"string","min":21,"max":40},
    "ShardFilter": {"type":"structure","members":{"Type":"ShardFilterType","ShardId":"ShardId"}},
    "ShardFilterType": {"type":"string","enum":["CHILD_SHARDS"]},
    "ShardId": {"type":"string","min":28,"max":65},
    "ShardIterator": {"type":"string","min":1,"max":2048},
    "ShardIteratorType": {"type":"string","enum":["AFTER_SEQUENCE_NUMBER","LATEST","AT_SEQUENCE_NUMBER","TRIM_HORIZON"]},
    "StreamArn": {"type":"string","min":37,"max":1024},
    "TableName": {"type":"string","min":3,"max":255,"pattern":"[a-zA-Z0-9_.-]+"},
  },
};
