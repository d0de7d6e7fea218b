import { describe, expect, test } from 'vitest';

import { book, key } from '../../support/book-tables.ts';
import { region as here } from '../../support/embedded-kms.ts';
import { openTables } from '../../support/open-tables.ts';

import { deleteIn, makeGroup, putIn, replicaIn } from '../../support/replica-tables.ts';

const there = 'eu-west-1';

describe('the log', () => {
  test('holds an item once, however often it is written', async () => {
    const { tables, keys, engine } = await openTables();
    await makeGroup(tables, [here]);
    for (let round = 0; round < 10; round++) {
      await putIn(tables, here, book('a', round));
      await putIn(tables, here, book('b', round));
      await deleteIn(tables, here, 'a');
    }
    const { record, replication } = replicaIn(tables, here);
    const number = replication.tree ?? 0;
    const tree = await engine.openTree(number, keys.cipher(record.id, number));
    // Two versions, and two entries.
    expect(tree.stats().entries).toBe(4);
    const request = { position: { kind: 'follow', sequence: 0 }, puller: there } as const;
    const { changes } = await tables.replicas.read(record.id, request);
    expect(
      changes.map((change) => [Buffer.from(change.key).toString('hex'), change.item === undefined]),
    ).toEqual([
      [Buffer.from(key('b')).toString('hex'), false],
      [Buffer.from(key('a')).toString('hex'), true],
    ]);
  });
});
