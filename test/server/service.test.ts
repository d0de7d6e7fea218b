import { expect, test } from 'vitest';
import { operation } from '../../src/api/operation.ts';
import { openConnection } from '../../src/server/connection.ts';
import { serviceOf } from '../../src/server/service.ts';

const caller = { arn: 'arn:aws:iam::123456789012:root', account: '123456789012', region: 'us-east-1' };

test('an operation runs in the context made for its caller and connection', async () => {
  const { connection } = openConnection();
  const listKeys = operation({
    name: 'ListKeys',
    run: (context: object, input: object) => ({ context, input }),
  });
  const service = serviceOf({ model: 'kms', operations: [listKeys], context: (asked) => asked });
  const input = { Limit: 1 };
  const asked = { caller, connection, host: 'here:1' };
  expect(await service.runs.get('ListKeys')?.(asked, input)).toEqual({
    context: asked,
    input,
  });
  expect(service.runs.has('constructor')).toBe(false);
});

test.each([
  ['dynamodb', 'DynamoDB_20120810', 'application/x-amz-json-1.0', 16 * 1024 * 1024],
  ['streams', 'DynamoDBStreams_20120810', 'application/x-amz-json-1.0', 1024 * 1024],
  ['kms', 'TrentService', 'application/x-amz-json-1.1', 1024 * 1024],
  ['cloudtrail', 'CloudTrail_20131101', 'application/x-amz-json-1.1', 1024 * 1024],
] as const)('%s is asked for as %s in %s', (model, targetPrefix, contentType, bodyBytesMax) => {
  const signingName = model === 'kms' || model === 'cloudtrail' ? model : 'dynamodb';
  const service = serviceOf({ model, operations: [], context: () => ({}) });
  expect(service).toMatchObject({ targetPrefix, contentType, bodyBytesMax, signingName });
});
