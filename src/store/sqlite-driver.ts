/** One thin face over the two SQLite bindings: the runtime's own `node:sqlite`, else `better-sqlite3`. */
import { createRequire } from 'node:module';
import process from 'node:process';
import { Outage } from '../base/errors.ts';

export type SqlValue = number | string | Uint8Array | null;

export interface Statement {
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
  run(...values: SqlValue[]): unknown;
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** A library with SQLite's interface for extensions, by its path: one, of a connection that was opened for it. */
  loadExtension(path: string): void;
  close(): void;
}

export interface DatabaseOptions {
  readonly readOnly?: boolean;
  /** How long to wait for another connection's lock. */
  readonly busyMs?: number;
  /** To load an extension. */
  readonly mayExtend?: boolean;
}

/** The bindings by name, best first. */
export const drivers = ['node:sqlite', 'better-sqlite3'] as const;
export type DriverName = (typeof drivers)[number];

type Opener = (path: string, options: DatabaseOptions) => Database;

/** `node:sqlite` loads extensions where the constructor has allowed it, until this takes it back; Deno's cannot. */
interface NodeDatabase extends Database {
  enableLoadExtension?(allow: boolean): void;
}

interface NodeSqlite {
  readonly DatabaseSync: new (
    path: string,
    options: { readOnly: boolean; allowExtension: boolean },
  ) => NodeDatabase;
}

type BetterSqlite = new (path: string, options: { readonly: boolean; timeout: number }) => Database;

const require = createRequire(import.meta.url);

/** The first release that has it without a flag. */
function hasNodeSqlite(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}

/** Without the warning that this module of Node's is experimental: our users did not choose it, and can do nothing about it. */
function requireQuietly(name: string): unknown {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return require(name);
  } finally {
    process.emitWarning = emitWarning;
  }
}

function nodeSqlite(): Opener | undefined {
  if (!hasNodeSqlite()) return undefined;
  const { DatabaseSync } = requireQuietly('node:sqlite') as NodeSqlite;
  /** One extension a connection: then it is shut to all others, which a statement could load too. */
  class Extensible extends DatabaseSync {
    override loadExtension(file: string): void {
      super.loadExtension(file);
      this.enableLoadExtension?.(false);
    }
  }
  return (path, { readOnly = false, busyMs = 0, mayExtend = false }) => {
    const database = new Extensible(path, { readOnly, allowExtension: mayExtend });
    database.exec(`PRAGMA busy_timeout=${busyMs}`);
    return database;
  };
}

const noBinary =
  'better-sqlite3 is installed without its binary, as where no install script may run: ' +
  'use Node 22.13 or later, which has SQLite built in, or run npm rebuild better-sqlite3 --ignore-scripts=false.';

/** It looks for its binary when it opens its first database, and not when it is loaded. */
function isWithoutBinary(fault: unknown): boolean {
  return fault instanceof Error && fault.message.startsWith('Could not locate the bindings file');
}

function betterSqlite(): Opener | undefined {
  try {
    const Better = require('better-sqlite3') as BetterSqlite;
    return (path, { readOnly = false, busyMs = 0 }) => {
      try {
        return new Better(path, { readonly: readOnly, timeout: busyMs });
      } catch (fault) {
        throw isWithoutBinary(fault)
          ? new Outage('StoreUnavailable', { cause: fault, hint: noBinary })
          : fault;
      }
    };
  } catch (fault) {
    // A binding that is there but does not load is another matter than one that is not installed.
    if ((fault as { code?: unknown }).code === 'MODULE_NOT_FOUND') return undefined;
    throw new Outage('StoreUnavailable', {
      cause: fault,
      hint: 'better-sqlite3 is installed but does not load.',
    });
  }
}

const openers: Readonly<Record<DriverName, () => Opener | undefined>> = {
  'node:sqlite': nodeSqlite,
  'better-sqlite3': betterSqlite,
};

/** The drivers that this runtime has. */
export function usableDrivers(): DriverName[] {
  return drivers.filter((name) => openers[name]() !== undefined);
}

/** Opens a database file. Throws the binding's own errors (see sqliteFault), or an Outage where there is no binding. */
export function openDatabase(path: string, options: DatabaseOptions = {}, driver?: DriverName): Database {
  for (const name of driver === undefined ? drivers : [driver]) {
    const open = openers[name]();
    if (open !== undefined) return open(path, options);
  }
  throw new Outage('StoreUnavailable', {
    hint: 'Use Node 22.13 or later, which has SQLite built in, or install better-sqlite3.',
  });
}

/** SQLite's primary result codes that we tell apart. */
const primaryCodes: Readonly<Record<number, SqliteCode>> = {
  5: 'busy',
  6: 'busy',
  11: 'corrupt',
  13: 'full',
  14: 'cantOpen',
  26: 'notADatabase',
};
const primaryNames: readonly (readonly [prefix: string, code: SqliteCode])[] = [
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_CANTOPEN', 'cantOpen'],
  ['SQLITE_NOTADB', 'notADatabase'],
];

export type SqliteCode = 'busy' | 'corrupt' | 'full' | 'cantOpen' | 'notADatabase' | 'other';

/** What SQLite says is wrong, whichever binding reported it. */
export function sqliteCode(fault: unknown): SqliteCode {
  if (!(fault instanceof Error)) return 'other';
  const { code, errcode } = fault as { code?: unknown; errcode?: unknown };
  // `node:sqlite` throws it for an integer beyond 2^53, which nobody here has written.
  if (code === 'ERR_OUT_OF_RANGE') return 'corrupt';
  if (typeof errcode === 'number') return primaryCodes[errcode & 0xff] ?? 'other';
  return primaryNames.find(([prefix]) => String(code).startsWith(prefix))?.[1] ?? 'other';
}
