import { expect, test } from 'vitest';
import { Outage, Refusal } from '../../src/base/errors.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import { planTree, planTreeIfAllowed } from '../../src/tables/planned-tree.ts';
import { user } from '../support/embedded-kms.ts';

const record = { id: 'id', account: 'a', region: 'r', definition: { name: 'T' } } as unknown as TableRecord;
const refused = new Refusal('TableKeyRefused', { message: 'disabled', denied: false });

function parts(extend: (...asked: readonly unknown[]) => Promise<unknown>) {
  return { catalog: { takeTree: () => 5 }, keys: { extend } } as unknown as Parameters<typeof planTree>[0];
}

test('a tree has the next number, and keys that the caller asked for', async () => {
  const asked: unknown[] = [];
  const extend = async (...all: readonly unknown[]) => {
    asked.push(...all);
    return 'keys';
  };
  const planned = { tree: 5, keys: 'keys' };
  expect(await planTree(parts(extend), user, record)).toEqual(planned);
  expect(asked).toEqual([user, { id: 'id', name: 'T', account: 'a', region: 'r' }, [5]]);
  expect(await planTreeIfAllowed(parts(extend), user, record)).toEqual(planned);
});

test('where the key may not be used, there is none that could wait, and a refusal', async () => {
  const refusing = parts(() => Promise.reject(refused));
  expect(await planTreeIfAllowed(refusing, user, record)).toBeUndefined();
  await expect(planTree(refusing, user, record)).rejects.toBe(refused);
});

test('a key service that does not answer is no refusal', async () => {
  const outage = new Outage('KeyServiceUnavailable');
  const failing = parts(() => Promise.reject(outage));
  await expect(planTreeIfAllowed(failing, user, record)).rejects.toBe(outage);
});
