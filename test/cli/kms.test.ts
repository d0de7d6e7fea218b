import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { billText, monthSpan } from '../../src/cli/kms.ts';
import { open } from '../../src/index.ts';
import { runCommandLine } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-bill-cli-'));
const data = join(folder, 'data');
const rootKey = join(folder, 'keys', 'root.key');
const run = (...args: readonly string[]) =>
  runCommandLine(['kms', 'bill', data, '--root-key', rootKey, ...args]);
beforeAll(async () => {
  const database = await open(data, { rootKey: { file: rootKey } });
  const client = new KMSClient(database.clientConfig());
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  for (let n = 0; n < 3; n++) {
    await client.send(new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Uint8Array.of(1) }));
  }
  await database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('cryptable kms bill', () => {
  test('adds calls up by what it is asked for', async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^OPERATION +CALLS +SAVABLE\nEncrypt +3 +0\nCreateKey +1 +0$/m);
    expect((await run('--by', 'key')).stdout).toMatch(/^KEY +CALLS +SAVABLE\narn:aws:kms:\S+ +4 +0$/m);
  });

  test('takes other prices, and another month', async () => {
    const prices = join(folder, 'prices.json');
    writeFileSync(
      prices,
      JSON.stringify({ requests: 10_000, freeRequests: 0, keyMonth: 0, currency: 'EUR' }),
    );
    const { stdout } = await run('--prices', prices, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ currency: 'EUR', total: 4 });
    expect(JSON.parse((await run('--month', '2001-01', '--json')).stdout)).toMatchObject({
      requests: [],
      total: 0,
    });
  });

  test.each([
    ['no file', ['--prices', join(folder, 'none.json')]],
    ['a wrong price', ['--prices', join(folder, 'wrong.json')]],
    ['no month', ['--month', '2026-13']],
    ['no such sum', ['--by', 'colour']],
  ])('refuses %s', async (_, args) => {
    writeFileSync(join(folder, 'wrong.json'), '{"requests":"much"}');
    expect((await run(...args)).code).toBe(2);
  });
});

test('a month is one of UTC', () => {
  expect(monthSpan('2026-12')).toEqual({ fromMs: Date.UTC(2026, 11), toMs: Date.UTC(2027, 0) });
});

test('a bill says what is free and what could be saved', () => {
  const text = billText(
    {
      ...{ currency: 'USD', fromMs: 0, toMs: 1000, total: 1.01 },
      requests: [{ operation: 'Decrypt', calls: 5, saved: 4, price: 0.02 }],
      freeRequests: { calls: 5, price: 0.01 },
      keys: [{ keyArn: 'arn:k', hours: 730, price: 1 }],
      savable: { calls: 4, price: 0.000_012 },
      rows: [
        {
          operation: 'Decrypt',
          table: 'Books',
          connection: 7,
          account: 'a',
          region: 'r',
          calls: 5,
          saved: 4,
        },
      ],
    },
    'connection',
  );
  expect(text).toBe(
    '1970-01-01T00:00:00 to 1970-01-01T00:00:01 UTC\n\n' +
      'CONNECTION  CALLS  SAVABLE\n7           5      4\n\n' +
      'requests                     0.02 USD\nfree requests (5)            -0.01 USD\n' +
      'arn:k, 730 h                 1.00 USD\ntotal                        1.01 USD\n' +
      'of the requests savable (4)  0.000012 USD\n',
  );
});
