/** The files of a real store are damaged: no answer is ever wrong for it, no process ever dead (R-PROC-1). */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generator } from '../pages/support.ts';
import { type Answers, type Fate, SmallStore } from '../support/damaged-store.ts';
import { item, readItems } from '../support/item-load.ts';
import { inProcessCall } from '../support/json-call.ts';

/** CI asks for 2,000. */
const mutations = Number(process.env.CRYPTABLE_FILE_MUTATIONS ?? 120);
const seed = Number(process.env.CRYPTABLE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const pageBytes = 8192;

const folder = mkdtempSync(join(tmpdir(), 'cryptable-files-'));
const rootKey = join(folder, 'root.key');
const store = new SmallStore(join(folder, 'store'), rootKey);
const other = new SmallStore(join(folder, 'other'), rootKey);
const older = join(folder, 'older');
const damaged = join(folder, 'damaged');
const files = { pages: 'store.sqlite', keys: join('kms', 'keys.sqlite') };
let right: Answers;

beforeAll(async () => {
  await store.make();
  store.copyTo(older);
  await store.fill(1);
  await other.make();
  right = await store.answers();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Damage = (bytes: Buffer, random: () => number) => Buffer;

function somewhere(bytes: Buffer, random: () => number): number {
  return Math.floor(random() * bytes.length);
}

function page(bytes: Buffer, random: () => number): Buffer {
  const first = Math.floor(somewhere(bytes, random) / pageBytes) * pageBytes;
  return bytes.subarray(first, first + pageBytes);
}

const damages: Readonly<Record<string, Damage>> = {
  'a flipped bit': (bytes, random) => {
    const at = somewhere(bytes, random);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
    return bytes;
  },
  'a flipped bit in its first page': (bytes, random) => {
    const at = Math.floor(random() * 400);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
    return bytes;
  },
  'a page of zeroes': (bytes, random) => {
    page(bytes, random).fill(0);
    return bytes;
  },
  'a page of noise': (bytes, random) => {
    const target = page(bytes, random);
    for (let at = 0; at < target.length; at++) target[at] = random() * 256;
    return bytes;
  },
  'a torn page': (bytes, random) => {
    page(bytes, random).fill(0, 512 * Math.ceil(random() * 15));
    return bytes;
  },
  'a page in the place of another': (bytes, random) => {
    page(bytes, random).set(page(bytes, random));
    return bytes;
  },
  'its end cut off': (bytes, random) => bytes.subarray(0, somewhere(bytes, random)),
  'a page more': (bytes) => Buffer.concat([bytes, bytes.subarray(-pageBytes)]),
};

/** Bytes that nobody uses may change: then every answer is right. */
function expectNothingWrong(fate: Fate, what: string): void {
  expect(fate === 'unnoticed' ? {} : fate, what).not.toHaveProperty('wrong');
}

describe('a file with damage anywhere', () => {
  for (const [kind, file] of Object.entries(files)) {
    test(
      `of the ${kind} leads to a fault of ours or to right answers`,
      async () => {
        const random = generator(seed);
        const whole = readFileSync(join(store.folder, file));
        let noticed = 0;
        const ways = Object.entries(damages);
        for (let made = 0; made < mutations / 2; made++) {
          const [name, damage] = ways[made % ways.length] as (typeof ways)[number];
          store.copyTo(damaged);
          writeFileSync(join(damaged, file), damage(Buffer.from(whole), random));
          const fate = await store.fateOf(damaged, right);
          expectNothingWrong(fate, `seed ${seed}, ${made}: ${file} with ${name}`);
          if (fate !== 'unnoticed') noticed++;
        }
        // Most of a file is in use.
        expect(noticed).toBeGreaterThan(mutations / 8);
      },
      60_000 + mutations * 200,
    );
  }
});

describe('a file that is another', () => {
  const swaps: readonly (readonly [what: string, spoil: () => void])[] = [
    [
      'pages of another store',
      () => copyFileSync(join(other.folder, files.pages), join(damaged, files.pages)),
    ],
    ['keys of another store', () => copyFileSync(join(other.folder, files.keys), join(damaged, files.keys))],
    ['pages that are keys', () => copyFileSync(join(store.folder, files.keys), join(damaged, files.pages))],
    ['keys that are pages', () => copyFileSync(join(store.folder, files.pages), join(damaged, files.keys))],
    ['no pages', () => rmSync(join(damaged, files.pages))],
    ['no keys', () => rmSync(join(damaged, files.keys))],
    ['an empty file of pages', () => writeFileSync(join(damaged, files.pages), '')],
    ['an empty file of keys', () => writeFileSync(join(damaged, files.keys), '')],
    ['a text for pages', () => writeFileSync(join(damaged, files.pages), 'SQLite format 4\0'.repeat(999))],
    ['a text for keys', () => writeFileSync(join(damaged, files.keys), 'SQLite format 4\0'.repeat(999))],
  ];
  for (const [what, spoil] of swaps) {
    test(`(${what}) does not open, and nothing is made in its place (R-INT-5)`, async () => {
      store.copyTo(damaged);
      spoil();
      expect(await store.fateOf(damaged, right)).toEqual({ noticed: 'open' });
      // Nor does a second try find anything that the first one made.
      expect(await store.fateOf(damaged, right)).toEqual({ noticed: 'open' });
    });
  }
});

describe('a log that a killed process left', () => {
  const logged = join(folder, 'logged');
  const log = `${files.pages}-wal`;
  const states = 40;
  const contentOf = (state: number) => `2.${state}.30`;

  /** One item goes from state to state; the files as they then are, are what a kill would leave. */
  beforeAll(async () => {
    const growing = new SmallStore(store.copyTo(join(folder, 'growing')), rootKey);
    const database = await growing.open();
    const call = inProcessCall(database);
    for (let state = 0; state < states; state++) {
      await call('PutItem', { TableName: 'plain', Item: item('growing', contentOf(state)) });
    }
    growing.copyTo(logged);
    await database.close();
  });

  /** The answers of the whole store when the item was in this state. */
  function answersAt(content: string | undefined): Answers {
    const answers = new Map(right);
    if (content !== undefined) answers.set('plain/growing', content);
    return answers;
  }

  async function growingIn(copy: string): Promise<string | undefined> {
    const database = await store.open(copy);
    try {
      return (await readItems(inProcessCall(database), 'plain')).get('plain/growing');
    } finally {
      await database.close();
    }
  }

  test('is read to its end', async () => {
    expect(await growingIn(new SmallStore(logged, rootKey).copyTo(damaged))).toBe(contentOf(states - 1));
  });

  test(
    'may be damaged anywhere: what is read is all of one earlier state, or a fault of ours',
    async () => {
      const random = generator(seed);
      const left = new SmallStore(logged, rootKey);
      const whole = readFileSync(join(logged, log));
      const ways = Object.entries(damages);
      const possible = [undefined, ...Array.from({ length: states }, (_, state) => contentOf(state))];
      const seen = new Set<string | undefined>();
      for (let made = 0; made < mutations / 4; made++) {
        const [name, damage] = ways[made % ways.length] as (typeof ways)[number];
        const bytes = damage(Buffer.from(whole), random);
        left.copyTo(damaged);
        writeFileSync(join(damaged, log), bytes);
        const content = await growingIn(damaged).catch(() => undefined);
        left.copyTo(damaged);
        writeFileSync(join(damaged, log), bytes);
        const what = `seed ${seed}, ${made}: ${log} with ${name}`;
        expect(possible, what).toContain(content);
        expectNothingWrong(await left.fateOf(damaged, answersAt(content)), what);
        seen.add(content);
      }
      // Damage in the middle takes away what came after it.
      expect(seen.size).toBeGreaterThan(3);
    },
    60_000 + mutations * 200,
  );
});
