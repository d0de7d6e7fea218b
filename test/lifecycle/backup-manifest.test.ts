import { expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { openManifest, sealManifest } from '../../src/lifecycle/backup-manifest.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';

const core = createFallbackCore();
const key = core.generateKey();
const record: TableRecord = {
  id: 'table-id',
  account: '111122223333',
  region: 'us-east-1',
  definition: {
    name: 'a-canary',
    keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    billingMode: 'PAY_PER_REQUEST',
    deletionProtection: false,
    tags: [],
  },
  encryption: 'owned',
  keys: {
    keyArn: 'arn',
    tableKey: Uint8Array.of(1, 2),
    dataKeys: [{ tree: 2, id: 1, sealed: Uint8Array.of(3) }],
  },
  tree: 2,
  status: 'ACTIVE',
  createdAtMs: 5,
  itemCount: 1,
  tableBytes: 10,
};
const manifest = {
  id: 'backup-id',
  storeId: new Uint8Array(16).fill(9),
  record,
  heads: [{ tree: 2, version: 7, body: Uint8Array.of(5, 6) }],
};

test('a manifest opens as what was sealed, and shows nothing of it', () => {
  const sealed = sealManifest({ core, key }, manifest);
  expect(openManifest({ core, key }, 'backup-id', sealed)).toEqual(manifest);
  expect(Buffer.from(sealed).toString('latin1')).not.toContain('a-canary');
});

test('a manifest opens for its own backup and key service alone, and for no changed byte (R-INT-6)', () => {
  const sealed = sealManifest({ core, key }, manifest);
  expect(() => openManifest({ core, key }, 'another', sealed)).toThrow(IntegrityFault);
  expect(() => openManifest({ core, key: core.generateKey() }, 'backup-id', sealed)).toThrow(IntegrityFault);
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => openManifest({ core, key }, 'backup-id', changed)).toThrow(IntegrityFault);
  }
});
