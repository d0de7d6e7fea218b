import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import type { RestorePlan } from '../../src/tables/table-restoring.ts';
import {
  book,
  disabledText,
  key,
  keyRefusalOf,
  openProtected,
  openT,
  putBook,
} from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, newKey } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

/** Of the table T into R, from its trees where they are. */
async function planned() {
  const opened = await openProtected();
  const { tables, engine, keys } = opened;
  const source = tables.copying.find(user, 'T');
  const { encryption: _, ...definition } = definitionOf('R');
  const mark = { atMs: 5, sourceTableArn: 'arn' };
  const plan: RestorePlan = { definition, encryption: { kind: 'owned' }, source, indexes: [], mark };
  const open = async (tree: number) => ({
    engine,
    tree: await engine.openTree(tree, keys.cipher(source.id, tree)),
  });
  return { ...opened, plan, open, restoring: tables.restoring };
}

describe('a table that is restored', () => {
  test('is nobody’s until it is whole, then a table like any other', async () => {
    const { restoring, tables, plan, open } = await planned();
    const table = await restoring.begin(user, plan);
    expect(table.info).toMatchObject({ status: 'CREATING', restore: plan.mark });
    expect(await refusalOf(() => openT(tables, 'R'))).toBe('TableNotFound: Requested resource not found');
    expect(await refusalOf(() => tables.copying.find(user, 'R'))).toContain('ContinuousTableNotFound');
    await restoring.plant(table, open, () => {});
    await restoring.settle(table.identity, (opened) => putBook(opened, book('b')));
    await restoring.finish(table.identity);
    const restored = await openT(tables, 'R');
    expect((await restored.get(key('a')))?.item).toEqual(book('a'));
    expect((await restored.get(key('b')))?.item).toEqual(book('b'));
    expect(await tables.describe(user, 'R')).toMatchObject({ status: 'ACTIVE', itemCount: 2 });
    expect((await (await openT(tables)).get(key('b')))?.item).toBeUndefined();
  });

  test('is gone with its trees and keys where it is abandoned, once or twice', async () => {
    const { restoring, tables, plan, open, memory } = await planned();
    const before = await memory.listTrees(-1, 99);
    const table = await restoring.begin(user, plan);
    const stop = () => {
      throw new Outage('Closed');
    };
    await expect(restoring.plant(table, open, stop)).rejects.toThrow(Outage);
    await restoring.abandon(table.identity);
    await restoring.abandon(table.identity);
    expect(await memory.listTrees(-1, 99)).toEqual(before);
    expect(await tables.list(user, undefined, 9)).toEqual(['T']);
    expect(await refusalOf(() => restoring.finish(table.identity))).toContain('TableNotFound');
  });

  test('that a process left half made is abandoned by the next one, and no other table', async () => {
    const { restoring, plan, restart, memory } = await planned();
    const before = await memory.listTrees(-1, 99);
    await restoring.begin(user, plan);
    const { tables } = await restart({ crash: true });
    await tables.restoring.abandonAll();
    expect(await memory.listTrees(-1, 99)).toEqual(before);
    expect((await (await openT(tables)).get(key('a')))?.item).toEqual(book('a'));
  });

  test('is refused for a name that is taken, and for a key that cannot be used: nothing is left', async () => {
    const { restoring, plan, kms, memory } = await planned();
    const before = await memory.listTrees(-1, 99);
    const named = (name: string) => ({ ...plan, definition: { ...plan.definition, name } });
    expect(await refusalOf(() => restoring.begin(user, named('T')))).toBe(
      'TableExists: Table already exists: T',
    );
    const keyId = await newKey(kms);
    await kms.keys.disable(user, keyId);
    const under = { ...plan, encryption: { kind: 'customer', keyId } } as const;
    expect(await keyRefusalOf(() => restoring.begin(user, under))).toBe(disabledText(keyId));
    expect(await memory.listTrees(-1, 99)).toEqual(before);
    const both = await Promise.allSettled([restoring.begin(user, plan), restoring.begin(user, plan)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await refusalOf(() => restoring.begin(user, plan))).toBe(
      'RestoreUnderWay: Table: R is already being restored from backup: arn',
    );
  });
});
