import { expect, test } from 'vitest';
import { ReplicaRoster } from '../../src/lifecycle/replica-roster.ts';
import type { ReplicaMember } from '../../src/tables/replication/replication-state.ts';
import { away, home, openReplication } from '../support/open-replication.ts';

/** The list of a group of two, and how often it was written. */
async function roster() {
  const lab = await openReplication();
  await lab.create();
  await lab.update({ create: { region: away } });
  await lab.pass(0);
  await lab.replication.stop();
  const counts = { commits: 0, changes: 0 };
  const { replicas } = lab.tables;
  const made = new ReplicaRoster({
    replicas: {
      findById: (id) => replicas.findById(id),
      change: (id, change) => {
        counts.commits++;
        return replicas.change(id, change);
      },
    },
    nowMs: () => lab.clock.nowMs(),
    onChange: () => void counts.changes++,
  });
  const id = lab.find(home)?.identity.id ?? '';
  const member = (region: string) => lab.member(home, region) as ReplicaMember;
  return { lab, made, counts, id, member };
}

test('news is written once, and what is no news not at all', async () => {
  const { lab, made, counts, id, member } = await roster();
  await made.merge(id, lab.find(away)?.replication.members ?? []);
  expect(counts).toEqual({ commits: 0, changes: 0 });
  const news = { ...member(away), state: 'DELETING' as const };
  await made.merge(id, [news]);
  expect(member(away)).toEqual(news);
  await made.merge(id, [news]);
  expect(counts).toEqual({ commits: 1, changes: 1 });
  await lab.stop();
});

test('an entry is moved only as it was when it was judged', async () => {
  const { lab, made, counts, id, member } = await roster();
  const judged = member(away);
  const { stamp: _, ...entry } = judged;
  await made.mark(id, { ...entry, state: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS', sinceMs: 5 });
  await made.move(id, judged, 'LEFT');
  expect([member(away).state, counts.commits]).toEqual(['INACCESSIBLE_ENCRYPTION_CREDENTIALS', 1]);
  await made.move(id, member(away), 'CREATION_FAILED', 'why');
  expect(member(away)).toMatchObject({ state: 'CREATION_FAILED', reason: 'why', tableId: judged.tableId });
  expect(member(away)).not.toHaveProperty('sinceMs');
  await lab.stop();
});

test('a table that is gone, or no replica any more, is left alone', async () => {
  const { lab, made, counts, id, member } = await roster();
  const judged = member(away);
  await made.end(id);
  expect(lab.find(home)).toBeUndefined();
  expect(await lab.status(home)).toBe('ACTIVE');
  await made.end(id);
  await made.move(id, judged, 'LEFT');
  await made.merge('no table', [judged]);
  expect(counts.changes).toBe(0);
  await lab.stop();
});
