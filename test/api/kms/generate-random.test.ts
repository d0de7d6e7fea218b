import { describe, expect, test } from 'vitest';
import { generateRandom } from '../../../src/api/kms/generate-random.ts';
import { user } from '../../support/embedded-kms.ts';
import { bytesOf, invalid, openKmsApi, refused } from '../../support/kms-api.ts';

describe('GenerateRandom', () => {
  for (const NumberOfBytes of [1, 32, 1024]) {
    test(`answers ${NumberOfBytes} bytes and nothing else`, async () => {
      const { call } = await openKmsApi();
      const answer = await call(generateRandom, { NumberOfBytes });
      expect(answer).toEqual({ Plaintext: expect.any(String) });
      expect(bytesOf(answer.Plaintext)).toHaveLength(NumberOfBytes);
    });
  }

  test('answers other bytes each time, in memory of their own', async () => {
    const { kms, call } = await openKmsApi();
    const answers = new Set();
    for (let n = 0; n < 20; n++) answers.add((await call(generateRandom, { NumberOfBytes: 16 })).Plaintext);
    expect(answers.size).toBe(20);
    const output = await generateRandom.run({ kms, caller: user }, { NumberOfBytes: 16 });
    expect(output).toMatchObject({ Plaintext: { buffer: { byteLength: 16 } } });
  });

  const at = "at 'numberOfBytes' failed to satisfy constraint: Member must have value";
  for (const [input, body] of [
    [{}, refused('ValidationException', 'NumberOfBytes is required.')],
    [{ NumberOfBytes: 0 }, invalid(`Value '0' ${at} greater than or equal to 1`)],
    [{ NumberOfBytes: 1025 }, invalid(`Value '1025' ${at} less than or equal to 1024`)],
    [{ NumberOfBytes: 1, CustomKeyStoreId: 'cks-1' }, refused('CustomKeyStoreNotFoundException')],
    [
      { NumberOfBytes: 1, Recipient: {} },
      refused(
        'UnsupportedOperationException',
        'Recipient is not supported: this key service cannot verify an attestation document.',
      ),
    ],
  ] as const) {
    test(`refuses ${JSON.stringify(input)}, and counts nothing (E10)`, async () => {
      const { kms, refusal } = await openKmsApi();
      expect(await refusal(generateRandom, input)).toEqual(body);
      expect(kms.meter.totals()).toEqual({});
    });
  }

  test('is counted when it is answered', async () => {
    const { kms, call } = await openKmsApi();
    await call(generateRandom, { NumberOfBytes: 1 });
    expect(kms.meter.totals()).toEqual({ GenerateRandom: 1 });
  });
});
