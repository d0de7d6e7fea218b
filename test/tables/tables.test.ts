import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import type { TableInfo } from '../../src/tables/table-record.ts';
import type { Tables } from '../../src/tables/tables.ts';
import {
  book,
  disabledText,
  dyingText,
  key,
  keyRefusalOf,
  kmsOrigin,
  openProtected,
  openT,
  putBook,
  readBook,
  tableArn,
} from '../support/book-tables.ts';
import { account, region, user } from '../support/embedded-kms.ts';
import {
  definitionOf,
  newConnection,
  newKey,
  openTables,
  type TablesForTest,
} from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const P = 'Validation: One or more parameter values were invalid: ';

describe('a new table', () => {
  test('is described as it was defined, once CREATING and then ACTIVE', async () => {
    const { tables, clock } = await openTables();
    const { encryption: _, ...definition } = definitionOf(
      'T',
      { kind: 'owned' },
      { deletionProtection: true },
    );
    const info = await tables.create(
      user,
      definitionOf('T', { kind: 'owned' }, { deletionProtection: true }),
    );
    const expected: TableInfo = {
      definition,
      id: expect.stringMatching(uuid),
      arn: tableArn,
      status: 'CREATING',
      createdAtMs: clock.nowMs(),
      payPerRequestSinceMs: clock.nowMs(),
      itemCount: 0,
      tableBytes: 0,
    };
    expect(info).toEqual(expected);
    expect(await tables.describe(user, 'T')).toEqual({ ...expected, id: info.id, status: 'ACTIVE' });
    expect(await tables.describe(user, tableArn)).toMatchObject({ id: info.id });
  });

  test('takes items at once, and shows how many', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    const table = await openT(tables);
    expect({ name: table.name, arn: table.arn, keySchema: table.keySchema }).toEqual({
      name: 'T',
      arn: tableArn,
      keySchema: { hash: { name: 'id', type: 'S' } },
    });
    await Promise.all(['a', 'b', 'c'].map((id) => putBook(table, book(id))));
    const { itemCount, tableBytes } = await tables.describe(user, 'T');
    expect(itemCount).toBe(3);
    expect(tableBytes).toBeGreaterThan(0);
  });

  test('shows the key it is under at once, an alias as the key it then named', async () => {
    const { tables, kms } = await openTables();
    const [first, second] = [await newKey(kms), await newKey(kms)];
    await kms.aliases.create(user, 'alias/books', first);
    const info = await tables.create(user, definitionOf('T', { kind: 'customer', keyId: 'alias/books' }));
    expect(info).toMatchObject({ status: 'CREATING', sse: { status: 'ENABLED', keyArn: first } });
    await kms.aliases.update(user, 'alias/books', second);
    expect((await tables.describe(user, 'T')).sse).toEqual({ status: 'ENABLED', keyArn: first });
  });

  test('under the managed key makes that key, and the next one shares it', async () => {
    const { tables, kms } = await openTables();
    const { sse } = await tables.create(user, definitionOf('T', { kind: 'managed' }));
    expect((await tables.create(user, definitionOf('U', { kind: 'managed' }))).sse).toEqual(sse);
    expect(kms.summaries()).toMatchObject([
      { arn: sse?.keyArn, manager: 'AWS', aliases: ['alias/aws/dynamodb'] },
    ]);
  });

  const unusable: readonly {
    readonly name: string;
    readonly prepare: (opened: TablesForTest, keyArn: string) => Promise<unknown>;
    readonly keyId?: (keyArn: string) => string;
    readonly text: (keyArn: string) => string;
  }[] = [
    { name: 'disabled', prepare: ({ kms }, arn) => kms.keys.disable(user, arn), text: disabledText },
    {
      name: 'pending deletion',
      prepare: ({ kms }, arn) => kms.keys.scheduleDeletion(user, arn, 7),
      text: dyingText,
    },
    {
      name: 'unknown',
      prepare: async () => {},
      keyId: (arn) => arn.replace(/[0-9a-f]{12}$/, '000000000000'),
      text: (arn) =>
        'TableKeyRefused: KMS validation error: com.amazonaws.services.kms.model.NotFoundException: ' +
        `Key '${arn.replace(/[0-9a-f]{12}$/, '000000000000')}' does not exist ${kmsOrigin('NotFoundException')}`,
    },
    {
      name: 'of another region',
      prepare: async () => {},
      keyId: (arn) => arn.replace(region, 'eu-north-1'),
      text: () =>
        'TableKeyRefused: KMS validation error: com.amazonaws.services.kms.model.NotFoundException: ' +
        `Invalid arn eu-north-1 ${kmsOrigin('NotFoundException')}`,
    },
  ];
  for (const { name, prepare, keyId = (arn: string) => arn, text } of unusable) {
    test(`under a key that is ${name} is refused and leaves nothing, not even its name`, async () => {
      const opened = await openTables();
      const keyArn = await newKey(opened.kms);
      await prepare(opened, keyArn);
      const definition = definitionOf('T', { kind: 'customer', keyId: keyId(keyArn) });
      expect(await keyRefusalOf(() => opened.tables.create(user, definition))).toBe(text(keyArn));
      expect(await opened.tables.list(user, undefined, 10)).toEqual([]);
      await opened.tables.create(user, definitionOf('T'));
    });
  }
});

describe('names', () => {
  test('are unique: one of many that create it at once wins', async () => {
    const { tables, memory } = await openTables();
    const create = () => tables.create(user, definitionOf('T'));
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => refusalOf(create)));
    expect(outcomes.toSorted()).toEqual([
      ...Array(4).fill('TableInUse: Table already exists: T'),
      'answered',
    ]);
    expect(await refusalOf(create)).toBe('TableInUse: Table already exists: T');
    expect(await memory.listTrees(1, 10)).toHaveLength(1);
    await putBook(await openT(tables), book('a'));
    expect(await readBook(tables)).toEqual(book('a'));
  });

  test('belong to an account and a region', async () => {
    const { tables } = await openTables();
    const callers = [user, { ...user, region: 'eu-north-1' }, { ...user, account: '444455556666' }];
    for (const [index, caller] of callers.entries()) {
      await tables.create(caller, definitionOf('T'));
      await putBook(await openT(tables, 'T', caller), book('a', index));
    }
    for (const [index, caller] of callers.entries()) {
      expect((await (await openT(tables, 'T', caller)).get(key('a')))?.item).toEqual(book('a', index));
      expect(await tables.list(caller, undefined, 10)).toEqual(['T']);
    }
    await tables.delete(callers[0] ?? user, 'T');
    expect(await tables.list(user, undefined, 10)).toEqual([]);
    expect(await tables.list({ ...user, region: 'eu-north-1' }, undefined, 10)).toEqual(['T']);
  });

  test('are listed in order, page by page', async () => {
    const { tables } = await openTables();
    for (const name of ['b', 'a.b', 'B', 'a', 'c', 'a-b', '_']) await tables.create(user, definitionOf(name));
    const sorted = ['B', '_', 'a', 'a-b', 'a.b', 'b', 'c'];
    expect(await tables.list(user, undefined, 100)).toEqual(sorted);
    expect(await tables.list(user, undefined, 3)).toEqual(sorted.slice(0, 3));
    expect(await tables.list(user, 'a', 3)).toEqual(sorted.slice(3, 6));
    expect(await tables.list(user, 'a+', 100)).toEqual(sorted.slice(3));
    expect(await tables.list(user, 'c', 100)).toEqual([]);
  });

  const controlPlane = 'TableNotFound: Requested resource not found: Table: T not found';
  const elsewhere = tableArn.replace(region, 'eu-north-1');
  const unknown: readonly (readonly [string, (tables: Tables) => unknown, string])[] = [
    ['open', (tables) => openT(tables), 'TableNotFound: Requested resource not found'],
    [
      'open by an ARN of elsewhere',
      (tables) => openT(tables, elsewhere),
      'TableNotFound: Requested resource not found',
    ],
    ['describe', (tables) => tables.describe(user, 'T'), controlPlane],
    ['describe by ARN', (tables) => tables.describe(user, tableArn), controlPlane],
    ['change settings of', (tables) => tables.changeSettings(user, 'T', {}), controlPlane],
    ['change the key of', (tables) => tables.changeEncryption(user, 'T', { kind: 'owned' }), controlPlane],
    ['delete', (tables) => tables.delete(user, 'T'), controlPlane],
  ];
  for (const [verb, act, text] of unknown) {
    test(`that are of no table are refused: ${verb}`, async () => {
      const { tables } = await openTables();
      await tables.create(user, definitionOf('U'));
      expect(await refusalOf(() => act(tables))).toBe(text);
    });
  }
});

describe('opening', () => {
  test('asks the key service once a connection, and then answers at once', async () => {
    const { tables, kms } = await openProtected();
    const connection = newConnection();
    const before = kms.meter.totals().Decrypt ?? 0;
    const opened = await Promise.all(Array.from({ length: 10 }, () => tables.open(user, connection, 'T')));
    expect(new Set(opened).size).toBe(1);
    expect(tables.open(user, connection, 'T')).toBe(opened[0]);
    expect((kms.meter.totals().Decrypt ?? 0) - before).toBe(1);
    await tables.open(user, newConnection(), 'T');
    expect((kms.meter.totals().Decrypt ?? 0) - before).toBe(2);
  });

  test('reads the tree once, however many wait for it', async () => {
    const heads: number[] = [];
    const wrapStore = (memory: PageStore): PageStore => ({
      ...memory,
      readHeads: async (trees) => {
        heads.push(...trees);
        return memory.readHeads(trees);
      },
    });
    const first = await openTables({ wrapStore });
    await first.tables.create(user, definitionOf('T'));
    const { tables } = await first.restart();
    heads.length = 0;
    const opened = await Promise.all(Array.from({ length: 10 }, () => openT(tables)));
    expect(new Set(opened).size).toBe(1);
    expect(heads).toEqual([2]);
  });

  test('a table whose head was changed is tampering; the others open', async () => {
    const first = await openTables();
    await first.tables.create(user, definitionOf('T'));
    await first.tables.create(user, definitionOf('U'));
    const { tables, memory } = await first.restart();
    const [head] = await memory.readHeads([2]);
    const body = head?.body ?? new Uint8Array();
    body[40] = (body[40] ?? 0) ^ 1;
    await expect(openT(tables, 'T')).rejects.toThrow(IntegrityFault);
    await openT(tables, 'U');
    body[40] = (body[40] ?? 0) ^ 1;
    await openT(tables, 'T');
  });
});

describe('settings', () => {
  test('change with the answer UPDATING, and are there over a restart', async () => {
    const first = await openTables();
    await first.tables.create(user, definitionOf('T'));
    const change = { deletionProtection: true, tableClass: 'STANDARD_INFREQUENT_ACCESS' } as const;
    const info = await first.tables.changeSettings(user, 'T', change);
    expect(info).toMatchObject({ status: 'UPDATING', definition: change });
    const { tables } = await first.restart();
    expect(await tables.describe(user, 'T')).toEqual({ ...info, status: 'ACTIVE' });
  });

  test('changed at once by many all remain', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    await Promise.all([
      tables.changeSettings(user, 'T', { deletionProtection: true }),
      tables.changeSettings(user, 'T', { tableClass: 'STANDARD_INFREQUENT_ACCESS' }),
      tables.changeEncryption(user, 'T', { kind: 'managed' }),
    ]);
    expect(await tables.describe(user, 'T')).toMatchObject({
      definition: { deletionProtection: true, tableClass: 'STANDARD_INFREQUENT_ACCESS' },
      sse: { status: 'ENABLED' },
    });
  });

  test('that do not fit the table are refused and change nothing', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    const before = await tables.describe(user, 'T');
    expect(await refusalOf(() => tables.changeSettings(user, 'T', { billingMode: 'PROVISIONED' }))).toBe(
      `${P}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`,
    );
    expect(await tables.describe(user, 'T')).toEqual(before);
  });
});

describe('deleting', () => {
  test('answers with the table as it was, and then it is gone', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T', { kind: 'managed' }));
    const table = await openT(tables);
    await putBook(table, book('a'));
    const before = await tables.describe(user, 'T');
    expect(before.itemCount).toBe(1);
    expect(await tables.delete(user, tableArn)).toEqual({ ...before, status: 'DELETING' });
    expect(await tables.list(user, undefined, 10)).toEqual([]);
    // Who still has it open reads what everyone reads.
    expect(await refusalOf(() => table.get(key('a')))).toBe('TableNotFound: Requested resource not found');
    expect(await refusalOf(() => putBook(table, book('a')))).toBe(
      'TableNotFound: Requested resource not found',
    );
  });

  test('releases its keys: nothing of it opens any more', async () => {
    const { tables, keys } = await openProtected();
    const [summary] = tables.summaries();
    const { id = '', trees: [tree = 0] = [] } = summary ?? {};
    expect(keys.cipher(id, tree).dataKeyId).toBe(1);
    await tables.delete(user, 'T');
    expect(await refusalOf(() => keys.cipher(id, tree))).toBe('TableNotFound: Requested resource not found');
  });

  test('and making one of the same name gives another id, and none of the old items', async () => {
    const first = await openTables();
    const old = await first.tables.create(user, definitionOf('T'));
    await putBook(await openT(first.tables), book('a'));
    await first.tables.delete(user, 'T');
    const made = await first.tables.create(user, definitionOf('T'));
    expect(made.id).not.toBe(old.id);
    expect(await readBook(first.tables)).toBeUndefined();
    await putBook(await openT(first.tables), book('b'));
    const { tables } = await first.restart();
    expect((await tables.describe(user, 'T')).id).toBe(made.id);
    expect([await readBook(tables, 'a'), await readBook(tables, 'b')]).toEqual([undefined, book('b')]);
  });

  test('a protected table is refused until the protection is off', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T', { kind: 'owned' }, { deletionProtection: true }));
    expect(await refusalOf(() => tables.delete(user, 'T'))).toBe(
      'Validation: Resource cannot be deleted as it is currently protected against deletion. ' +
        'Disable deletion protection first.',
    );
    await putBook(await openT(tables), book('a'));
    await tables.changeSettings(user, 'T', { deletionProtection: false });
    await tables.delete(user, 'T');
    expect(await tables.list(user, undefined, 10)).toEqual([]);
  });

  test('twice at once, the second finds nothing', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    const outcomes = await Promise.all([1, 2].map(() => refusalOf(() => tables.delete(user, 'T'))));
    expect(outcomes).toEqual(['answered', 'TableNotFound: Requested resource not found: Table: T not found']);
  });

  test('while others open it, they open it or find nothing', async () => {
    const answeringLater = (memory: PageStore): PageStore => ({
      ...memory,
      readHeads: async (trees) => memory.readHeads(trees),
    });
    for (let delay = 0; delay < 12; delay++) {
      const first = await openTables({ wrapStore: answeringLater });
      await first.tables.create(user, definitionOf('T', { kind: 'managed' }));
      const { tables } = await first.restart();
      const opening = refusalOf(() => openT(tables));
      for (let turn = 0; turn < delay; turn++) await Promise.resolve();
      await tables.delete(user, 'T');
      expect(['answered', 'TableNotFound: Requested resource not found']).toContain(await opening);
    }
  });
});

test('operators see every table with its key and its trees', async () => {
  const { tables, keyArn } = await openProtected();
  await tables.create({ ...user, region: 'eu-north-1' }, definitionOf('U'));
  expect(tables.summaries()).toEqual([
    {
      id: expect.stringMatching(uuid),
      name: 'T',
      account,
      region,
      arn: tableArn,
      status: 'ACTIVE',
      keyArn,
      trees: [2],
    },
    {
      id: expect.stringMatching(uuid),
      name: 'U',
      account,
      region: 'eu-north-1',
      arn: `arn:aws:dynamodb:eu-north-1:${account}:table/U`,
      status: 'ACTIVE',
      keyArn: expect.stringMatching(/^arn:aws:kms:eu-north-1:/),
      trees: [3],
    },
  ]);
  expect(tables.protectedTables().map(({ identity }) => identity.name)).toEqual(['T']);
});
