import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { boundCaller } from '../../support/bound-caller.ts';
import { account, openKms, tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const plaintext = Buffer.from('what is sealed');
const pairs: [string, string][] = [
  ['tenant', 'ada'],
  ['purpose', 'test'],
];
const context = new Map(pairs);

async function sealed() {
  const opened = await openKms();
  const key = await opened.kms.keys.create(user, {});
  const { ciphertext } = opened.kms.use.encrypt(user, { keyId: key.keyId, context, plaintext });
  return { ...opened, ...key, ciphertext };
}

describe('a ciphertext', () => {
  for (const bytes of [1, 2, 31, 32, 33, 4095, 4096]) {
    test(`of ${bytes} bytes opens again, and is at most 6144 bytes`, async () => {
      const { kms } = await openKms();
      const { arn } = await kms.keys.create(user, {});
      const text = randomBytes(bytes);
      const { ciphertext } = kms.use.encrypt(user, { keyId: arn, context, plaintext: text });
      expect(ciphertext.length).toBeLessThanOrEqual(6144);
      const opened = kms.use.decrypt(user, { ciphertext, context });
      expect(Buffer.from(opened.plaintext)).toEqual(text);
      expect(opened.keyArn).toBe(arn);
    });
  }

  test('is another one each time', async () => {
    const { kms, keyId, ciphertext } = await sealed();
    expect(kms.use.encrypt(user, { keyId, context, plaintext }).ciphertext).not.toEqual(ciphertext);
  });

  test('opens with its pairs in another order, also after a restart', async () => {
    const { ciphertext, reopen } = await sealed();
    const reordered = new Map([...pairs].reverse());
    const opened = (await reopen()).use.decrypt(user, { ciphertext, context: reordered });
    expect(Buffer.from(opened.plaintext)).toEqual(plaintext);
  });

  test('opens under the name __proto__, and under no other', async () => {
    const { kms, keyId } = await sealed();
    const odd = new Map([['__proto__', 'x']]);
    const { ciphertext } = kms.use.encrypt(user, { keyId, context: odd, plaintext });
    expect(Buffer.from(kms.use.decrypt(user, { ciphertext, context: odd }).plaintext)).toEqual(plaintext);
    const refusal = await refusalOf(() => kms.use.decrypt(user, { ciphertext, context: new Map() }));
    expect(refusal).toBe('InvalidCiphertext');
  });

  const wrong: [string, [string, string][]][] = [
    ['no pair', []],
    ['one pair missing', [['tenant', 'ada']]],
    ['one pair more', [...pairs, ['more', '']]],
    [
      'a key in capitals',
      [
        ['Tenant', 'ada'],
        ['purpose', 'test'],
      ],
    ],
    [
      'a value in capitals',
      [
        ['tenant', 'Ada'],
        ['purpose', 'test'],
      ],
    ],
    [
      'values exchanged',
      [
        ['tenant', 'test'],
        ['purpose', 'ada'],
      ],
    ],
    [
      'a space more',
      [
        ['tenant', 'ada '],
        ['purpose', 'test'],
      ],
    ],
    [
      'another Unicode form',
      [
        ['tenant', 'ad\u0061\u0300'],
        ['purpose', 'test'],
      ],
    ],
    ['__proto__', [...pairs, ['__proto__', 'x']]],
    [
      'half a surrogate pair',
      [
        ['tenant', '\ud800'],
        ['purpose', 'test'],
      ],
    ],
    ['more than a context may have', [...pairs, ['more', 'x'.repeat(9000)]]],
  ];
  for (const [name, others] of wrong) {
    test(`does not open under a context with ${name} (R-ORA-1)`, async () => {
      const { kms, ciphertext } = await sealed();
      const decrypt = () => kms.use.decrypt(user, { ciphertext, context: new Map(others) });
      expect(await refusalOf(decrypt)).toBe('InvalidCiphertext');
    });
  }

  test('tells whoever may not open it the same of a genuine, a changed and a wrongly bound one (R-ORA-1)', async () => {
    const { kms, arn, ciphertext } = await sealed();
    const bound = boundCaller(`arn:aws:iam::${account}:user/alice`, []);
    const changed = Uint8Array.from(ciphertext);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const said = [];
    for (const request of [
      { ciphertext, context },
      { ciphertext: changed, context },
      { ciphertext, context: new Map() },
    ]) {
      said.push(await refusalOf(() => kms.use.decrypt(bound, request)));
    }
    expect(new Set(said)).toEqual(
      new Set([
        `KeyAccessDenied: User: ${bound.arn} is not authorized to perform: kms:Decrypt on resource: ${arn} ` +
          'because no identity-based policy allows the kms:Decrypt action',
      ]),
    );
  });

  test('does not open with any byte changed, and says the same each time (R-ORA-1, R-COM-1)', async () => {
    const { kms, ciphertext } = await sealed();
    for (let at = 0; at < ciphertext.length; at++) {
      for (const bit of [1, 128]) {
        const changed = ciphertext.with(at, (ciphertext[at] ?? 0) ^ bit);
        const refusal = await refusalOf(() => kms.use.decrypt(user, { ciphertext: changed, context }));
        expect(refusal, `byte ${at}`).toBe('InvalidCiphertext');
      }
    }
  });

  test('does not open cut, extended, random, or empty', async () => {
    const { kms, ciphertext } = await sealed();
    const others = [
      ...Array.from({ length: ciphertext.length }, (_, length) => ciphertext.slice(0, length)),
      Buffer.concat([ciphertext, Buffer.alloc(1)]),
      randomBytes(ciphertext.length),
      randomBytes(6144),
      randomBytes(6145),
    ];
    for (const other of others) {
      const refusal = await refusalOf(() => kms.use.decrypt(user, { ciphertext: other, context }));
      expect(refusal, `${other.length} bytes`).toBe('InvalidCiphertext');
    }
  });

  test('of another key service does not open', async () => {
    const { ciphertext } = await sealed();
    const { kms } = await openKms();
    expect(await refusalOf(() => kms.use.decrypt(user, { ciphertext, context }))).toBe('InvalidCiphertext');
  });

  test('with the head of another key in front does not open (R-COM-2)', async () => {
    const { kms, ciphertext } = await sealed();
    const other = await kms.keys.create(user, {});
    const second = kms.use.encrypt(user, { keyId: other.keyId, context, plaintext }).ciphertext;
    const mixed = Buffer.concat([second.subarray(0, 49), ciphertext.subarray(49)]);
    expect(await refusalOf(() => kms.use.decrypt(user, { ciphertext: mixed, context }))).toBe(
      'InvalidCiphertext',
    );
  });

  test('opens in its own region and account alone', async () => {
    const { kms, ciphertext } = await sealed();
    for (const caller of [
      { ...user, region: 'eu-west-1' },
      { ...user, account: '999988887777' },
    ]) {
      expect(await refusalOf(() => kms.use.decrypt(caller, { ciphertext, context }))).toMatch(
        /^KeyAccessDenied: The ciphertext refers to a customer master key that does not exist, does not exist in/,
      );
    }
  });

  test('with another key asked for is refused, with its own by any name opens', async () => {
    const { kms, ciphertext, keyId, arn } = await sealed();
    const other = await kms.keys.create(user, {});
    await kms.aliases.create(user, 'alias/x', keyId);
    for (const name of [keyId, arn, 'alias/x']) kms.use.decrypt(user, { ciphertext, context, keyId: name });
    const decrypt = (given: string, of = ciphertext) =>
      refusalOf(() => kms.use.decrypt(user, { ciphertext: of, context, keyId: given }));
    expect(await decrypt(other.keyId)).toBe(
      'IncorrectKey: The key ID in the request does not identify a CMK that can perform this operation.',
    );
    expect(await decrypt('nonsense')).toBe("InvalidKeyId: Invalid keyId 'nonsense'");
    expect(await decrypt(keyId, new Uint8Array(5))).toBe('InvalidCiphertext');
  });
});

describe('sealing', () => {
  test('refuses a context above the limit or with broken text', async () => {
    const { kms, keyId } = await sealed();
    for (const value of ['x'.repeat(8192), '\ud800']) {
      const request = { keyId, context: new Map([['a', value]]), plaintext };
      expect(await refusalOf(() => kms.use.encrypt(user, request))).toMatch(/^Validation: EncryptionContext/);
      expect(await refusalOf(() => kms.generateDataKey(tableService, keyId, request.context))).toMatch(
        /^Validation/,
      );
    }
  });
});

describe('a data key for callers of the API', () => {
  for (const bytes of [1, 16, 32, 1024]) {
    test(`of ${bytes} bytes opens as it was given`, async () => {
      const { kms, keyId } = await sealed();
      const made = kms.use.generateDataKey(user, { keyId, context, bytes, withPlaintext: true });
      expect(made.plaintext).toHaveLength(bytes);
      const opened = kms.use.decrypt(user, { ciphertext: made.ciphertext, context });
      expect(Buffer.from(opened.plaintext)).toEqual(made.plaintext);
    });
  }

  test('without plaintext shows none, and is no row of zeros', async () => {
    const { kms, keyId } = await sealed();
    const made = kms.use.generateDataKey(user, { keyId, context, bytes: 32, withPlaintext: false });
    expect(made).not.toHaveProperty('plaintext');
    const { plaintext: key } = kms.use.decrypt(user, { ciphertext: made.ciphertext, context });
    expect(Buffer.from(key)).not.toEqual(Buffer.alloc(32));
  });
});

test('re-encrypting moves a text to another key and context without showing it', async () => {
  const { kms, ciphertext, arn } = await sealed();
  const other = await kms.keys.create(user, {});
  const next = new Map([['next', 'context']]);
  const { from, to } = kms.use.reEncrypt(
    user,
    { ciphertext, context },
    { keyId: other.keyId, context: next },
  );
  expect([from.keyArn, to.keyArn]).toEqual([arn, other.arn]);
  expect(from).not.toHaveProperty('plaintext');
  const opened = kms.use.decrypt(user, { ciphertext: to.ciphertext, context: next });
  expect(Buffer.from(opened.plaintext)).toEqual(plaintext);
  const wrong = () => kms.use.reEncrypt(user, { ciphertext, context: next }, { keyId: other.keyId, context });
  expect(await refusalOf(wrong)).toBe('InvalidCiphertext');
});
