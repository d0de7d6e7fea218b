import { expect, test } from 'vitest';
import { kmsModel } from '../../src/api/model/kms.generated.ts';
import { fieldsOf, lowerFirst, shownOf } from '../../src/audit/event-fields.ts';

test('names begin small, as CloudTrail writes them', () => {
  expect(['KeyId', 'SSESpecification', 'KMSMasterKeyId', 'AWSAccountId'].map(lowerFirst)).toEqual([
    'keyId',
    'sSESpecification',
    'kMSMasterKeyId',
    'aWSAccountId',
  ]);
});

test('structures, lists and maps keep their shape, times become texts, bytes and nothing vanish', () => {
  const input = {
    TableName: 'Books',
    Tags: [{ Key: 'a', Value: 'b' }],
    Map: new Map<string, unknown>([['Own Words', 'stay']]),
    CreationDateTime: 1_618_253_910,
    Count: 3,
    On: true,
    Blob: Uint8Array.of(1),
    Nothing: undefined,
    Policy: '{"secret":"policy"}',
  };
  expect(fieldsOf(input, shownOf.dynamodb)).toEqual({
    tableName: 'Books',
    tags: [{ key: 'a', value: 'b' }],
    map: { 'Own Words': 'stay' },
    creationDateTime: 'Apr 12, 2021 18:58:30 PM',
    count: 3,
    on: true,
  });
});

test('of KMS only members that are known to be no secret are shown (R-LOG-1)', () => {
  const hidden = [
    ...['Plaintext', 'CiphertextBlob', 'Message', 'Mac', 'Signature', 'PublicKey', 'PrivateKeyPlaintext'],
    ...['EncryptedKeyMaterial', 'ImportToken', 'GrantTokens', 'GrantToken', 'Policy', 'KeyStorePassword'],
    ...['XksProxyAuthenticationCredential', 'Recipient', 'SharedSecret', 'ThatIsNew'],
  ];
  const input = Object.fromEntries(hidden.map((member) => [member, 'canary']));
  expect(fieldsOf({ ...input, KeyId: 'k' }, shownOf.kms)).toEqual({ keyId: 'k' });
});

test('no blob and nothing that the model calls sensitive is shown of KMS', () => {
  for (const [name, shape] of Object.entries(kmsModel.shapes)) {
    if (shape.type !== 'structure') continue;
    for (const [member, type] of Object.entries(shape.members)) {
      const of = kmsModel.shapes[type];
      const isSecret = of?.type === 'blob' || (of?.type === 'string' && of.sensitive === true);
      if (isSecret) expect(shownOf.kms(member), `${name}.${member}`).toBe(false);
    }
  }
});

test('a pair of any name is shown (R-JS-1)', () => {
  const names = ['__proto__', 'constructor', 'toString', ''];
  const EncryptionContext = new Map(names.map((name) => [name, 'x']));
  const shown = JSON.stringify(fieldsOf({ EncryptionContext }, shownOf.kms));
  expect(shown).toBe('{"encryptionContext":{"__proto__":"x","constructor":"x","toString":"x","":"x"}}');
});
