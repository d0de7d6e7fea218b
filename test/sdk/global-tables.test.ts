/** Global tables through the clients of AWS: aws-behaviour §1.5, §1.6 and §1.7, row by row. */
import {
  type CreateReplicationGroupMemberAction,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTableReplicaAutoScalingCommand,
  type ReplicationGroupUpdate,
  UpdateTableCommand,
  type UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.ts';
import { account, type Clients, newKey, newTable, refusal, Site, underKey, ways } from './way.ts';

const P = 'ValidationException: One or more parameter values were invalid: ';
const [here, there] = ['us-east-1', 'eu-west-1'];

for (const way of ways) {
  describe(`global tables, ${way}`, () => {
    let site: Site;
    let clock: VirtualClock;
    let home: Clients;
    let away: Clients;
    beforeEach(async () => {
      // It waits for what replication has begun, as long as that takes.
      clock = new VirtualClock(Date.now(), { patienceMs: 10_000 });
      site = await Site.open(way, { encryptionChangeQuota: 'none', clock });
      home = site.clients({ region: here });
      away = site.clients({ region: there });
    });
    afterEach(() => site.end());

    const update = (input: Omit<UpdateTableCommandInput, 'TableName'>, { tables } = home) =>
      tables.send(new UpdateTableCommand({ TableName: 'cities', ...input }));
    const replicas = (...ReplicaUpdates: readonly ReplicationGroupUpdate[]) =>
      update({ ReplicaUpdates: [...ReplicaUpdates] });
    const create = (more: Partial<CreateReplicationGroupMemberAction> = {}) =>
      replicas({ Create: { RegionName: there, ...more } });
    const shown = async ({ tables }: Clients) =>
      (await tables.send(new DescribeTableCommand({ TableName: 'cities' }))).Table;
    /** Lets what goes on in the background come to an end: both regions know the same of each other. */
    const settle = () => clock.advanceAndSettle(20_000);
    const city = { city: 'Sankt Gallen', year: 612 };
    const read = async ({ documents }: Clients) =>
      (await documents.send(new GetCommand({ TableName: 'cities', Key: city }))).Item;

    test('a table gets a replica, and what is written in one region is read in the other', async () => {
      await newTable(home, 'cities');
      await home.documents.send(new PutCommand({ TableName: 'cities', Item: { ...city, by: 'Gallus' } }));
      const { TableDescription } = await create();
      expect(TableDescription).toMatchObject({
        TableStatus: 'UPDATING',
        GlobalTableVersion: '2019.11.21',
        Replicas: [{ RegionName: there }],
      });
      await settle();
      const [mine, theirs] = [await shown(home), await shown(away)];
      expect(mine).toMatchObject({
        TableStatus: 'ACTIVE',
        Replicas: [
          {
            RegionName: there,
            ReplicaStatus: 'ACTIVE',
            ReplicaArn: `arn:aws:dynamodb:${there}:${account}:table/cities`,
          },
        ],
      });
      expect(theirs).toMatchObject({
        TableStatus: 'ACTIVE',
        GlobalTableVersion: '2019.11.21',
        Replicas: [{ RegionName: here, ReplicaStatus: 'ACTIVE' }],
        KeySchema: mine?.KeySchema,
      });
      for (const table of [mine, theirs]) {
        expect(table?.StreamSpecification).toEqual({
          StreamEnabled: true,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        });
      }
      expect(await read(away)).toEqual({ ...city, by: 'Gallus' });
      await away.documents.send(new PutCommand({ TableName: 'cities', Item: { ...city, by: 'Otmar' } }));
      await settle();
      expect(await read(home)).toEqual({ ...city, by: 'Otmar' });
      await home.documents.send(new DeleteCommand({ TableName: 'cities', Key: city }));
      await settle();
      expect(await read(away)).toBeUndefined();
      const scaling = await home.tables.send(
        new DescribeTableReplicaAutoScalingCommand({ TableName: 'cities' }),
      );
      expect(scaling.TableAutoScalingDescription?.Replicas).toEqual([
        { RegionName: there, ReplicaStatus: 'ACTIVE' },
        { RegionName: here, ReplicaStatus: 'ACTIVE' },
      ]);
    });

    test('a replica is taken away, and the table is one of its own again', async () => {
      await newTable(home, 'cities');
      await create();
      await settle();
      await replicas({ Delete: { RegionName: there } });
      await settle();
      expect(await refusal(shown(away))).toBe(
        'ResourceNotFoundException: Requested resource not found: Table: cities not found',
      );
      const table = await shown(home);
      expect([table?.Replicas, table?.GlobalTableVersion]).toEqual([undefined, undefined]);
    });

    test('each replica is under the key of its own region, and a change of one is of that alone (§1.7)', async () => {
      await newTable(home, 'cities', underKey(await newKey(home)));
      const [first, second] = [await newKey(away), await newKey(away)];
      await create({ KMSMasterKeyId: first.split('/')[1] ?? '' });
      await settle();
      expect((await shown(away))?.SSEDescription?.KMSMasterKeyArn).toBe(first);
      expect((await shown(home))?.Replicas).toMatchObject([{ KMSMasterKeyId: first }]);
      const homeKey = (await shown(home))?.SSEDescription?.KMSMasterKeyArn;
      await update({ SSESpecification: underKey(second) }, away);
      await settle();
      expect((await shown(home))?.Replicas).toMatchObject([
        { KMSMasterKeyId: second, ReplicaStatus: 'ACTIVE' },
      ]);
      expect((await shown(home))?.SSEDescription?.KMSMasterKeyArn).toBe(homeKey);
    });

    test('a replica whose key is lost shows it, and the other stays as it was (§1.7)', async () => {
      await newTable(home, 'cities', underKey(await newKey(home)));
      const key = await newKey(away);
      await create({ KMSMasterKeyId: key });
      await settle();
      await away.keys.send(new DisableKeyCommand({ KeyId: key }));
      await settle();
      const table = await shown(home);
      expect(table?.TableStatus).toBe('ACTIVE');
      expect(table?.Replicas).toMatchObject([{ ReplicaStatus: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' }]);
      expect(table?.Replicas?.[0]?.ReplicaInaccessibleDateTime).toBeInstanceOf(Date);
      await home.documents.send(new PutCommand({ TableName: 'cities', Item: city }));
      expect((await shown(away))?.TableStatus).toBe('INACCESSIBLE_ENCRYPTION_CREDENTIALS');
    });

    describe('refused is, and nothing is made', () => {
      const mustBeSpecified = `${P}KMSMasterKeyId must be specified for each replica.`;
      const mixed = `${P}All replica keys must either be Customer Managed CMK or AWS Managed CMK.`;
      const local =
        'ValidationException: Cannot add, delete, or update the local region through ReplicaUpdates. ' +
        'Use CreateTable, DeleteTable, or UpdateTable as required.';
      const inRegion = (sentence: string, code: string) =>
        `ValidationException: KMS ${sentence} (Service: AWSKMS; Status Code: 400; Error Code: ${code}; ` +
        'Request ID: <id>; Proxy: null)';
      const service = 'com.amazonaws.services.kms.model';
      type Kind = 'owned' | 'managed' | 'customer';
      interface Case {
        readonly title: string;
        readonly kind: Kind;
        readonly ask: () => Promise<unknown>;
        readonly said: string | RegExp;
      }
      const cases: readonly Case[] = [
        {
          title: 'a replica without a key, of a table under a customer’s',
          kind: 'customer',
          ask: () => create(),
          said: mustBeSpecified,
        },
        {
          title: 'an Update that changes nothing',
          kind: 'customer',
          ask: () => replicas({ Update: { RegionName: there } }),
          said: mustBeSpecified,
        },
        {
          title: 'an Update of the key',
          kind: 'customer',
          ask: async () => replicas({ Update: { RegionName: there, KMSMasterKeyId: await newKey(away) } }),
          said: mustBeSpecified,
        },
        {
          title: 'a managed key beside a customer’s',
          kind: 'customer',
          ask: () => create({ KMSMasterKeyId: 'alias/aws/dynamodb' }),
          said: mixed,
        },
        {
          title: 'a customer’s key beside the managed one',
          kind: 'managed',
          ask: async () => create({ KMSMasterKeyId: await newKey(away) }),
          said: mixed,
        },
        {
          title: 'a key of one’s own beside the owned one',
          kind: 'owned',
          ask: async () => create({ KMSMasterKeyId: await newKey(away) }),
          said: /^ValidationException: One or more parameter values were invalid: KMSMasterKeyId can not be specified/,
        },
        {
          title: 'a key of the table’s region in the replica’s (§1.5)',
          kind: 'customer',
          ask: async () => create({ KMSMasterKeyId: await newKey(home) }),
          said: inRegion(
            `validation error for region ${there}: ${service}.NotFoundException: Invalid arn ${here}`,
            'NotFoundException',
          ),
        },
        {
          title: 'a key that is off (§1.5)',
          kind: 'customer',
          ask: async () => {
            const KeyId = await newKey(away);
            await away.keys.send(new DisableKeyCommand({ KeyId }));
            return create({ KMSMasterKeyId: KeyId });
          },
          said: /^ValidationException: KMS key disabled error for region eu-west-1: com.amazonaws.services.kms.model.DisabledException: /,
        },
        {
          title: 'a bare id that is none of the replica’s region',
          kind: 'customer',
          ask: async () => create({ KMSMasterKeyId: (await newKey(home)).split('/')[1] ?? '' }),
          said: /^ValidationException: KMS validation error for region eu-west-1: com.amazonaws.services.kms.model.NotFoundException: Key 'arn:aws:kms:eu-west-1:123456789012:key\//,
        },
        {
          title: 'a replica in the table’s own region',
          kind: 'owned',
          ask: () => replicas({ Create: { RegionName: here } }),
          said: local,
        },
        {
          title: 'the end of the table’s own region',
          kind: 'owned',
          ask: () => replicas({ Delete: { RegionName: here } }),
          said: local,
        },
        {
          title: 'the end of a replica that is none',
          kind: 'owned',
          ask: () => replicas({ Delete: { RegionName: there } }),
          said:
            'ValidationException: Replica specified in the Replica Update or Replica Delete action ' +
            'of the request was not found.',
        },
        {
          title: 'a replica where a table of that name is',
          kind: 'owned',
          ask: async () => {
            await newTable(away, 'cities');
            try {
              return await create();
            } finally {
              await away.tables.send(new DeleteTableCommand({ TableName: 'cities' }));
            }
          },
          said:
            "ValidationException: Failed to create a the new replica of table with name: 'cities' " +
            'because one or more replicas already existed as tables.',
        },
        {
          title: 'another change along with it',
          kind: 'owned',
          ask: () =>
            update({
              ReplicaUpdates: [{ Create: { RegionName: there } }],
              StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
            }),
          said: `${P}Replica modification must be the only operation in the request`,
        },
        {
          title: 'strong consistency',
          kind: 'owned',
          ask: () =>
            update({
              MultiRegionConsistency: 'STRONG',
              ReplicaUpdates: [{ Create: { RegionName: there } }],
            }),
          said: 'ValidationException: This server does not have the parameter MultiRegionConsistency',
        },
        {
          title: 'a stream of another view',
          kind: 'owned',
          ask: async () => {
            await update({ StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } });
            return create();
          },
          said: /^ValidationException: One or more parameter values were invalid: .*NEW_AND_OLD_IMAGES.*KEYS_ONLY/,
        },
        {
          title: 'a region of another form (R-SSRF-1)',
          kind: 'owned',
          ask: () => replicas({ Create: { RegionName: 'https://elsewhere.test' } }),
          said: /^ValidationException: .*https:\/\/elsewhere.test/,
        },
      ];
      const sse = {
        owned: async () => undefined,
        managed: async () => ({ Enabled: true }),
        customer: async () => underKey(await newKey(home)),
      } as const;
      for (const { title, kind, ask, said } of cases) {
        test(title, async () => {
          await newTable(home, 'cities', await sse[kind]());
          const refused = await refusal(ask());
          if (typeof said === 'string') expect(refused).toBe(said);
          else expect(refused).toMatch(said);
          await settle();
          expect((await shown(home))?.Replicas).toBeUndefined();
          expect(await refusal(shown(away))).toMatch(/^ResourceNotFoundException/);
        });
      }

      test('a replica that is there already, and the end of the stream', async () => {
        await newTable(home, 'cities');
        await create();
        await settle();
        expect(await refusal(create())).toMatch(/because one or more replicas already existed as tables.$/);
        expect(await refusal(update({ StreamSpecification: { StreamEnabled: false } }))).toBe(
          `${P}The stream of cities cannot be disabled while the table has replicas`,
        );
      });
    });
  });
}

test('a table that is put under another key gets no replica until that is done (§1.6)', async () => {
  const site = await Site.open('in process', { statusDelays: { encryptionMs: 20_000 } });
  try {
    const clients = site.clients();
    await newTable(clients, 'cities');
    const update = (input: Omit<UpdateTableCommandInput, 'TableName'>) =>
      clients.tables.send(new UpdateTableCommand({ TableName: 'cities', ...input }));
    await update({ SSESpecification: { Enabled: true } });
    const ReplicaUpdates = [{ Create: { RegionName: there } }];
    expect(await refusal(update({ ReplicaUpdates }))).toBe(
      'ValidationException: Operation cannot be performed while replica server-side encryption status is in ' +
        'UPDATING state. Please retry the request after the status is updated to ENABLED.',
    );
    await site.clock.advanceAndSettle(20_000);
    expect(await refusal(update({ ReplicaUpdates }))).toBe('answered');
  } finally {
    await site.end();
  }
});
