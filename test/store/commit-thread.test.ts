import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { CommitThread } from '../../src/store/commit-thread.ts';
import { ownerLockFile } from '../../src/store/owner-lock.ts';
import { connect, identify, pageFile, prepareFile } from '../../src/store/sqlite-file.ts';
import { change, head, openStore, outcomeOf, put, temporaryFolder } from './support.ts';

const compiled = new URL('../../dist/store/sqlite.js', import.meta.url);
const manyPuts = Array.from({ length: 2000 }, (_, id) => ({ ...put(1, 0, 1, 8000), id }));

/** The threads that start while a test runs. */
function startedThreads(): Worker[] {
  const threads: Worker[] = [];
  const note = (thread: Worker) => threads.push(thread);
  process.on('worker', note);
  onTestFinished(() => {
    process.off('worker', note);
  });
  return threads;
}

describe('the thread of a store', () => {
  test('starts with the first commit, and no second one follows it', async () => {
    const threads = startedThreads();
    const store = openStore({ folder: temporaryFolder() });
    expect(threads).toHaveLength(0);
    for (let version = 0; version < 5; version++) await store.commit(change({ heads: [head(1, version)] }));
    expect(threads).toHaveLength(1);
    await store.close();
    expect(threads[0]?.threadId).toBe(-1);
  });

  test('R-PROC-2: killed in a commit, is an outage for each that waits; the next commit starts another', async () => {
    const threads = startedThreads();
    const store = openStore({ folder: temporaryFolder() });
    await store.commit(change({ heads: [head(1, 0)] }));
    const waiting = [
      outcomeOf(() => store.commit(change({ puts: manyPuts, heads: [head(1, 1)] }))),
      outcomeOf(() => store.commit(change({ heads: [head(1, 2)] }))),
    ];
    await threads[0]?.terminate();
    expect(await Promise.all(waiting)).toEqual(['StoreUnavailable', 'StoreUnavailable']);
    // What a dead thread did is all or nothing; which of them, the head says.
    const version = store.readHeads([1])[0]?.version ?? 0;
    expect(store.listPages(1, -1, 10_000)).toHaveLength(version === 1 ? 0 : manyPuts.length);
    await store.commit(change({ heads: [head(1, version, 9)] }));
    expect(store.readHeads([1])[0]?.version).toBe(9);
    expect(threads).toHaveLength(2);
  });

  test('killed while nothing happens, is replaced without a fault', async () => {
    const threads = startedThreads();
    const store = openStore({ folder: temporaryFolder() });
    await store.commit(change({ heads: [head(1, 0)] }));
    await threads[0]?.terminate();
    await store.commit(change({ heads: [head(1, 1)] }));
    expect(store.readHeads([1])[0]?.version).toBe(2);
  });

  test('that failed and has not ended yet, does not take the next one with it', async () => {
    const threads = startedThreads();
    const store = openStore({ folder: temporaryFolder() });
    await store.commit(change({ heads: [head(1, 0)] }));
    threads[0]?.emit('error', new Error('out of memory'));
    const committed = outcomeOf(() => store.commit(change({ heads: [head(1, 1)] })));
    await threads[0]?.terminate();
    expect(await committed).toBe('answered');
    expect(threads).toHaveLength(2);
  });

  test('killed while the store closes, leaves the folder free', async () => {
    const threads = startedThreads();
    const folder = temporaryFolder();
    const store = openStore({ folder });
    await store.commit(change({ heads: [head(1, 0)] }));
    const committed = outcomeOf(() => store.commit(change({ puts: manyPuts })));
    const closed = outcomeOf(() => store.close());
    await threads[0]?.terminate();
    expect(['answered', 'StoreUnavailable']).toContain(await committed);
    expect(['answered', 'StoreUnavailable']).toContain(await closed);
    const next = openStore({ folder, create: false });
    expect(next.readHeads([1])[0]?.version).toBe(1);
  });

  test('tells the cause and the hint of an outage', async () => {
    const path = join(temporaryFolder(), 'file.sqlite');
    prepareFile(path, pageFile, true);
    writeFileSync(join(path, '..', ownerLockFile), '');
    const database = connect(path, { readOnly: false });
    onTestFinished(() => database.close());
    database.prepare('SELECT * FROM head').all();
    const thread = new CommitThread({ path, identity: identify(path), driver: undefined });
    onTestFinished(() => thread.close());
    const commits = [
      thread.commit(change({ heads: [head(1, 4)] })),
      thread.commit(change({ heads: [head(1, 0, Number.NaN)] })),
      thread.commit(change({ heads: [head(1, 0)] })),
    ];
    const [conflict, failed, made] = await Promise.allSettled(commits);
    expect(conflict).toMatchObject({ reason: { code: 'StoreConflict' } });
    expect(failed).toMatchObject({
      reason: { code: 'StoreUnavailable', cause: { message: /NOT NULL constraint failed/ } },
    });
    expect(conflict?.status === 'rejected' && conflict.reason).toBeInstanceOf(Outage);
    expect(made?.status).toBe('fulfilled');
  });

  test('does not keep a process alive that waits for nothing else', async () => {
    const script = `
      import { openSqliteStore } from ${JSON.stringify(compiled.href)};
      const store = openSqliteStore({ folder: process.argv[1], create: true });
      const change = { puts: [{ tree: 1, id: 1, version: 1, body: new Uint8Array(9) }] };
      store.commit({ ...change, deletes: [], heads: [], drops: [] });`;
    const folder = temporaryFolder();
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: 'inherit',
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
    // It waited for the commit all the same.
    expect(openStore({ folder, create: false }).listPages(1, -1, 10)).toEqual([1]);
  });

  test('closed before it ever started, has nothing to do', async () => {
    const thread = new CommitThread({ path: 'nowhere', identity: [], driver: undefined });
    expect(await outcomeOf(() => thread.close())).toBe('answered');
  });
});
