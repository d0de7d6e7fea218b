import { beforeEach, describe, expect, test } from 'vitest';
import { bindParts } from '../../../src/api/dynamodb/transaction-parts.ts';
import { Refusal } from '../../../src/base/errors.ts';
import type { OpenTable } from '../../../src/tables/table.ts';
import { noBackups } from '../../support/no-backups.ts';
import { newConnection } from '../../support/open-tables.ts';
import { refusalOf } from '../../support/refusal.ts';
import { type Api, apiWithTables, arnOf, caller, nextTokens } from './support.ts';

let api: Api;
let asked: string[];
beforeEach(async () => {
  api = await apiWithTables();
  asked = [];
});

const part = (tableName: string, key: string, fault?: Refusal) => ({
  tableName,
  bind: (table: OpenTable) => {
    if (fault !== undefined) throw fault;
    return { table, tableName, key: Buffer.from(key) };
  },
});

function bind(...parts: readonly ReturnType<typeof part>[]) {
  const { tables } = api;
  const counting = Object.create(tables, {
    open: {
      value: (...given: Parameters<typeof tables.open>) => {
        asked.push(given[2]);
        return tables.open(...given);
      },
    },
  });
  return bindParts(
    { tables: counting, ...noBackups, nextTokens, caller, connection: newConnection() },
    parts,
  );
}

describe('parts', () => {
  test('are bound to their tables, each of which is opened once', async () => {
    const bound = await bind(part('notes', 'a'), part('events', 'a'), part('notes', 'b'));
    expect(bound.map(({ table, key }) => [table.name, String(key)])).toEqual([
      ['notes', 'a'],
      ['events', 'a'],
      ['notes', 'b'],
    ]);
    expect(asked).toEqual(['notes', 'events']);
  });

  test('are about one item each, whatever their table is called', async () => {
    const twice = 'Validation: Transaction request cannot include multiple operations on one item';
    expect(await refusalOf(() => bind(part('notes', 'a'), part(arnOf('notes'), 'a')))).toBe(twice);
    expect(await bind(part('notes', 'a'), part('events', 'a'))).toHaveLength(2);
  });

  test('that do not fit are reasons to cancel, but two on one item come before that', async () => {
    const misfit = part('notes', 'a', new Refusal('Validation', { message: 'misfit' }));
    expect(await refusalOf(() => bind(part('events', 'a'), misfit))).toMatch(/\[None, ValidationError\]$/);
    const twice = /cannot include multiple operations/;
    expect(await refusalOf(() => bind(misfit, part('events', 'a'), part('events', 'a')))).toMatch(twice);
  });

  test('of no table that is there are refused before any is bound', async () => {
    const bug = part('notes', 'a', new Refusal('Validation', { message: 'bound too early' }));
    expect(await refusalOf(() => bind(bug, part('none', 'a')))).toBe(
      'TableNotFound: Requested resource not found',
    );
  });
});
