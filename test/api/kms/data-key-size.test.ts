import { describe, expect, test } from 'vitest';
import { dataKeyBytes } from '../../../src/api/kms/data-key-size.ts';
import { refusalOf } from '../../support/refusal.ts';

const refusal = 'Validation: Please specify either number of bytes or key spec.';

describe('the size of a data key', () => {
  for (const [size, bytes] of [
    [{ KeySpec: 'AES_128' }, 16],
    [{ KeySpec: 'AES_256' }, 32],
    [{ NumberOfBytes: 1 }, 1],
    [{ NumberOfBytes: 1024 }, 1024],
    [{}, refusal],
    [{ KeySpec: 'AES_256', NumberOfBytes: 32 }, refusal],
    [{ KeySpec: 'AES_512' }, refusal],
    [{ KeySpec: 'constructor' }, refusal],
  ] as const) {
    test(`${JSON.stringify(size)}: ${bytes}`, async () => {
      if (typeof bytes === 'number') expect(dataKeyBytes({ KeyId: 'k', ...size })).toBe(bytes);
      else expect(await refusalOf(() => dataKeyBytes({ KeyId: 'k', ...size }))).toBe(bytes);
    });
  }
});
