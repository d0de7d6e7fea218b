import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ReadSnapshot } from '../../src/store/read-snapshot.ts';
import { type Database, openDatabase } from '../../src/store/sqlite-driver.ts';

let folder: string;
let writer: Database;
let reader: Database;
let snapshot: ReadSnapshot;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-snapshot-'));
  writer = openDatabase(join(folder, 'file'));
  writer.exec('PRAGMA journal_mode=WAL; CREATE TABLE entry(n INTEGER); INSERT INTO entry VALUES (0)');
  reader = openDatabase(join(folder, 'file'));
  snapshot = new ReadSnapshot(reader);
});

afterEach(() => {
  snapshot.end();
  reader.close();
  writer.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(n: number): void {
  writer.exec(`UPDATE entry SET n = ${n}`);
}

function one(): number {
  return (reader.prepare('SELECT n FROM entry').get() as { n: number }).n;
}

const read = () => snapshot.read(1, one);

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('the reads of one turn', () => {
  test('see what the first one saw, and those of the next turn what is there then', async () => {
    expect(read()).toBe(0);
    write(1);
    await Promise.resolve();
    expect(read()).toBe(0);
    await nextTurn();
    expect(read()).toBe(1);
  });

  test('see what is there once the snapshot was ended', () => {
    expect(read()).toBe(0);
    write(1);
    snapshot.end();
    expect(read()).toBe(1);
    write(2);
    expect(read()).toBe(1);
  });

  test('see what is there after 256, however long the turn', () => {
    const seen = Array.from({ length: 300 }, (_, n) => {
      write(n + 1);
      return read();
    });
    expect([seen[0], seen[255], seen[256], seen[299]]).toEqual([1, 1, 257, 257]);
  });
});

test('a snapshot that a failure ended is begun anew', () => {
  expect(read()).toBe(0);
  reader.exec('COMMIT');
  write(1);
  snapshot.end();
  expect(read()).toBe(1);
});

describe('while a commit is under way', () => {
  test('each read sees what is there, also where a snapshot was begun before', async () => {
    expect(read()).toBe(0);
    await snapshot.outside(async () => {
      write(1);
      expect(read()).toBe(1);
      write(2);
      expect(read()).toBe(2);
    });
    write(3);
    expect(read()).toBe(3);
    write(4);
    expect(read()).toBe(3);
  });

  test('many rows are read as one state, and the log can be begun anew after them', async () => {
    await snapshot.outside(async () => {
      const seen = snapshot.read(4, () => {
        const before = one();
        write(before + 1);
        return [before, one()];
      });
      expect(seen).toEqual([0, 0]);
      expect(read()).toBe(1);
      expect(writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0, log: 0 });
    });
  });

  test('reads together are of one state, however few at once, and the log can be begun anew after them', async () => {
    await snapshot.outside(async () => {
      const seen = snapshot.together(() => [
        read(),
        snapshot.together(() => {
          write(1);
          return read();
        }),
        read(),
      ]);
      expect(seen).toEqual([0, 0, 0]);
      expect(read()).toBe(1);
      expect(writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0, log: 0 });
    });
  });

  test('reading together where nothing is read, or where it fails, leaves no snapshot behind', async () => {
    await snapshot.outside(async () => {
      expect(snapshot.together(() => 5)).toBe(5);
      const failing = () =>
        snapshot.together(() => {
          read();
          throw new Error('damaged');
        });
      expect(failing).toThrow('damaged');
      write(1);
      expect(read()).toBe(1);
      expect(writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0, log: 0 });
    });
  });

  test('snapshots begin again when the last of several has ended, be it by a failure', async () => {
    let fail: (fault: Error) => void = () => {};
    const failing = snapshot.outside(
      () =>
        new Promise<void>((_, reject) => {
          fail = reject;
        }),
    );
    await snapshot.outside(async () => {});
    read();
    write(1);
    expect(read()).toBe(1);
    fail(new Error('disk'));
    await expect(failing).rejects.toThrow('disk');
    expect(read()).toBe(1);
    write(2);
    expect(read()).toBe(1);
  });
});
