/** The embedded stores that the scale bench compares with: installed where that is allowed, or said to be missing. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Bare rows: a key, a value of bytes, no types, no conditions, no key service. */
export interface StorePeer {
  readonly name: string;
  /** All of them durable when it resolves. */
  putMany(rows: readonly Row[]): Promise<void> | void;
  get(key: string): Promise<Uint8Array> | Uint8Array;
  close(): Promise<void> | void;
}

export type Row = readonly [key: string, value: Uint8Array];

interface PeerPackage {
  readonly name: string;
  /** With its major version: those that the runtime at hand can have. */
  readonly spec: string;
  readonly open: (module: unknown, folder: string) => StorePeer;
}

/** Of the two packages, what is used here. */
interface SqliteDatabase {
  pragma(text: string): unknown;
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...values: unknown[]): unknown;
    get(key: string): { readonly value: Uint8Array } | undefined;
  };
  transaction(work: (rows: readonly Row[]) => void): (rows: readonly Row[]) => void;
  close(): void;
}

interface LevelDatabase {
  batch(
    puts: readonly { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }[],
    options: { readonly sync: boolean },
  ): Promise<void>;
  get(key: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

const packages: readonly PeerPackage[] = [
  { name: 'better-sqlite3-multiple-ciphers', spec: '12', open: openSqlite },
  { name: 'classic-level', spec: '3', open: openLevel },
];

/** Compiling one of them takes about two minutes. */
const installMsMax = 600_000;

/** Those that are there, opened in `folder`; why another is missing is said. */
export function openStorePeers(folder: string, say: (line: string) => void): StorePeer[] {
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const peers: StorePeer[] = [];
  for (const { name, spec, open } of packages) {
    say(`installing ${name}`);
    const args = ['install', '--no-audit', '--no-fund', `${name}@${spec}`];
    spawnSync('npm', args, { cwd: folder, stdio: 'ignore', timeout: installMsMax });
    try {
      peers.push(open(createRequire(join(folder, 'package.json'))(name), folder));
    } catch (fault) {
      say(`${name} is missing, and so are its rows: ${fault instanceof Error ? fault.message : fault}`);
    }
  }
  return peers;
}

/** Encrypted pages, as durable as ours. */
function openSqlite(module: unknown, folder: string): StorePeer {
  const Database = module as new (path: string) => SqliteDatabase;
  const database = new Database(join(folder, 'peer.sqlite'));
  database.pragma("cipher = 'aegis'");
  database.pragma("key = 'a passphrase of the bench'");
  database.pragma('page_size = 8192');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE item (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID');
  const put = database.prepare('INSERT OR REPLACE INTO item VALUES (?, ?)');
  const get = database.prepare('SELECT value FROM item WHERE key = ?');
  return {
    name: 'better-sqlite3-multiple-ciphers',
    putMany: database.transaction((rows) => {
      for (const row of rows) put.run(...row);
    }),
    get: (key) => found(get.get(key)?.value),
    close: () => database.close(),
  };
}

/** In clear. */
function openLevel(module: unknown, folder: string): StorePeer {
  const { ClassicLevel } = module as {
    readonly ClassicLevel: new (path: string, options: object) => LevelDatabase;
  };
  const database = new ClassicLevel(join(folder, 'peer.level'), { valueEncoding: 'view' });
  return {
    name: 'classic-level',
    putMany: (rows) =>
      database.batch(
        rows.map(([key, value]) => ({ type: 'put', key, value })),
        { sync: true },
      ),
    get: async (key) => found(await database.get(key)),
    close: () => database.close(),
  };
}

function found(value: Uint8Array | undefined): Uint8Array {
  if (value === undefined) throw new Error('a peer lost a row');
  return value;
}
