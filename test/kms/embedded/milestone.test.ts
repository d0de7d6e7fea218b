import { expect, test } from 'vitest';
import { openKms } from '../../support/embedded-kms.ts';

test('a milestone is the last one of its name, also after a restart, and is no key', async () => {
  const { kms, reopen } = await openKms();
  expect(kms.milestones.of('a')).toBeUndefined();
  await kms.milestones.put({ name: 'a', text: '1' });
  await kms.milestones.put({ name: 'b', text: 'other' });
  await kms.milestones.put({ name: 'a', text: '2' });
  expect([kms.milestones.of('a'), kms.milestones.of('b')]).toEqual(['2', 'other']);
  const again = await reopen();
  expect([again.milestones.of('a'), again.milestones.of('b')]).toEqual(['2', 'other']);
  expect(again.summaries()).toEqual([]);
  await again.close();
  await expect(again.milestones.put({ name: 'a', text: '3' })).rejects.toMatchObject({ code: 'Closed' });
});
