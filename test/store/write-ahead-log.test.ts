import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/store/sqlite-driver.ts';
import { connect, prepareFile, recordFile } from '../../src/store/sqlite-file.ts';
import { emptyLog, isLogTooLong, logBytesMax } from '../../src/store/write-ahead-log.ts';
import { outcomeOf, temporaryFolder } from './support.ts';

/** A file, its writer with a hundred records in the log, and another connection. */
function filled(): { path: string; writer: Database; other: Database } {
  const path = join(temporaryFolder(), 'file.sqlite');
  prepareFile(path, recordFile, true);
  const [writer, other] = [0, 1].map(() => connect(path, { readOnly: false }));
  if (writer === undefined || other === undefined) throw new Error('two were opened');
  for (const connection of [writer, other]) {
    onTestFinished(() => connection.close());
    connection.exec('PRAGMA busy_timeout=1');
  }
  const put = writer.prepare('REPLACE INTO record(id, body) VALUES (?, ?)');
  for (let n = 0; n < 100; n++) put.run(`${n}`, new Uint8Array(8000));
  return { path, writer, other };
}

function count(database: Database): unknown {
  return database.prepare('SELECT count(*) AS count FROM record').get();
}

describe('the log of a file', () => {
  test('is empty once it was brought into the file, which then holds all', () => {
    const { path, writer, other } = filled();
    expect(isLogTooLong(path, 100 * 8000)).toBe(true);
    emptyLog(writer);
    expect(statSync(`${path}-wal`).size).toBe(0);
    expect(statSync(path).size).toBeGreaterThan(100 * 8000);
    expect(count(other)).toEqual({ count: 100 });
    emptyLog(writer);
  });

  test('stays while another connection reads an older state, and that is told', async () => {
    const { path, writer, other } = filled();
    other.exec('BEGIN');
    count(other);
    expect(await outcomeOf(() => emptyLog(writer))).toBe('StoreUnavailable');
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    other.exec('COMMIT');
    emptyLog(writer);
    expect(statSync(`${path}-wal`).size).toBe(0);
  });

  test('is too long from a bound on, and never where there is none', () => {
    const { path } = filled();
    const { size } = statSync(`${path}-wal`);
    expect([size - 1, size, undefined].map((bytes) => isLogTooLong(path, bytes))).toEqual([
      true,
      false,
      false,
    ]);
    expect(logBytesMax).toBeGreaterThan(size);
    expect(isLogTooLong(`${path}.other`, 0)).toBe(false);
  });
});
