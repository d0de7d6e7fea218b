import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/base/bytes.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { splitCiphertext } from '../../src/kms/embedded/ciphertext.ts';
import {
  isProven,
  isRemoteCiphertext,
  joinRemoteCiphertext,
  proofOf,
  splitRemoteCiphertext,
} from '../../src/kms/remote-ciphertext.ts';
import { openKms, tableService } from '../support/embedded-kms.ts';

const core = createFallbackCore();
const key = core.generateKey();
const context = new Map([['aws:dynamodb:tableName', 'Books']]);
const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1';
const ciphertext = utf8('as the service gave it out');
const proof = proofOf(core, key, { keyArn, ciphertext, context });
const blob = joinRemoteCiphertext({ keyArn, ciphertext, proof });

test('what was joined is split again', () => {
  expect(splitRemoteCiphertext(blob)).toEqual({ keyArn, ciphertext, proof });
  const long = { keyArn: `vault:${'é'.repeat(1000)}`, ciphertext: new Uint8Array(6144).fill(7), proof };
  expect(splitRemoteCiphertext(joinRemoteCiphertext(long))).toEqual(long);
});

test('bytes that are too few or too many were not written here', () => {
  for (let length = 0; length < blob.length; length++) {
    expect(splitRemoteCiphertext(blob.subarray(0, length)), `${length} bytes`).toBeUndefined();
  }
  expect(splitRemoteCiphertext(Buffer.concat([blob, Buffer.alloc(1)]))).toBeUndefined();
});

test('a name that is no text was not written here', () => {
  expect(splitRemoteCiphertext(blob.with(3, 0xff))).toBeUndefined();
});

test('no ciphertext of the embedded service passes for one, nor the other way round', async () => {
  const { kms } = await openKms();
  const made = await kms.generateDataKey(tableService, await kms.ownedKey('us-east-1'), context);
  expect(isRemoteCiphertext(made.ciphertext)).toBe(false);
  expect(splitRemoteCiphertext(made.ciphertext)).toBeUndefined();
  expect(isRemoteCiphertext(blob)).toBe(true);
  expect(splitCiphertext(blob)).toBeUndefined();
});

describe('R-COM-1: a proof', () => {
  const proven = { keyArn, ciphertext, proof, context };

  test('is met by its key', () => expect(isProven(core, key, proven)).toBe(true));

  test.each([
    ['another key', core.generateKey(), proven],
    ['another name', key, { ...proven, keyArn: `${keyArn}0` }],
    ['another ciphertext', key, { ...proven, ciphertext: Buffer.from('as the service gave it ouT') }],
    ['another context', key, { ...proven, context: new Map([['aws:dynamodb:tableName', 'Films']]) }],
    ['no context', key, { ...proven, context: new Map() }],
    ['no proof', key, { ...proven, proof: new Uint8Array(0) }],
  ])('is not met with %s', (_, given, claim) => expect(isProven(core, given, claim)).toBe(false));

  test('is not met with any byte of it changed', () => {
    for (let at = 0; at < proof.length; at++) {
      const changed = { ...proven, proof: proof.with(at, (proof[at] ?? 0) ^ 1) };
      expect(isProven(core, key, changed), `byte ${at}`).toBe(false);
    }
  });
});
