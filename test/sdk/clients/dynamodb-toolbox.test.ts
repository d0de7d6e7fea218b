import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  $add,
  $append,
  $remove,
  BatchDeleteRequest,
  BatchGetCommand,
  BatchGetRequest,
  BatchPutRequest,
  BatchWriteCommand,
  ConditionCheck,
  DeleteItemCommand,
  DeletePartitionCommand,
  DeleteTransaction,
  Entity,
  executeBatchGet,
  executeBatchWrite,
  executeTransactGet,
  executeTransactWrite,
  GetItemCommand,
  GetTransaction,
  item,
  list,
  map,
  number,
  PutItemCommand,
  PutTransaction,
  prefix,
  QueryCommand,
  ScanCommand,
  set,
  string,
  Table,
  UpdateItemCommand,
  UpdateTransaction,
} from 'dynamodb-toolbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, Site, ways } from '../way.ts';
import { newSingleTable } from './single-table.ts';

function musicTable(documentClient: DynamoDBDocumentClient) {
  const table = new Table({
    documentClient,
    name: 'music',
    partitionKey: { name: 'pk', type: 'string' },
    sortKey: { name: 'sk', type: 'string' },
    indexes: {
      gsi1: {
        type: 'global',
        partitionKey: { name: 'gsi1pk', type: 'string' },
        sortKey: { name: 'gsi1sk', type: 'string' },
      },
      lsi1: { type: 'local', sortKey: { name: 'lsi1sk', type: 'string' } },
    },
  });
  const songs = new Entity({
    name: 'song',
    table,
    schema: item({
      artist: string().key().savedAs('pk').transform(prefix('artist')),
      title: string().key().savedAs('sk').transform(prefix('song')),
      album: string().optional().savedAs('gsi1pk'),
      track: string().optional().savedAs('gsi1sk'),
      year: string().optional().savedAs('lsi1sk'),
      plays: number().default(0),
      moods: set(string()).optional(),
      covers: list(string()).optional(),
      label: map({ name: string(), city: string().optional() }).optional(),
    }),
    timestamps: false,
  });
  const artists = new Entity({
    name: 'artist',
    table,
    schema: item({
      artist: string().key().savedAs('pk').transform(prefix('artist')),
      kind: string().key().const('profile').default('profile').savedAs('sk'),
      country: string(),
    }),
    timestamps: false,
  });
  return { table, songs, artists };
}

for (const way of ways) {
  describe(`dynamodb-toolbox ${way}`, () => {
    let site: Site;
    let music: ReturnType<typeof musicTable>;
    beforeAll(async () => {
      site = await Site.open(way);
      const { tables, documents } = site.clients();
      await newSingleTable(tables, 'music');
      music = musicTable(documents);
    });
    afterAll(() => site.end());

    const song = (artist: string, number: number) => ({
      artist,
      title: `Song ${number}`,
      album: `${artist} live`,
      track: String(number).padStart(2, '0'),
      year: String(1990 - number),
      plays: number,
    });
    const putAll = (artist: string, count: number) =>
      executeBatchWrite(
        music.table
          .build(BatchWriteCommand)
          .requests(
            ...Array.from({ length: count }, (_, number) =>
              music.songs.build(BatchPutRequest).item(song(artist, number)),
            ),
          ),
      );

    test('puts under a condition, gets, and is refused the second time with the old item', async () => {
      const { songs } = music;
      const made = song('once', 1);
      const put = () =>
        songs
          .build(PutItemCommand)
          .item(made)
          .options({
            condition: { attr: 'artist', exists: false },
            returnValuesOnConditionFalse: 'ALL_OLD',
          })
          .send();
      await put();
      const { Item } = await songs.build(GetItemCommand).key(made).options({ consistent: true }).send();
      expect(Item).toEqual(made);
      const fault = await put().catch((thrown: unknown) => thrown);
      if (!(fault instanceof ConditionalCheckFailedException)) throw fault;
      expect(fault.Item).toMatchObject({
        pk: { S: 'artist#once' },
        sk: { S: 'song#Song 1' },
        plays: { N: '1' },
      });
    });

    test('updates with sums, appends, set members, map members and removals', async () => {
      const { songs } = music;
      const made = { ...song('update', 1), moods: new Set(['calm']), label: { name: 'Blue', city: 'Rome' } };
      await songs.build(PutItemCommand).item(made).send();
      const { artist, title } = made;
      const { Attributes } = await songs
        .build(UpdateItemCommand)
        .item({
          artist,
          title,
          plays: $add(2),
          covers: $append(['front']),
          moods: $add(new Set(['loud'])),
          label: { city: $remove() },
          year: $remove(),
        })
        .options({ returnValues: 'ALL_NEW', condition: { attr: 'plays', eq: 1 } })
        .send();
      const { year: _, ...kept } = made;
      expect(Attributes).toEqual({
        ...kept,
        plays: 3,
        covers: ['front'],
        moods: new Set(['calm', 'loud']),
        label: { name: 'Blue' },
      });
    });

    test('queries the base and both indexes, in either order, with a filter and page after page', async () => {
      const { table, songs } = music;
      await putAll('query', 9);
      const ask = table.build(QueryCommand).entities(songs);
      const base = await ask.query({ partition: 'artist#query', range: { beginsWith: 'song#' } }).send();
      expect(base.Items?.map(({ plays }) => plays)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      const local = await ask
        .query({ index: 'lsi1', partition: 'artist#query', range: { between: ['1983', '1986'] } })
        .options({ reverse: true })
        .send();
      expect(local.Items?.map(({ year }) => year)).toEqual(['1986', '1985', '1984', '1983']);
      const album = ask.query({ index: 'gsi1', partition: 'query live', range: { gt: '02' } });
      const filters = { song: { not: { attr: 'plays', eq: 5 } } } as const;
      const first = await album.options({ limit: 4, filters }).send();
      expect(first.Items?.map(({ plays }) => plays)).toEqual([3, 4, 6]);
      const rest = await album
        .options({
          filters,
          maxPages: Number.POSITIVE_INFINITY,
          exclusiveStartKey: first.LastEvaluatedKey ?? {},
        })
        .send();
      expect(rest.Items?.map(({ plays }) => plays)).toEqual([7, 8]);
      const counted = await album.options({ select: 'COUNT' }).send();
      expect([counted.Count, counted.Items]).toEqual([6, []]);
    });

    test('batches write, read and delete, and say of each key what was there', async () => {
      const { table, songs, artists } = music;
      await putAll('batch', 20);
      await artists.build(PutItemCommand).item({ artist: 'batch', country: 'CH' }).send();
      const read = async () => {
        const { Responses } = await executeBatchGet(
          { maxAttempts: 3 },
          table
            .build(BatchGetCommand)
            .requests(
              songs.build(BatchGetRequest).key(song('batch', 3)),
              songs.build(BatchGetRequest).key(song('batch', 99)),
              artists.build(BatchGetRequest).key({ artist: 'batch' }),
            )
            .options({ consistent: true }),
        );
        return Responses[0];
      };
      const ch = { artist: 'batch', kind: 'profile', country: 'CH' };
      expect(await read()).toEqual([song('batch', 3), undefined, ch]);
      const gone = songs.build(BatchDeleteRequest).key(song('batch', 3));
      await executeBatchWrite({ maxAttempts: 3 }, table.build(BatchWriteCommand).requests(gone));
      expect(await read()).toEqual([undefined, undefined, ch]);
    });

    test('a scan of two segments tells the entities of a table apart', async () => {
      const { table, songs, artists } = music;
      await putAll('scan', 6);
      await artists.build(PutItemCommand).item({ artist: 'scan', country: 'IT' }).send();
      const segments = [0, 1].map((segment) =>
        table
          .build(ScanCommand)
          .entities(songs, artists)
          .options({ segment, totalSegments: 2, maxPages: Number.POSITIVE_INFINITY })
          .send(),
      );
      const items = (await Promise.all(segments)).flatMap(({ Items = [] }) => Items);
      const ofScan = items.filter(({ artist }) => artist === 'scan');
      expect(ofScan.filter((each) => 'country' in each)).toHaveLength(1);
      expect(ofScan.filter((each) => 'plays' in each)).toHaveLength(6);
    });

    test('a transaction checks, puts, updates and deletes at once, or nothing', async () => {
      const { songs, artists } = music;
      const [kept, played, gone, added] = [1, 2, 3, 4].map((number) => song('all', number));
      if (!kept || !played || !gone || !added) throw new Error('four songs are made above');
      for (const each of [kept, played, gone]) await songs.build(PutItemCommand).item(each).send();
      const write = () =>
        executeTransactWrite(
          songs.build(ConditionCheck).key(kept).condition({ attr: 'plays', lte: 1 }),
          songs.build(UpdateTransaction).item({ artist: 'all', title: played.title, plays: $add(10) }),
          songs
            .build(DeleteTransaction)
            .key(gone)
            .options({ condition: { attr: 'artist', exists: true } }),
          songs.build(PutTransaction).item(added),
          artists.build(PutTransaction).item({ artist: 'all', country: 'FR' }),
        );
      await write();
      expect(await refusal(write())).toBe(
        'TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for ' +
          'specific reasons [None, None, ConditionalCheckFailed, None, None]',
      );
      const { Responses } = await executeTransactGet(
        songs.build(GetTransaction).key(played),
        songs.build(GetTransaction).key(gone),
        artists.build(GetTransaction).key({ artist: 'all' }),
      );
      expect(Responses?.map(({ Item }) => Item)).toEqual([
        { ...played, plays: 12 },
        undefined,
        { artist: 'all', kind: 'profile', country: 'FR' },
      ]);
    });

    test('deletes one item, and then its whole partition', async () => {
      const { table, songs } = music;
      await putAll('gone', 10);
      const deleted = await songs
        .build(DeleteItemCommand)
        .key(song('gone', 0))
        .options({ returnValues: 'ALL_OLD' })
        .send();
      expect(deleted.Attributes).toEqual(song('gone', 0));
      const partition = { partition: 'artist#gone' };
      await table.build(DeletePartitionCommand).entities(songs).query(partition).send();
      const { Items } = await table.build(QueryCommand).entities(songs).query(partition).send();
      expect(Items).toEqual([]);
    });
  });
}
