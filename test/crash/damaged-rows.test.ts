/** Rows of a real store are changed, dropped, doubled, swapped, replayed: all is noticed (R-INT-1…7). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database as Sqlite } from '../../src/store/sqlite-driver.ts';
import { generator } from '../pages/support.ts';
import { type Answers, SmallStore } from '../support/damaged-store.ts';

/** CI asks for 20,000. */
const mutations = Number(process.env.CRYPTABLE_MUTATIONS ?? 2000);
/** Of pages, verify sees all on one open store; every so many are also met by a store that is opened anew. */
const pagesPerOpening = 40;

interface Row {
  readonly id: number | string;
  readonly version: number | undefined;
  readonly body: Uint8Array;
}

/** One way to spoil a row: what the row is afterwards, or what else is in the table. */
interface Spoiling {
  readonly name: string;
  /** Rows to be written; one that is undefined is dropped. Undefined: does not fit this row. */
  spoil(row: Row, scene: Scene): readonly (readonly [id: Row['id'], row: Row | undefined])[] | undefined;
}

interface Scene {
  readonly random: () => number;
  readonly rows: readonly Row[];
  /** The same table some commits ago, and that of another store. */
  readonly older: ReadonlyMap<Row['id'], Row>;
  readonly foreign: ReadonlyMap<Row['id'], Row>;
  /** An id that no row has. */
  readonly freeId: Row['id'];
}

const change = (row: Row, body: Uint8Array) => [[row.id, { ...row, body }]] as const;

function flipped({ body }: Row, random: () => number): Uint8Array {
  const copy = Uint8Array.from(body);
  const at = Math.floor(random() * body.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  return copy;
}

const isSame = (a: Row, b: Row) => a.version === b.version && Buffer.compare(a.body, b.body) === 0;

const spoilings: readonly Spoiling[] = [
  { name: 'a flipped bit', spoil: (row, { random }) => change(row, flipped(row, random)) },
  { name: 'zeroes', spoil: (row) => change(row, new Uint8Array(row.body.length)) },
  {
    name: 'noise',
    spoil: (row, { random }) =>
      change(
        row,
        row.body.map(() => Math.floor(random() * 256)),
      ),
  },
  {
    name: 'the beginning',
    spoil: (row, { random }) => change(row, row.body.slice(0, Math.floor(random() * row.body.length))),
  },
  {
    name: 'more than there was',
    spoil: (row, { random }) =>
      change(row, Uint8Array.of(...row.body, ...row.body.slice(0, 1 + random() * 99))),
  },
  { name: 'itself, once more elsewhere', spoil: (row, { freeId }) => [[freeId, { ...row, id: freeId }]] },
  { name: 'nothing', spoil: (row) => [[row.id, undefined]] },
  {
    name: 'the body of another',
    spoil: (row, { random, rows }) => {
      const other = rows[Math.floor(random() * rows.length)];
      return other === undefined || isSame(other, row) ? undefined : change(row, other.body);
    },
  },
  {
    name: 'the place of another, and it of that',
    spoil: (row, { random, rows }) => {
      const other = rows[Math.floor(random() * rows.length)];
      if (other === undefined || isSame(other, row)) return undefined;
      return [
        [row.id, { ...other, id: row.id }],
        [other.id, { ...row, id: other.id }],
      ];
    },
  },
  {
    name: 'an older state',
    spoil: (row, { older }) => {
      const old = older.get(row.id);
      return old === undefined || isSame(old, row) ? undefined : [[row.id, old]];
    },
  },
  {
    name: 'an older body',
    spoil: (row, { older }) => {
      const old = older.get(row.id);
      return old === undefined || Buffer.compare(old.body, row.body) === 0
        ? undefined
        : change(row, old.body);
    },
  },
  {
    name: 'what another store has there',
    spoil: (row, { foreign }) => {
      const other = foreign.get(row.id);
      return other === undefined ? undefined : [[row.id, other]];
    },
  },
  {
    name: 'another version',
    spoil: (row, { random }) => {
      if (row.version === undefined) return undefined;
      return [[row.id, { ...row, version: row.version + (random() < 0.5 ? -1 : 1) }]];
    },
  },
];

/** A table of a file. */
interface Target {
  readonly name: string;
  readonly file: string;
  readonly select: string;
  readonly put: string;
  readonly drop: string;
  readonly hasVersion: boolean;
  readonly freeId: Row['id'];
  /** Of all mutations. */
  readonly share: number;
}

const pages: Target = {
  name: 'page',
  file: 'store.sqlite',
  select: 'SELECT place AS id, version, body FROM page ORDER BY place',
  put: 'REPLACE INTO page(place, version, body) VALUES (?, ?, ?)',
  drop: 'DELETE FROM page WHERE place = ?',
  hasVersion: true,
  freeId: 3 * 2 ** 32 + 4_000_000,
  share: 0.9,
};

const small: readonly Target[] = [
  {
    name: 'heads',
    file: 'store.sqlite',
    select: 'SELECT tree AS id, version, body FROM head ORDER BY tree',
    put: 'REPLACE INTO head(tree, version, body) VALUES (?, ?, ?)',
    drop: 'DELETE FROM head WHERE tree = ?',
    hasVersion: true,
    freeId: 77,
    share: 0.04,
  },
  {
    name: 'records of the key service',
    file: join('kms', 'keys.sqlite'),
    select: 'SELECT id, body FROM record ORDER BY id',
    put: 'REPLACE INTO record(id, body) VALUES (?, ?)',
    drop: 'DELETE FROM record WHERE id = ?',
    hasVersion: false,
    freeId: '11111111-2222-4333-8444-555555555555',
    share: 0.05,
  },
  {
    name: 'id of the store',
    file: 'store.sqlite',
    select: 'SELECT rowid AS id, id AS body FROM store',
    put: 'REPLACE INTO store(rowid, id) VALUES (?, ?)',
    drop: 'DELETE FROM store WHERE rowid = ?',
    hasVersion: false,
    freeId: 2,
    share: 0.01,
  },
];

function withSqlite<T>(folder: string, { file }: Target, work: (database: Sqlite) => T): T {
  const database = openDatabase(join(folder, file), { busyMs: 1000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

function rowsOf(database: Sqlite, { select }: Target): readonly Row[] {
  return database.prepare(select).all() as Row[];
}

function write(
  database: Sqlite,
  { put, drop, hasVersion }: Target,
  id: Row['id'],
  row: Row | undefined,
): void {
  if (row === undefined) database.prepare(drop).run(id);
  else if (hasVersion) database.prepare(put).run(id, row.version ?? 0, row.body);
  else database.prepare(put).run(id, row.body);
}

const folder = mkdtempSync(join(tmpdir(), 'cryptable-rows-'));
const rootKey = join(folder, 'root.key');
const store = new SmallStore(join(folder, 'store'), rootKey);
const other = new SmallStore(join(folder, 'other'), rootKey);
const older = join(folder, 'older');
const damaged = join(folder, 'damaged');
const seed = Number(process.env.CRYPTABLE_SEED ?? Math.floor(Math.random() * 2 ** 31));
let right: Answers;

beforeAll(async () => {
  await store.make();
  store.copyTo(older);
  await store.fill(1);
  await other.make();
  right = await store.answers();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sceneOf(target: Target, random: () => number): Scene {
  const byId = (from: string) =>
    new Map(withSqlite(from, target, (database) => rowsOf(database, target)).map((row) => [row.id, row]));
  const rows = [...byId(store.folder).values()];
  return { random, rows, older: byId(older), foreign: byId(other.folder), freeId: target.freeId };
}

interface Mutation {
  readonly what: string;
  readonly rows: readonly (readonly [id: Row['id'], row: Row | undefined])[];
}

/** Each way in turn, on rows chosen by the seed. */
function* mutationsOf(target: Target): Generator<Mutation> {
  const random = generator(seed);
  const scene = sceneOf(target, random);
  const count = Math.ceil(mutations * target.share);
  for (let made = 0, turn = 0; made < count; turn++) {
    const row = scene.rows[Math.floor(random() * scene.rows.length)];
    const { name, spoil } = spoilings[turn % spoilings.length] as Spoiling;
    const rows = row === undefined ? undefined : spoil(row, scene);
    if (row === undefined || rows === undefined) continue;
    made++;
    yield { what: `seed ${seed}: ${target.name} ${row.id} has ${name}`, rows };
  }
}

async function fateAfter(target: Target, { rows }: Mutation) {
  store.copyTo(damaged);
  withSqlite(damaged, target, (database) => {
    for (const [id, row] of rows) write(database, target, id, row);
  });
  return await store.fateOf(damaged, right);
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const noticed = { noticed: expect.stringMatching(/open|read|verify/) };

test(
  'of pages, verify finds every mutation, and no reader is told anything wrong',
  async () => {
    store.copyTo(join(folder, 'verified'));
    const database = await store.open(join(folder, 'verified'));
    const originals = new Map(sceneOf(pages, generator(seed)).rows.map((row) => [row.id, row]));
    const raw = openDatabase(join(folder, 'verified', pages.file), { busyMs: 1000 });
    let count = 0;
    for (const mutation of mutationsOf(pages)) {
      for (const [id, row] of mutation.rows) write(raw, pages, id, row);
      // The reads of one turn of the event loop see one state.
      await nextTurn();
      const { faults } = await database.verify();
      expect(faults.length, mutation.what).toBeGreaterThan(0);
      for (const [id] of mutation.rows) write(raw, pages, id, originals.get(id));
      if (count++ % pagesPerOpening === 0) {
        expect(await fateAfter(pages, mutation), mutation.what).toEqual(noticed);
      }
    }
    expect(count).toBeGreaterThanOrEqual(mutations * pages.share);
    await new Promise((resolve) => setImmediate(resolve));
    await nextTurn();
    expect(await database.verify()).toMatchObject({ faults: [], skipped: [] });
    raw.close();
    await database.close();
  },
  60_000 + mutations * 60,
);

describe('each mutation is noticed when the store is opened, read or verified', () => {
  for (const target of small) {
    test(
      `of the ${target.name}`,
      async () => {
        for (const mutation of mutationsOf(target)) {
          expect(await fateAfter(target, mutation), mutation.what).toEqual(noticed);
        }
      },
      60_000 + mutations * 60,
    );
  }

  test('and a copy that nobody changed gives every answer', async () => {
    store.copyTo(damaged);
    expect(await store.fateOf(damaged, right)).toBe('unnoticed');
  });
});
