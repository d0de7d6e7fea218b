import {
  DeleteResourcePolicyCommand,
  DescribeContinuousBackupsCommand,
  DescribeContributorInsightsCommand,
  DescribeEndpointsCommand,
  DescribeKinesisStreamingDestinationCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetResourcePolicyCommand,
  ListBackupsCommand,
  ListTagsOfResourceCommand,
  PutResourcePolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clients, newKey, newTable, refusal, Site, underKey, ways } from './way.ts';

const TableName = 'towns';
const Policy = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"dynamodb:*","Resource":"*"}}';

for (const way of ways) {
  describe(`what belongs to a table, ${way}`, () => {
    let site: Site;
    let clients: Clients;
    beforeEach(async () => {
      site = await Site.open(way);
      clients = site.clients();
    });
    afterEach(() => site.end());

    test('tags are set, listed, kept over a restart and taken away', async () => {
      const { TableArn: ResourceArn } = await newTable(clients, TableName);
      const Tags = [{ Key: 'team', Value: 'a' }];
      await clients.tables.send(new TagResourceCommand({ ResourceArn, Tags }));
      await site.restart();
      clients = site.clients();
      const list = () => clients.tables.send(new ListTagsOfResourceCommand({ ResourceArn }));
      expect((await list()).Tags).toEqual(Tags);
      await clients.tables.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team'] }));
      expect((await list()).Tags).toEqual([]);
    });

    test('a policy is put, read and deleted', async () => {
      const { TableArn: ResourceArn } = await newTable(clients, TableName);
      const { RevisionId } = await clients.tables.send(new PutResourcePolicyCommand({ ResourceArn, Policy }));
      const get = () => clients.tables.send(new GetResourcePolicyCommand({ ResourceArn }));
      expect(await get()).toMatchObject({ Policy, RevisionId });
      await clients.tables.send(new DeleteResourcePolicyCommand({ ResourceArn }));
      expect(await refusal(get())).toMatch(/^PolicyNotFoundException: /);
    });

    test('time to live is told of, and told again after a restart', async () => {
      await newTable(clients, TableName);
      const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' };
      await clients.tables.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
      await site.restart();
      clients = site.clients();
      const { TimeToLiveDescription } = await clients.tables.send(
        new DescribeTimeToLiveCommand({ TableName }),
      );
      expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
    });

    test('the endpoint is where the client found it', async () => {
      const { Endpoints } = await clients.tables.send(new DescribeEndpointsCommand({}));
      expect(Endpoints?.[0]?.Address).toMatch(
        way === 'in process' ? /^cryptable\.in-process$/ : /^127\.0\.0\.1:\d+$/,
      );
    });

    test('a table whose key is disabled is described and changed where AWS does so, and not elsewhere', async () => {
      const keyArn = await newKey(clients);
      const { TableArn: ResourceArn } = await newTable(clients, TableName, underKey(keyArn));
      await clients.keys.send(new DisableKeyCommand({ KeyId: keyArn }));
      const { tables } = clients;
      await expect
        .poll(async () => {
          await site.watch();
          return (await tables.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus;
        })
        .toBe('INACCESSIBLE_ENCRYPTION_CREDENTIALS');
      await tables.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'a', Value: 'b' }] }));
      await tables.send(new ListTagsOfResourceCommand({ ResourceArn }));
      await tables.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
      await tables.send(new PutResourcePolicyCommand({ ResourceArn, Policy }));
      await tables.send(new GetResourcePolicyCommand({ ResourceArn }));
      await tables.send(new DescribeTimeToLiveCommand({ TableName }));
      await tables.send(new DescribeContinuousBackupsCommand({ TableName }));
      await tables.send(new DescribeContributorInsightsCommand({ TableName }));
      await tables.send(new DescribeKinesisStreamingDestinationCommand({ TableName }));
      await tables.send(new ListBackupsCommand({}));
      const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } as const;
      await tables.send(new UpdateTableCommand({ TableName, StreamSpecification }));
      const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' };
      expect(
        await refusal(tables.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))),
      ).toMatch(/^ValidationException: KMS key disabled error: .* is disabled\. /);
    });
  });
}
