import { describe, expect, test } from 'vitest';
import { isConditionKey, overlyPermissive } from '../../src/iam/condition-key.ts';

const keys: [string, boolean][] = [
  ['kms:ViaService', true],
  ['KMS:viaservice', true],
  ['kms:EncryptionContext:aws:dynamodb:tableName', true],
  ['kms:EncryptionContext:', false],
  ['kms:EncryptionContextKeys', true],
  ['aws:SourceArn', true],
  ['aws:RequestTag/team', true],
  ['aws:RequestTag/', false],
  ['kms:Via', false],
  ['aws:Nothing', false],
  ['__proto__', false],
  ['dynamodb:LeadingKeys', true],
  ['dynamodb:LeadingKey', false],
  ['sts:ExternalId', true],
  ['s3:prefix', true],
  ['s3:', false],
];
describe('names of condition keys', () => {
  for (const [key, known] of keys) {
    test(`key '${key}' is ${known ? '' : 'not '}known`, () => expect(isConditionKey(key)).toBe(known));
  }
});

describe('ForAllValues', () => {
  const of = overlyPermissive;
  test('is refused on a pair of the context, in any case, and on a tag of the request', () => {
    for (const key of ['kms:EncryptionContext:table', 'KMS:encryptioncontext:table']) {
      expect(of('ForAllValues:StringEquals', key)).toBe(
        'OverlyPermissiveCondition:EncryptionContext: Using the ForAllValues set operator with a single-valued ' +
          'condition key matches requests without the specified encryption context or with an unspecified ' +
          'encryption context. To fix, remove ForAllValues.',
      );
    }
    expect(of('ForAllValues:StringLike', 'aws:RequestTag/a')).toMatch(
      /^OverlyPermissiveCondition:RequestTag: .* tag\. /,
    );
  });
  test('is taken on keys of several values, as other operators are on all', () => {
    expect(of('ForAllValues:StringEquals', 'kms:EncryptionContextKeys')).toBeUndefined();
    expect(of('ForAllValues:StringEquals', 'aws:TagKeys')).toBeUndefined();
    expect(of('ForAnyValue:StringEquals', 'kms:EncryptionContext:table')).toBeUndefined();
    expect(of('StringEquals', 'aws:RequestTag/a')).toBeUndefined();
  });
});
