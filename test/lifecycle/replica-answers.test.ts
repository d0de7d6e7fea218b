import { describe, expect, test } from 'vitest';
import { joinRequest } from '../../src/lifecycle/replica-join.ts';
import type { JoinRequest, PullRequest } from '../../src/lifecycle/replica-peer.ts';
import { book } from '../support/book-tables.ts';
import { account } from '../support/embedded-kms.ts';
import { away, callerIn, home, openReplication, third } from '../support/open-replication.ts';
import { refusalOf } from '../support/refusal.ts';

const far = 'sa-east-1';

/** Two replicas that follow each other no more; a region far away asks. */
async function answering() {
  const lab = await openReplication({
    remote: () => [{ region: far, join: async () => {}, pull: async () => ({ members: [] }) }],
  });
  await lab.create();
  await lab.put(home, book('a'));
  await lab.update({ create: { region: away } });
  await lab.pass(0);
  const replica = lab.find(home);
  if (replica === undefined) throw new Error('there is no replica');
  const { groupId } = replica.replication;
  const members = () => lab.find(home)?.replication.members ?? [];
  const asked = (more: Partial<PullRequest> = {}): PullRequest => ({
    account,
    groupId,
    puller: away,
    members: members(),
    ...more,
  });
  const { service } = lab.replication;
  const join = (region: string, more: Partial<JoinRequest> = {}) => {
    const entry = {
      region,
      state: 'CREATING',
      encryption: 'owned',
      stamp: { ms: 1, count: 0, region: home },
    } as const;
    const request = joinRequest(
      { ...replica, replication: { groupId, members: [...members(), entry] } },
      entry,
    );
    return service.answerJoin(region, { ...request, ...more });
  };
  return { ...lab, asked, join, service, members };
}

describe('a pull', () => {
  test('of a member of the group is answered with what has changed', async () => {
    const lab = await answering();
    const first = await lab.service.answerPull(home, lab.asked());
    expect(first.page?.changes).toHaveLength(1);
    expect(first.members).toEqual(lab.members());
    await lab.stop();
  });

  test('of anybody else with nothing of the table (who is not of the group learns nothing)', async () => {
    const lab = await answering();
    for (const puller of [third, far, 'nobody']) {
      expect(await lab.service.answerPull(home, lab.asked({ puller }))).not.toHaveProperty('page');
    }
    const strange = [{ groupId: 'other' }, { account: '999999999999' }];
    for (const more of strange) {
      expect(await lab.service.answerPull(home, lab.asked(more))).toEqual({ members: [] });
    }
    expect(await lab.service.answerPull(third, lab.asked())).toEqual({ members: [] });
    expect(await refusalOf(() => lab.service.answerPull(far, lab.asked()))).toContain('does not serve');
    await lab.stop();
  });

  test('for the members alone, and of a table without its key, has no page', async () => {
    const lab = await answering();
    expect(await lab.service.answerPull(home, lab.asked({ membersOnly: true }))).not.toHaveProperty('page');
    await lab.stop();
  });

  test('tells what the asking one knows, also that it is to go', async () => {
    const lab = await answering();
    await lab.replication.stop();
    const members = lab
      .members()
      .map((member) => (member.region === home ? { ...member, state: 'DELETING' as const } : member));
    expect(await lab.service.answerPull(home, lab.asked({ members }))).toEqual({ members: [] });
    expect(await lab.tables.list(callerIn(home), undefined, 10)).toEqual([]);
    await lab.stop();
  });
});

describe('a join', () => {
  test('makes one replica, however often it is asked for', async () => {
    const lab = await answering();
    await Promise.all([lab.join(third), lab.join(third)]);
    await lab.join(third);
    expect(lab.find(third)?.replication.isCopying).toBe(true);
    await lab.pass(5_000);
    expect(await lab.read(third, 'a')).toEqual(book('a'));
    await lab.stop();
  });

  test("is refused by a process that would take another one's region for its own", async () => {
    const lab = await answering();
    const stamp = { ms: 1, count: 0, region: home };
    const strange = {
      region: 'af-south-1',
      state: 'ACTIVE',
      encryption: 'owned',
      stamp,
      tableId: 'x',
    } as const;
    const entry = { region: third, state: 'CREATING', encryption: 'owned', stamp } as const;
    const members = [...lab.members(), strange, entry];
    expect(await refusalOf(() => lab.join(third, { members }))).toContain(
      'no peer for the region af-south-1',
    );
    expect(lab.find(third)).toBeUndefined();
    await lab.join(third, { members: [...lab.members(), { ...strange, state: 'LEFT' }, entry] });
    expect(lab.find(third)).toBeDefined();
    await lab.stop();
  });

  test('is refused where the name is taken, in a region of another process, and for a region that is none of the group', async () => {
    const lab = await answering();
    await lab.create(third);
    expect(await refusalOf(() => lab.join(third))).toBe('TableInUse: Table already exists: T');
    expect(await refusalOf(() => lab.join(far))).toContain('Validation: This process does not serve');
    expect(await refusalOf(() => lab.join('af-south-1', { members: lab.members() }))).toContain(
      'none of its group',
    );
    await lab.stop();
  });
});
