import { describe, expect, test } from 'vitest';
import { type ModelName, parseInput } from '../../src/api/shape.ts';
import { AssertionFault } from '../../src/base/errors.ts';
import { refusalOf } from '../support/refusal.ts';

/** As JSON.parse gives it, so that members named like prototypes are members. */
const refused = (service: ModelName, operation: string, json: string) =>
  refusalOf(() => parseInput(service, operation, JSON.parse(json)));

describe('the input of an operation', () => {
  test('is read into Maps, bytes, and structures without prototype', () => {
    const input = parseInput('kms', 'Encrypt', {
      KeyId: 'k',
      Plaintext: 'AAE=',
      EncryptionContext: { b: '1', a: '2' },
      DryRun: 'true',
    });
    expect(Object.getPrototypeOf(input)).toBeNull();
    expect({ ...input }).toEqual({
      KeyId: 'k',
      Plaintext: Uint8Array.of(0, 1),
      EncryptionContext: new Map([
        ['b', '1'],
        ['a', '2'],
      ]),
      DryRun: true,
    });
  });

  test('keeps attribute values raw, and numbers and times as numbers', () => {
    const put = parseInput('dynamodb', 'PutItem', { TableName: 'abc', Item: { a: { N: '1.0' } } });
    expect({ ...put }).toEqual({ TableName: 'abc', Item: new Map([['a', { N: '1.0' }]]) });
    const query = parseInput('dynamodb', 'Query', { TableName: 'abc', Limit: 7.9, ConsistentRead: true });
    expect({ ...query }).toEqual({ TableName: 'abc', Limit: 7, ConsistentRead: true });
    const list = parseInput('dynamodb', 'ListBackups', { TimeRangeLowerBound: 1_728_462_000.5 });
    expect({ ...list }).toEqual({ TimeRangeLowerBound: 1_728_462_000.5 });
  });

  test('leaves out what is null and what the model does not know', () => {
    const input = parseInput('kms', 'ListKeys', { Limit: null, Marker: 'm', Unknown: { a: [1] } });
    expect({ ...input }).toEqual({ Marker: 'm' });
  });

  test('R-JS-1: is not what a member named like a prototype says', async () => {
    const json = '{"__proto__":{"TableName":"abc","Key":{}},"constructor":{"prototype":{"TableName":"abc"}}}';
    expect(await refused('dynamodb', 'GetItem', json)).toBe(
      'Validation: 2 validation errors detected: ' +
        "Value null at 'tableName' failed to satisfy constraint: Member must not be null; " +
        "Value null at 'key' failed to satisfy constraint: Member must not be null",
    );
    const context = JSON.parse('{"KeyId":"k","Plaintext":"AA==","EncryptionContext":{"__proto__":"x"}}');
    const input = parseInput('kms', 'Encrypt', context);
    expect(Reflect.get(input, 'EncryptionContext')).toEqual(new Map([['__proto__', 'x']]));
    expect(Reflect.get({}, 'TableName')).toBeUndefined();
  });

  test('is asked for by names of the model alone', () => {
    for (const name of ['Nope', '__proto__', 'constructor', 'toString']) {
      expect(() => parseInput('kms', name, {})).toThrow(AssertionFault);
    }
  });
});

const failed = (path: string, value: string, demand: string) =>
  `Value${value} at '${path}' failed to satisfy constraint: Member must ${demand}`;
const one = (problem: string) => `Validation: 1 validation error detected: ${problem}`;

describe('a constraint that is broken is named as AWS names it', () => {
  for (const [service, operation, json, said] of [
    [
      'kms',
      'GenerateRandom',
      '{"NumberOfBytes":0}',
      one(failed('numberOfBytes', " '0'", 'have value greater than or equal to 1')),
    ],
    [
      'kms',
      'GenerateRandom',
      '{"NumberOfBytes":1025}',
      one(failed('numberOfBytes', " '1025'", 'have value less than or equal to 1024')),
    ],
    [
      'kms',
      'Encrypt',
      '{"KeyId":"k","Plaintext":""}',
      one(failed('plaintext', '', 'have length greater than or equal to 1')),
    ],
    ['kms', 'Encrypt', '{"Plaintext":"AA=="}', one(failed('keyId', ' null', 'not be null'))],
    [
      'kms',
      'TagResource',
      '{"KeyId":"k","Tags":[{"TagKey":"","TagValue":"v"}]}',
      one(failed('tags.1.member.tagKey', " ''", 'have length greater than or equal to 1')),
    ],
    [
      'kms',
      'TagResource',
      '{"KeyId":"k","Tags":[{"TagKey":"a","TagValue":"v"},{"TagKey":"b"}]}',
      one(failed('tags.2.member.tagValue', ' null', 'not be null')),
    ],
    [
      'kms',
      'TagResource',
      '{"KeyId":"k","Tags":[null]}',
      one(failed('tags.1.member', ' null', 'not be null')),
    ],
    [
      'dynamodb',
      'ExecuteStatement',
      '{"Statement":"SELECT","Parameters":[null]}',
      one(failed('parameters.1.member', ' null', 'not be null')),
    ],
    [
      'kms',
      'UntagResource',
      '{"KeyId":"k","TagKeys":["a","",""]}',
      one(
        failed(
          'tagKeys',
          " '[a, , ]'",
          'satisfy constraint: [Member must have length less than or equal to 128, ' +
            'Member must have length greater than or equal to 1]',
        ),
      ),
    ],
    [
      'kms',
      'Decrypt',
      '{"DryRunModifiers":["IGNORE_CIPHERTEXT","X"]}',
      one(
        failed(
          'dryRunModifiers',
          " '[IGNORE_CIPHERTEXT, X]'",
          'satisfy constraint: [Member must satisfy enum value set: [IGNORE_CIPHERTEXT]]',
        ),
      ),
    ],
    [
      'kms',
      'CreateAlias',
      '{"AliasName":"alias/a b","TargetKeyId":"k"}',
      one(failed('aliasName', " 'alias/a b'", 'satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$')),
    ],
    [
      'kms',
      'Decrypt',
      `{"GrantTokens":${JSON.stringify(Array(11).fill('t'))}}`,
      one(
        failed(
          'grantTokens',
          ` '[${Array(11).fill('t').join(', ')}]'`,
          'have length less than or equal to 10',
        ),
      ),
    ],
    [
      'dynamodb',
      'GetItem',
      '{"TableName":"ab","Key":{}}',
      one(failed('tableName', " 'ab'", 'have length greater than or equal to 3')),
    ],
    [
      'dynamodb',
      'Scan',
      '{"TableName":"abc","Limit":0}',
      one(failed('limit', " '0'", 'have value greater than or equal to 1')),
    ],
    [
      'dynamodb',
      'Query',
      '{"TableName":"abc","Select":"X"}',
      one(
        failed(
          'select',
          " 'X'",
          'satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]',
        ),
      ),
    ],
    ['dynamodb', 'BatchGetItem', '{}', 'Validation: The requestItems parameter is required for BatchGetItem'],
    [
      'dynamodb',
      'BatchGetItem',
      '{"ReturnConsumedCapacity":1}',
      'Serialization: NUMBER_VALUE cannot be converted to String',
    ],
    [
      'dynamodb',
      'BatchGetItem',
      '{"ReturnConsumedCapacity":"X"}',
      one(failed('returnConsumedCapacity', " 'X'", 'satisfy enum value set: [INDEXES, TOTAL, NONE]')),
    ],
    [
      'dynamodb',
      'BatchWriteItem',
      '{"RequestItems":null}',
      'Validation: The requestItems parameter is required for BatchWriteItem',
    ],
    [
      'dynamodb',
      'BatchGetItem',
      '{"RequestItems":{"abc":{"Keys":[]}}}',
      one(failed('RequestItems.abc.member.Keys', '', 'have length greater than or equal to 1')),
    ],
  ] as const) {
    test(`${operation} ${json.slice(0, 70)}: ${said.slice(0, 120)}`, async () => {
      expect(await refused(service, operation, json)).toBe(said);
    });
  }

  test('at the map, with every demand, for a key or a value of a map', async () => {
    const demands =
      '[Member must have length less than or equal to 255, Member must have length greater than or equal to 3, ' +
      'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]';
    const said = await refused(
      'dynamodb',
      'BatchGetItem',
      '{"RequestItems":{"a":{"Keys":[{"k":{"S":"x"}}]}}}',
    );
    expect(said).toMatch(/^Validation: 1 validation error detected: Value '\{a=.*\}' at 'requestItems' /);
    expect(said.endsWith(`Map keys must satisfy constraint: ${demands}`)).toBe(true);
    const long = 'n'.repeat(65_536);
    const names = `{"TableName":"abc","Key":{},"ExpressionAttributeNames":{"#a":"${long}"}}`;
    expect(await refused('dynamodb', 'GetItem', names)).toMatch(
      / at 'expressionAttributeNames' failed to satisfy constraint: Map value must satisfy constraint: \[Member must have length less than or equal to 65535/,
    );
  });

  test('with nine others at most, in the order of the model', async () => {
    const tags = Array.from({ length: 12 }, () => ({ TagKey: '', TagValue: '' }));
    const said = await refused('kms', 'TagResource', JSON.stringify({ Tags: tags }));
    expect(said).toMatch(/^Validation: 10 validation errors detected: Value null at 'keyId' /);
    expect(said.match(/at 'tags\.\d+/g)).toEqual(Array.from({ length: 9 }, (_, n) => `at 'tags.${n + 1}`));
  });

  test('and none is where a value has the wrong type: that comes first', async () => {
    expect(await refused('kms', 'GenerateRandom', '{"NumberOfBytes":"0"}')).toBe(
      'Serialization: STRING_VALUE cannot be converted to Integer',
    );
    expect(await refused('kms', 'TagResource', '{"KeyId":"","Tags":[{"TagKey":"","TagValue":1}]}')).toBe(
      'Serialization: NUMBER_VALUE cannot be converted to String',
    );
  });
});

describe('a value of the wrong type is refused with the class that was due', () => {
  const class_ = 'com.amazonaws.dynamodb.v20120810.';
  for (const [service, operation, json, sentence] of [
    ['dynamodb', 'GetItem', '{"TableName":1}', 'NUMBER_VALUE cannot be converted to String'],
    [
      'dynamodb',
      'GetItem',
      '{"Key":[]}',
      `Unrecognized collection type java.util.Map<java.lang.String, ${class_}AttributeValue>`,
    ],
    ['dynamodb', 'GetItem', '{"Key":{"a":"b"}}', 'Unexpected value type in payload'],
    ['dynamodb', 'CreateTable', '{"KeySchema":{}}', 'Start of structure or map found where not expected'],
    ['dynamodb', 'CreateTable', '{"KeySchema":["a"]}', 'Unexpected value type in payload'],
    [
      'dynamodb',
      'CreateTable',
      '{"KeySchema":[[]]}',
      `Unrecognized collection type class ${class_}KeySchemaElement`,
    ],
    ['dynamodb', 'CreateTable', '{"ProvisionedThroughput":"a"}', 'Unexpected field type'],
    [
      'dynamodb',
      'CreateTable',
      '{"ProvisionedThroughput":[]}',
      `Unrecognized collection type class ${class_}ProvisionedThroughput`,
    ],
    [
      'dynamodb',
      'CreateTable',
      '{"ProvisionedThroughput":{"ReadCapacityUnits":"1"}}',
      'STRING_VALUE cannot be converted to Long',
    ],
    [
      'dynamodb',
      'BatchWriteItem',
      '{"RequestItems":[]}',
      `Unrecognized collection type java.util.Map<java.lang.String, java.util.List<${class_}WriteRequest>>`,
    ],
    [
      'dynamodb',
      'GetItem',
      '{"ExpressionAttributeNames":[]}',
      'Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>',
    ],
    [
      'kms',
      'Encrypt',
      '{"KeyId":"k","Plaintext":"AA"}',
      'Base64 encoded length is expected a multiple of 4 bytes but found: 2',
    ],
    ['kms', 'Encrypt', '{"EncryptionContext":{"a":1}}', 'NUMBER_VALUE cannot be converted to String'],
    [
      'kms',
      'Decrypt',
      '{"Recipient":[]}',
      'Unrecognized collection type class com.amazonaws.kms.RecipientInfo',
    ],
    ['kms', 'ListKeys', '{"Limit":1e999}', undefined],
  ] as const) {
    test(`${operation} ${json}`, async () => {
      const said = await refused(service, operation, json);
      if (sentence !== undefined) expect(said).toBe(`Serialization: ${sentence}`);
      else expect(said).toMatch(/^Validation: .*value less than or equal to 1000$/);
    });
  }
});
