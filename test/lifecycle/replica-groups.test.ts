import { describe, expect, test } from 'vitest';
import { Outage, Refusal } from '../../src/base/errors.ts';
import type { ReplicaPeer } from '../../src/lifecycle/replica-peer.ts';
import { book } from '../support/book-tables.ts';
import { away, callerIn, home, openReplication, third } from '../support/open-replication.ts';
import { definitionOf } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

const prefix = 'Validation: One or more parameter values were invalid: ';
const keyTypes = {
  none: `${prefix}KMSMasterKeyId must be specified for each replica.`,
  mixed: `${prefix}All replica keys must either be Customer Managed CMK or AWS Managed CMK.`,
};
const exists =
  "Validation: Failed to create a the new replica of table with name: 'T' " +
  'because one or more replicas already existed as tables.';
const notFound =
  'Validation: Replica specified in the Replica Update or Replica Delete action of the request was not found.';

describe('a new replica is refused', () => {
  test('in the region of the table itself, and in what is no region', async () => {
    const lab = await openReplication();
    await lab.create();
    const local = 'Cannot add, delete, or update the local region through ReplicaUpdates. ';
    expect(await refusalOf(() => lab.update({ create: { region: home } }))).toContain(local);
    expect(await refusalOf(() => lab.update({ remove: { region: home } }))).toContain(local);
    expect(await refusalOf(() => lab.update({ create: { region: 'No Region' } }))).toBe(
      `${prefix}Unknown region: No Region`,
    );
    expect(lab.find(home)).toBeUndefined();
    await lab.stop();
  });

  test('where there is one already, or a table of the name; then the table is none of a group', async () => {
    const lab = await openReplication();
    await lab.create();
    await lab.create(away);
    expect(await refusalOf(() => lab.update({ create: { region: away } }))).toBe(exists);
    expect(lab.find(home)).toBeUndefined();
    await lab.update({ create: { region: third } });
    expect(await refusalOf(() => lab.update({ create: { region: third } }))).toBe(exists);
    await lab.pass(0);
    expect(await refusalOf(() => lab.update({ create: { region: away } }))).toBe(exists);
    expect(lab.states(home)).toEqual([`${third} ACTIVE`, `${away} LEFT`, `${home} ACTIVE`]);
    await lab.stop();
  });

  test('of a table that is not there, or not whole', async () => {
    const lab = await openReplication();
    expect(await refusalOf(() => lab.update({ create: { region: away } }))).toContain('TableNotFound');
    await lab.create();
    lab.lines.cut(home, away);
    await expect(lab.update({ create: { region: away } })).rejects.toThrow(Outage);
    expect(lab.find(home)).toBeUndefined();
    expect(await lab.tables.list(callerIn(away), undefined, 10)).toEqual([]);
    await lab.stop();
  });

  test('under a key of another kind than the table is (§1.7)', async () => {
    const lab = await openReplication();
    const [keyId, there] = [await lab.newKeyIn(home), await lab.newKeyIn(away)];
    const tryWith = (given: string | undefined) =>
      refusalOf(() => lab.update({ create: { region: away, ...(given !== undefined && { keyId: given }) } }));
    await lab.create(home, { encryption: { kind: 'customer', keyId } });
    expect(await tryWith(undefined)).toBe(keyTypes.none);
    expect(await tryWith('alias/aws/dynamodb')).toBe(keyTypes.mixed);
    await lab.tables.delete(callerIn(home), 'T');
    await lab.create(home, { encryption: { kind: 'managed' } });
    expect(await tryWith(there)).toBe(keyTypes.mixed);
    await lab.tables.delete(callerIn(home), 'T');
    await lab.create();
    expect(await tryWith(there)).toContain(`${prefix}KMSMasterKeyId can not be specified`);
    expect(lab.find(home)).toBeUndefined();
    await lab.stop();
  });

  test('under a key that cannot be used in its region, which is named (§1.5)', async () => {
    const lab = await openReplication();
    const [keyId, there] = [await lab.newKeyIn(home), await lab.newKeyIn(away)];
    await lab.create(home, { encryption: { kind: 'customer', keyId } });
    expect(await refusalOf(() => lab.update({ create: { region: away, keyId } }))).toMatch(
      new RegExp(
        `^TableKeyRefused: KMS validation error for region ${away}: ` +
          `com\\.amazonaws\\.services\\.kms\\.model\\.NotFoundException: Invalid arn ${home} `,
      ),
    );
    await lab.kms.keys.disable(callerIn(away), there);
    expect(await refusalOf(() => lab.update({ create: { region: away, keyId: there } }))).toContain(
      `KMS key disabled error for region ${away}: `,
    );
    // The table's own is asked too: all of it is to be read.
    await lab.kms.keys.enable(callerIn(away), there);
    await lab.kms.keys.disable(callerIn(home), keyId);
    expect(await refusalOf(() => lab.update({ create: { region: away, keyId: there } }))).toContain(
      'TableKeyRefused: KMS key disabled error: ',
    );
    expect(lab.find(home)).toBeUndefined();
    expect(await lab.tables.list(callerIn(away), undefined, 10)).toEqual([]);
    await lab.stop();
  });
});

describe('the stream of a replicated table', () => {
  test('is begun along with the first replica where there was none, and not where that is refused', async () => {
    const lab = await openReplication();
    await lab.create();
    await lab.create(away);
    await refusalOf(() => lab.update({ create: { region: away } }));
    expect((await lab.tables.describe(callerIn(home), 'T')).stream).toBeUndefined();
    await lab.update({ create: { region: third } });
    for (const region of [home, third]) {
      const { stream } = await lab.tables.describe(callerIn(region), 'T');
      expect(stream).toMatchObject({ view: 'NEW_AND_OLD_IMAGES', isEnabled: true });
    }
    await lab.stop();
  });

  test('is refused where it is of another view', async () => {
    const lab = await openReplication();
    await lab.create(home, { stream: 'KEYS_ONLY' });
    expect(await refusalOf(() => lab.update({ create: { region: away } }))).toBe(
      `${prefix}A replicated table has a stream of NEW_AND_OLD_IMAGES; that of T is of KEYS_ONLY`,
    );
    await lab.stop();
  });
});

describe('a new replica', () => {
  for (const kind of ['owned', 'managed'] as const) {
    test(`of a table under the ${kind} key is under that of its own region`, async () => {
      const lab = await openReplication();
      await lab.create(home, { encryption: { kind } });
      await lab.put(home, book('a'));
      await lab.update({ create: { region: away } });
      await lab.pass(0);
      expect(await lab.read(away, 'a')).toEqual(book('a'));
      const [one, other] = [lab.find(home)?.record, lab.find(away)?.record];
      expect([one?.encryption, other?.encryption]).toEqual([kind, kind]);
      expect(other?.keys.keyArn).toContain(`:${away}:`);
      expect(lab.member(home, away)?.keyArn).toBe(kind === 'owned' ? undefined : other?.keys.keyArn);
      await lab.stop();
    });
  }

  test("of a table under a customer's key is under one of its own region, also by its bare id", async () => {
    const lab = await openReplication();
    const [keyId, there] = [await lab.newKeyIn(home), await lab.newKeyIn(away)];
    await lab.create(home, { encryption: { kind: 'customer', keyId } });
    await lab.put(home, book('a'));
    await lab.update({ create: { region: away, keyId: there.split('/').at(-1) ?? '' } });
    await lab.pass(0);
    expect(await lab.read(away, 'a')).toEqual(book('a'));
    expect(lab.member(home, away)).toMatchObject({ state: 'ACTIVE', keyArn: there, encryption: 'customer' });
    expect(lab.member(away, home)).toMatchObject({ state: 'ACTIVE', keyArn: keyId });
    await lab.stop();
  });

  test('has the indexes, the stream and the times of the table, and its data in all of them', async () => {
    const lab = await openReplication();
    await lab.create(home, {
      attributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'pages', AttributeType: 'N' },
      ],
      indexes: [
        {
          kind: 'global',
          name: 'ByPages',
          keySchema: [{ AttributeName: 'pages', KeyType: 'HASH' }],
          projection: { ProjectionType: 'ALL' },
        },
      ],
      stream: 'NEW_AND_OLD_IMAGES',
      tags: [{ Key: 'team', Value: 'red' }],
      deletionProtection: true,
    });
    await lab.put(home, book('a', 7));
    await lab.update({ create: { region: away } });
    await lab.pass(0);
    const info = await lab.tables.describe(callerIn(away), 'T');
    expect(info.indexes).toMatchObject([{ name: 'ByPages', status: 'ACTIVE' }]);
    expect(info.stream).toMatchObject({ view: 'NEW_AND_OLD_IMAGES', isEnabled: true });
    expect(info.definition).toMatchObject({ deletionProtection: false, tags: [] });
    await lab.stop();
  });
});

describe('a replica is taken away', () => {
  async function ofTwo() {
    const lab = await openReplication();
    await lab.create();
    await lab.put(home, book('a'));
    await lab.update({ create: { region: away } });
    await lab.pass(0);
    return lab;
  }

  test('with what was written there until then; the last one is a table as any other', async () => {
    const lab = await ofTwo();
    lab.lines.cut(third);
    await lab.put(away, book('late'));
    expect((await lab.update({ remove: { region: away } })).status).toBe('UPDATING');
    await lab.pass(0);
    expect(await lab.tables.list(callerIn(away), undefined, 10)).toEqual([]);
    expect(lab.find(home)).toBeUndefined();
    expect(await lab.read(home, 'late')).toEqual(book('late'));
    expect(await refusalOf(() => lab.update({ remove: { region: away } }))).toBe(notFound);
    // And made anew, from what there is.
    await lab.remove(home, 'a');
    await lab.update({ create: { region: away } });
    await lab.pass(0);
    expect(await lab.read(away, 'late')).toEqual(book('late'));
    expect(await lab.read(away, 'a')).toBeUndefined();
    await lab.put(away, book('b'));
    await lab.pass(0);
    expect(await lab.read(home, 'b')).toEqual(book('b'));
    await lab.stop();
  });

  test('and made anew while the third goes on; nothing of the first one is missed', async () => {
    const lab = await ofTwo();
    await lab.update({ create: { region: third } });
    await lab.pass(0);
    await lab.put(away, book('old'));
    await lab.pass(0);
    await lab.update({ remove: { region: away } }, third);
    await lab.pass(0);
    expect(lab.states(home)).toEqual([`${third} ACTIVE`, `${away} LEFT`, `${home} ACTIVE`]);
    await lab.update({ create: { region: away } });
    await lab.pass(0);
    await lab.put(away, book('new'));
    await lab.pass(0);
    for (const region of [home, away, third]) {
      expect(await lab.read(region, 'old')).toEqual(book('old'));
      expect(await lab.read(region, 'new')).toEqual(book('new'));
    }
    await lab.stop();
  });

  test('not while it is protected', async () => {
    const lab = await ofTwo();
    await lab.tables.changeSettings(callerIn(away), 'T', { deletionProtection: true });
    expect(await refusalOf(() => lab.update({ remove: { region: away } }))).toContain(
      'protected against deletion',
    );
    expect(lab.states(home)).toEqual([`${away} ACTIVE`, `${home} ACTIVE`]);
    await lab.stop();
  });

  test('by DeleteTable in its region too', async () => {
    const lab = await ofTwo();
    await lab.tables.delete(callerIn(away), 'T');
    await lab.pass(0);
    expect(lab.find(home)).toBeUndefined();
    expect(await lab.read(home, 'a')).toEqual(book('a'));
    await lab.stop();
  });

  test('while the line is cut: as soon as it is mended', async () => {
    const lab = await ofTwo();
    lab.lines.cut(home, away);
    await lab.update({ remove: { region: away } });
    await lab.pass(60_000);
    expect(lab.states(home)).toEqual([`${away} DELETING`, `${home} ACTIVE`]);
    expect(await lab.status(away)).toBe('ACTIVE');
    lab.lines.mend();
    await lab.pass(5_000);
    expect(lab.find(home)).toBeUndefined();
    expect(await lab.tables.list(callerIn(away), undefined, 10)).toEqual([]);
    await lab.stop();
  });
});

test('a change of the group waits for the one before it', async () => {
  const lab = await openReplication();
  await lab.create();
  const first = lab.update({ create: { region: away } });
  const second = await refusalOf(() => lab.update({ create: { region: third } }));
  expect(second).toContain('TableInUse: Attempt to change a resource which is still in use');
  await first;
  await lab.stop();
});

test("a key's change in one region is seen in the others (§1.7)", async () => {
  const lab = await openReplication();
  const [keyId, there, next] = [await lab.newKeyIn(home), await lab.newKeyIn(away), await lab.newKeyIn(away)];
  await lab.create(home, { encryption: { kind: 'customer', keyId } });
  await lab.update({ create: { region: away, keyId: there } });
  await lab.pass(0);
  await lab.tables.changeEncryption(callerIn(away), 'T', { kind: 'customer', keyId: next });
  await lab.pass(0);
  expect(lab.member(home, away)?.keyArn).toBe(next);
  expect(lab.find(home)?.record.keys.keyArn).toBe(keyId);
  await lab.stop();
});

describe('a region of another process', () => {
  const far = 'sa-east-1';

  /** A process that answers as it is told. */
  function farPeer(join: ReplicaPeer['join']): ReplicaPeer & { readonly asked: string[] } {
    const asked: string[] = [];
    return {
      region: far,
      asked,
      join: async (request) => {
        asked.push(`${request.definition.name} ${request.encryption.kind} ${request.caller.arn}`);
        await join(request);
      },
      pull: async () => ({ members: [] }),
    };
  }

  test('is asked for a replica in the background, again and again, also after a restart', async () => {
    let isThere = false;
    const peer = farPeer(async () => {
      if (!isThere) throw new Outage('PeerUnavailable');
    });
    const lab = await openReplication({ remote: () => [peer] });
    await lab.create();
    await lab.update({ create: { region: far } });
    expect(lab.states(home)).toEqual([`${far} CREATING`, `${home} ACTIVE`].sort());
    await lab.pass(10_000);
    expect(peer.asked.length).toBeGreaterThan(3);
    expect(new Set(peer.asked)).toEqual(new Set([`T owned ${callerIn(home).arn}`]));
    const again = await lab.again();
    expect(again.member(home, far)?.state).toBe('CREATING');
    const before = peer.asked.length;
    isThere = true;
    await again.pass(10_000);
    expect(peer.asked.length).toBe(before + 1);
    await again.stop();
  });

  test('that refuses it says why, and the entry stays until it is taken away', async () => {
    const peer = farPeer(() =>
      Promise.reject(new Refusal('TableInUse', { message: 'Table already exists: T' })),
    );
    const lab = await openReplication({ remote: () => [peer] });
    await lab.create();
    await lab.update({ create: { region: far } });
    await lab.pass(60_000);
    expect(lab.member(home, far)).toMatchObject({
      state: 'CREATION_FAILED',
      reason: 'Table already exists: T',
    });
    expect(peer.asked).toHaveLength(1);
    await lab.update({ remove: { region: far } });
    expect(lab.find(home)).toBeUndefined();
    await lab.stop();
  });
});

test('a table of the same name in a region without a replica is left alone', async () => {
  const lab = await openReplication();
  await lab.create();
  await lab.tables.create(callerIn(third), definitionOf('T'));
  await lab.update({ create: { region: away } });
  await lab.pass(0);
  await lab.put(home, book('a'));
  await lab.pass(0);
  expect(await lab.read(third, 'a')).toBeUndefined();
  await lab.stop();
});
