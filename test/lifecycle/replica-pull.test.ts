import { describe, expect, test } from 'vitest';
import { Outage, Refusal } from '../../src/base/errors.ts';
import type { PullAnswer, PullRequest, ReplicaPeer } from '../../src/lifecycle/replica-peer.ts';
import type { ReplicaMember } from '../../src/tables/replication/replication-state.ts';
import { callerIn, home, openReplication } from '../support/open-replication.ts';

const far = 'sa-east-1';

/** A table whose only other region is of another process, which answers as the test says. */
async function followingFar() {
  const world = {
    joins: 0,
    asked: [] as PullRequest[],
    join: async () => {},
    answer: (_: PullRequest): PullAnswer => ({ members: [] }),
  };
  const peer: ReplicaPeer = {
    region: far,
    join: async () => {
      world.joins++;
      await world.join();
    },
    pull: async (request) => {
      world.asked.push(request);
      return world.answer(request);
    },
  };
  const remotes = [peer];
  const lab = await openReplication({ remote: () => remotes });
  await lab.create(home, { encryption: { kind: 'customer', keyId: await lab.newKeyIn(home) } });
  const there = (more: Partial<ReplicaMember> = {}): ReplicaMember => ({
    region: far,
    state: 'ACTIVE',
    stamp: { ms: lab.clock.nowMs() + 1, count: 0, region: far },
    encryption: 'customer',
    keyArn: 'k',
    tableId: 'far table',
    ...more,
  });
  const begin = () => lab.update({ create: { region: far, keyId: 'k' } });
  return { ...lab, world, there, begin, remotes };
}

describe('a region of another process is followed', () => {
  test('from the log of a replica that was made of this one, once it is whole', async () => {
    const lab = await followingFar();
    lab.world.answer = () => ({ members: [lab.there({ state: 'CREATING' })] });
    await lab.begin();
    await lab.pass(1_000);
    expect(lab.world.joins).toBe(1);
    expect(lab.world.asked.every(({ membersOnly }) => membersOnly === true)).toBe(true);
    lab.world.answer = () => ({
      members: [lab.there({ stamp: { ms: lab.clock.nowMs(), count: 9, region: far } })],
    });
    await lab.pass(2_000);
    const last = lab.world.asked.at(-1);
    expect(last).toMatchObject({ puller: home, position: { kind: 'follow', sequence: 0 } });
    expect(last?.members.map(({ region }) => region)).toEqual([far, home]);
    await lab.stop();
  });

  test('for its members alone while the own key is not there', async () => {
    const lab = await followingFar();
    lab.world.answer = () => ({ members: [lab.there()] });
    await lab.begin();
    await lab.pass(1_000);
    const keyArn = lab.find(home)?.record.keys.keyArn ?? '';
    await lab.kms.keys.disable(callerIn(home), keyArn);
    await lab.pass(20_000);
    expect(lab.world.asked.at(-1)).toMatchObject({ membersOnly: true });
    expect(lab.world.asked.at(-1)?.members.find(({ region }) => region === home)?.state).toBe(
      'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
    );
    await lab.stop();
  });

  test('until it is not there any more: then it has left', async () => {
    const lab = await followingFar();
    lab.world.answer = () => ({ members: [lab.there()] });
    await lab.begin();
    await lab.pass(1_000);
    expect(lab.states(home)).toEqual([`${far} ACTIVE`, `${home} ACTIVE`]);
    lab.world.answer = () => ({ members: [] });
    await lab.pass(1_000);
    expect(lab.find(home)).toBeUndefined();
    await lab.stop();
  });

  test('and is not believed to have left where a process is started without its peers', async () => {
    const lab = await followingFar();
    lab.world.answer = () => ({ members: [lab.there()] });
    await lab.begin();
    await lab.pass(1_000);
    lab.remotes.length = 0;
    const without = await lab.again();
    await without.pass(600_000);
    expect(without.states(home)).toEqual([`${far} ACTIVE`, `${home} ACTIVE`]);
    await without.stop();
  });

  test('and is not believed to have left while it only does not answer', async () => {
    const lab = await followingFar();
    lab.world.answer = () => ({ members: [lab.there()] });
    await lab.begin();
    await lab.pass(1_000);
    lab.world.answer = () => {
      throw new Outage('PeerUnavailable');
    };
    await lab.pass(60_000);
    expect(lab.states(home)).toEqual([`${far} ACTIVE`, `${home} ACTIVE`]);
    await lab.stop();
  });

  test('a page of another table than was asked for is not taken in', async () => {
    const lab = await followingFar();
    lab.world.answer = () => ({ members: [lab.there()] });
    await lab.begin();
    await lab.pass(1_000);
    const high = { ms: lab.clock.nowMs(), count: 0, region: far };
    const other = lab.there({
      tableId: 'another',
      stamp: { ms: lab.clock.nowMs() + 5, count: 0, region: far },
    });
    lab.world.answer = ({ position }) => ({
      members: [other],
      page: {
        changes: [],
        position: { kind: 'follow', sequence: 77 },
        isWhole: position?.sequence === 77,
        high,
      },
    });
    await lab.pass(2_000);
    const { replicas } = lab.tables;
    const id = lab.find(home)?.identity.id ?? '';
    expect(await replicas.position(id, `${far}/far table`)).toEqual({ kind: 'follow', sequence: 0 });
    expect(await replicas.position(id, `${far}/another`)).toEqual({ kind: 'follow', sequence: 77 });
    await lab.stop();
  });

  test('one that is taken away is asked for the last time first', async () => {
    const lab = await followingFar();
    lab.world.answer = () => ({ members: [lab.there()] });
    await lab.begin();
    await lab.pass(1_000);
    const before = lab.world.asked.length;
    await lab.update({ remove: { region: far } });
    const [first] = lab.world.asked.slice(before);
    expect(first?.members.find(({ region }) => region === far)?.state).toBe('ACTIVE');
    expect(lab.member(home, far)?.state).toBe('DELETING');
    await lab.stop();
  });

  test('one that was taken away before it could be made is not asked for any more', async () => {
    const lab = await followingFar();
    lab.world.join = () => Promise.reject(new Outage('PeerUnavailable'));
    await lab.begin();
    await lab.pass(1_000);
    await lab.update({ remove: { region: far } });
    lab.world.join = () => Promise.reject(new Refusal('TableInUse', { message: 'taken' }));
    await lab.pass(10_000);
    expect(lab.find(home)).toBeUndefined();
    await lab.stop();
  });
});
