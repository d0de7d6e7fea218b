import { once } from 'node:events';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ownerLockFile } from '../../src/store/owner-lock.ts';
import type { StoreChange } from '../../src/store/page-store.ts';
import { packChange, tablesOf } from '../../src/store/sqlite-change.ts';
import { connect, identify, pageFile, prepareFile } from '../../src/store/sqlite-file.ts';
import type { WorkerStart } from '../../src/store/sqlite-worker.ts';
import { body, change, head, put, temporaryFolder } from './support.ts';

const compiled = new URL('../../dist/store/sqlite-worker.js', import.meta.url);

function startedThread() {
  const path = join(temporaryFolder(), 'file.sqlite');
  prepareFile(path, pageFile, true);
  writeFileSync(join(path, '..', ownerLockFile), '');
  const reader = connect(path, { readOnly: false });
  onTestFinished(() => reader.close());
  reader.prepare('SELECT * FROM head').all();
  const start: WorkerStart = { path, identity: identify(path), driver: undefined };
  const thread = new Worker(compiled, { workerData: start });
  onTestFinished(async () => {
    await thread.terminate();
  });
  const send = (parts: Partial<StoreChange>) => {
    const commit = packChange(change(parts), undefined);
    thread.postMessage({ commit }, [commit.arena]);
  };
  const answer = async () => (await once(thread, 'message'))[0];
  const heads = () => reader.prepare('SELECT tree, version FROM head').all();
  return { path, thread, send, answer, heads };
}

describe('the thread that commits', () => {
  test('answers with the memory it was given, once the change is there for every reader', async () => {
    const { send, answer, heads } = startedThread();
    send({ puts: [put(1, 1)], heads: [head(1, 0)] });
    expect(await answer()).toEqual({ arena: expect.any(ArrayBuffer) });
    expect(heads()).toEqual([{ tree: 1, version: 1 }]);
  });

  test('names the fault of a change, and gives its memory back too', async () => {
    const { path, send, answer } = startedThread();
    send({ heads: [head(1, 7)] });
    expect(await answer()).toMatchObject({
      arena: expect.any(ArrayBuffer),
      fault: { code: 'StoreConflict', sentence: 'The store was changed by someone else meanwhile.' },
    });
    rmSync(path);
    send({ heads: [head(1, 0)] });
    expect(await answer()).toMatchObject({ fault: { code: 'StoreReplaced' } });
  });

  test('names the cause where the disk is at fault', async () => {
    const { thread, answer } = startedThread();
    const commit = packChange(change({ puts: [put(1, 1)] }), undefined);
    // A version that no column takes.
    tablesOf(commit).puts[1] = Number.NaN;
    thread.postMessage({ commit }, [commit.arena]);
    const { fault } = await answer();
    expect(fault.code).toBe('StoreUnavailable');
    expect(fault.cause).toMatch(/NOT NULL constraint failed: page.version/);
  });

  test('shows no byte of a body in a fault', async () => {
    const { thread, answer } = startedThread();
    const secret = Buffer.from('a body that no log may hold');
    const commit = packChange(change({ puts: [{ tree: 1, id: 1, version: 1, body: secret }] }), undefined);
    tablesOf(commit).puts[1] = Number.NaN;
    thread.postMessage({ commit }, [commit.arena]);
    const { fault } = await answer();
    expect(JSON.stringify(fault)).not.toContain('no log may hold');
  });

  test('answers in order, the last time once its log is in the file', async () => {
    const { path, thread, send, heads } = startedThread();
    const answers: unknown[] = [];
    thread.on('message', (message) => answers.push('fault' in message ? message.fault.code : 'answered'));
    send({ heads: [head(1, 0)] });
    send({ heads: [{ tree: 1, expected: 9, version: 10, body: body(1) }] });
    send({ heads: [head(1, 1)] });
    thread.postMessage({ close: true });
    while (answers.length < 4) await once(thread, 'message');
    expect(answers).toEqual(['answered', 'StoreConflict', 'answered', 'answered']);
    expect(statSync(`${path}-wal`).size).toBe(0);
    expect(heads()).toEqual([{ tree: 1, version: 2 }]);
  });
});
