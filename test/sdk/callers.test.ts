import { DescribeTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account, newKey, newTable, refusal, Site, underKey, ways } from './way.ts';

for (const way of ways) {
  describe(`callers, ${way}`, () => {
    let site: Site;
    beforeAll(async () => {
      site = await Site.open(way);
    });
    afterAll(() => site.end());

    test('each region has tables and keys of its own', async () => {
      const [east, west] = [site.clients(), site.clients({ region: 'eu-west-1' })];
      const Key = { city: 'Bern', year: 1 };
      for (const [where, clients] of [
        ['east', east],
        ['west', west],
      ] as const) {
        const arn = await newKey(clients);
        await newTable(clients, 'same', underKey(arn));
        await clients.documents.send(new PutCommand({ TableName: 'same', Item: { ...Key, where } }));
      }
      const read = async (clients: typeof east) =>
        (await clients.documents.send(new GetCommand({ TableName: 'same', Key }))).Item?.where;
      expect([await read(east), await read(west)]).toEqual(['east', 'west']);
      const described = await west.tables.send(new DescribeTableCommand({ TableName: 'same' }));
      expect(described.Table?.TableArn).toBe(`arn:aws:dynamodb:eu-west-1:${account}:table/same`);
      expect(described.Table?.SSEDescription?.KMSMasterKeyArn).toContain(
        `arn:aws:kms:eu-west-1:${account}:key/`,
      );
      const foreign = described.Table?.SSEDescription?.KMSMasterKeyArn ?? '';
      expect(await refusal(newTable(east, 'over', underKey(foreign)))).toMatch(
        /^ValidationException: KMS validation error: .*NotFoundException: Invalid arn eu-west-1 /,
      );
      const north = site.clients({ region: 'eu-north-1' });
      expect((await north.tables.send(new ListTablesCommand({}))).TableNames).toEqual([]);
      expect((await north.keys.send(new ListKeysCommand({}))).Keys).toEqual([]);
    });

    test('keys are refused in the words of KMS', async () => {
      const { keys } = site.clients();
      const KeyId = '11111111-2222-3333-4444-555555555555';
      expect(await refusal(keys.send(new DescribeKeyCommand({ KeyId })))).toBe(
        `NotFoundException: Key 'arn:aws:kms:us-east-1:${account}:key/${KeyId}' does not exist`,
      );
    });

    test(`a wrong secret ${way === 'in process' ? 'proves nothing less here' : 'lets nobody in'}`, async () => {
      const stranger = site.clients({ secretAccessKey: 'guessed' });
      const answer = await refusal(stranger.tables.send(new ListTablesCommand({})));
      const keyAnswer = await refusal(stranger.keys.send(new ListKeysCommand({})));
      if (way === 'in process') expect([answer, keyAnswer]).toEqual(['answered', 'answered']);
      else {
        const mismatch = /^InvalidSignatureException: The request signature we calculated does not match/;
        expect(answer).toMatch(mismatch);
        expect(keyAnswer).toMatch(mismatch);
      }
    });

    test('a connection has its own keys: each asks the key service once, and again when it is new (R-REV-1)', async () => {
      const first = site.clients();
      await newTable(first, 'counted', underKey(await newKey(first)));
      const decrypts = () => site.database.stats().kmsCalls.Decrypt ?? 0;
      const read = async ({ documents }: typeof first) => {
        await documents.send(new GetCommand({ TableName: 'counted', Key: { city: 'x', year: 1 } }));
        return decrypts();
      };
      await read(first);
      const before = decrypts();
      expect(await read(first)).toBe(before);
      const second = site.clients();
      expect(await read(second)).toBe(before + 1);
      expect(await read(second)).toBe(before + 1);
      second.tables.destroy();
      expect(await read(second)).toBe(before + 2);
    });
  });
}
