import { describe, expect, test } from 'vitest';
import { trimmedMax } from '../../../src/tables/replication/trim-log.ts';
import { book, putBook } from '../../support/book-tables.ts';
import { region as here } from '../../support/embedded-kms.ts';
import { filledGroup, idIn, openIn, putIn, replicaIn } from '../../support/replica-tables.ts';

const there = 'eu-west-1';

describe('the log', () => {
  test('is trimmed where all have read it, but for its end; who has not begins with a copy', async () => {
    const { tables } = await filledGroup(here);
    for (const id of ['b', 'c', 'd']) await putIn(tables, here, book(id));
    const id = idIn(tables, here);
    const follow = { position: { kind: 'follow', sequence: 0 }, puller: there } as const;
    const { position, changes } = await tables.replicas.read(id, follow);
    expect(changes).toHaveLength(4);
    await tables.replicas.confirm(id, position.sequence);
    expect((await tables.replicas.read(id, { position, puller: there })).changes).toEqual([]);
    const again = await tables.replicas.read(id, { ...follow, limits: { changesMax: 2 } });
    expect(again.position.kind).toBe('copy');
    expect(again.changes).toHaveLength(2);
    await putIn(tables, here, book('e'));
    expect((await tables.replicas.read(id, { position, puller: there })).changes).toHaveLength(1);
  });

  test('is trimmed in slices', async () => {
    const { tables, engine, keys } = await filledGroup(here);
    const count = 2 * trimmedMax + 10;
    const ids = Array.from({ length: count }, (_, number) => `book ${number}`);
    const table = await openIn(tables, here);
    await Promise.all(ids.map((each) => putBook(table, book(each))));
    const id = idIn(tables, here);
    await tables.replicas.confirm(id, Number.MAX_SAFE_INTEGER);
    const number = replicaIn(tables, here).replication.tree ?? 0;
    const tree = await engine.openTree(number, keys.cipher(id, number));
    // All versions, the last entry, and how far it was trimmed.
    expect(tree.stats().entries).toBe(count + 1 + 2);
    await tables.replicas.confirm(id, Number.MAX_SAFE_INTEGER);
    expect(tree.stats().entries).toBe(count + 1 + 2);
  });
});
