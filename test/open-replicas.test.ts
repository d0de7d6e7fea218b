import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLab, type Lab } from '../src/lab/lab.ts';
import { open } from '../src/open.ts';

const hourMs = 3_600_000;
const [home, away] = ['us-east-1', 'eu-west-1'];

describe('global tables of a database', () => {
  let lab: Lab;
  beforeEach(async () => {
    // Days pass sooner where little is looked at meanwhile.
    lab = await createLab({ keyWatchIntervalMs: 6 * hourMs, timeToLiveIntervalMs: 24 * hourMs });
  });
  afterEach(() => lab.close());

  const client = (region: string) => new DynamoDBClient({ ...lab.clientConfig({ region }), maxAttempts: 1 });
  const table = (region: string) => lab.database.table('Ledger', { region });
  const shown = async (region: string) =>
    (await client(region).send(new DescribeTableCommand({ TableName: 'Ledger' }))).Table;

  async function newKeyIn(region: string): Promise<string> {
    const { KeyMetadata } = await new KMSClient(lab.clientConfig({ region })).send(new CreateKeyCommand({}));
    return KeyMetadata?.KeyId ?? '';
  }

  async function makeBoth(keys?: { readonly home: string; readonly away: string }): Promise<void> {
    await client(home).send(
      new CreateTableCommand({
        TableName: 'Ledger',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        ...(keys && { SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keys.home } }),
      }),
    );
    const Create = { RegionName: away, ...(keys && { KMSMasterKeyId: keys.away }) };
    await client(home).send(new UpdateTableCommand({ TableName: 'Ledger', ReplicaUpdates: [{ Create }] }));
    await lab.advance('1s');
  }

  test('go on over restarts and crashes, and nothing of them can be read in its files (R-REST-1)', async () => {
    await makeBoth();
    await table(home).put({ id: { S: 'one' }, text: { S: 'canary-of-one' } });
    await lab.advance('1s');
    expect((await table(away).get({ id: { S: 'one' } }))?.get('text')).toEqual({ S: 'canary-of-one' });
    lab.lines.cut(home, away);
    await table(away).put({ id: { S: 'two' }, text: { S: 'canary-of-two' } });
    await lab.crash();
    await table(home).put({ id: { S: 'three' }, text: { S: 'canary-of-three' } });
    await lab.restart();
    lab.lines.mend();
    await lab.advance('10s');
    expect((await table(home).get({ id: { S: 'two' } }))?.get('text')).toEqual({ S: 'canary-of-two' });
    expect((await table(away).get({ id: { S: 'three' } }))?.get('text')).toEqual({ S: 'canary-of-three' });
    lab.assertSealed(['canary-of-one', 'canary-of-two', 'canary-of-three']);
    expect((await lab.database.verify()).faults).toEqual([]);
  });

  test('have what was written elsewhere in their streams', async () => {
    await makeBoth();
    await table(home).put({ id: { S: 'one' } });
    await lab.advance('1s');
    await table(home).delete({ id: { S: 'one' } });
    await lab.advance('1s');
    const streams = new DynamoDBStreamsClient(lab.clientConfig({ region: away }));
    const StreamArn = (await shown(away))?.LatestStreamArn;
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const names: (string | undefined)[] = [];
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      const { ShardIterator } = await streams.send(
        new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
      );
      const { Records } = await streams.send(new GetRecordsCommand({ ShardIterator }));
      names.push(...(Records ?? []).map(({ eventName }) => eventName));
    }
    expect(names).toEqual(['INSERT', 'REMOVE']);
  });

  test('a replica whose key stays away leaves after twenty hours, and is archived after seven days', async () => {
    const keys = { home: await newKeyIn(home), away: await newKeyIn(away) };
    await makeBoth(keys);
    await new KMSClient(lab.clientConfig({ region: away })).send(new DisableKeyCommand({ KeyId: keys.away }));
    await lab.advance('10s');
    expect((await shown(home))?.Replicas).toMatchObject([
      { RegionName: away, ReplicaStatus: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' },
    ]);
    await lab.advance('19h');
    expect((await shown(home))?.Replicas).toHaveLength(1);
    await lab.advance('1h');
    expect((await shown(home))?.Replicas).toBeUndefined();
    expect((await shown(away))?.GlobalTableVersion).toBeUndefined();
    expect((await shown(away))?.TableStatus).toBe('INACCESSIBLE_ENCRYPTION_CREDENTIALS');
    await lab.advance('7d');
    expect((await shown(away))?.TableStatus).toBe('ARCHIVED');
    expect((await shown(home))?.TableStatus).toBe('ACTIVE');
  }, 240_000);
});

test('peers that are configured wrongly keep a store from opening', async () => {
  const peers = { certificate: 'no PEM', key: '', authority: '', regions: {} };
  const lab = await createLab();
  await lab.close();
  await expect(open(lab.dir, { peers })).rejects.toThrow(TypeError);
});
