import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, expect, test } from 'vitest';
import { open } from '../src/open.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-billing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a bill is of the calls and keys of this month, and survives a restart', async () => {
  const clock = new VirtualClock(Date.UTC(2026, 4, 31, 23));
  const options = { rootKey: { file: join(folder, 'keys', 'root.key') }, clock };
  const database = await open(join(folder, 'data'), options);
  const client = new KMSClient(database.clientConfig());
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  const encrypt = new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Uint8Array.of(1) });
  await client.send(encrypt);
  clock.advance(2 * 3_600_000);
  for (let n = 0; n < 3; n++) await client.send(encrypt);
  const june = await database.bill();
  expect(june.requests).toEqual([
    { operation: 'Encrypt', calls: 3, saved: 0, price: expect.closeTo(0.000_009) },
  ]);
  expect(june.keys).toEqual([{ keyArn: KeyMetadata?.Arn, hours: 2, price: expect.closeTo(2 / 730) }]);
  await database.close();
  const again = await open(join(folder, 'data'), options);
  expect(await again.bill()).toEqual(june);
  const both = await again.bill({ fromMs: 0, toMs: clock.nowMs() + 1 });
  expect(both.requests.map(({ operation, calls }) => [operation, calls])).toEqual([
    ['Encrypt', 4],
    ['CreateKey', 1],
  ]);
  await again.close();
});
