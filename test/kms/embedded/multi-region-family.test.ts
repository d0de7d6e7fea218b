import { expect, test } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { KeyRing } from '../../../src/kms/embedded/key-ring.ts';
import { familyOf, hasReplicas } from '../../../src/kms/embedded/multi-region-family.ts';
import { MemoryRecordStorage } from '../../../src/kms/embedded/record-storage.ts';
import { SealedRecords } from '../../../src/kms/embedded/sealed-records.ts';
import { fixedRootKey, openKms, user } from '../../support/embedded-kms.ts';

test('related keys are those of other regions with one id, and the primary one alone has replicas', async () => {
  const { kms } = await openKms();
  const primary = await kms.keys.create(user, { multiRegion: true });
  const replica = await kms.multiRegion.replicate(user, { keyId: primary.keyId, region: 'eu-west-1' });
  const lone = await kms.keys.create(user, { multiRegion: true });
  const single = await kms.keys.create(user, {});
  const storage = new MemoryRecordStorage();
  const options = { core: createFallbackCore(), storage, rootKey: fixedRootKey(), create: true };
  const { records } = await SealedRecords.open(options);
  const ring = new KeyRing(records, [], silentLog);
  await ring.change(() => ({ keys: [primary, replica, lone, single], result: undefined }));
  const arnsOf = (key: typeof primary) => familyOf(ring, key).map(({ arn }) => arn);
  expect(arnsOf(primary)).toEqual([replica.arn, primary.arn]);
  expect(arnsOf(replica)).toEqual(arnsOf(primary));
  expect([arnsOf(lone), arnsOf(single)]).toEqual([[lone.arn], [single.arn]]);
  expect([primary, replica, lone, single].map((key) => hasReplicas(ring, key))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
