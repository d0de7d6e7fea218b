/**
 * `node terminated-batches.mjs ADDON KERNEL`: ends workers while threads are at work on their asynchronous batches,
 * again and again, and on memory that this thread goes on using. Prints `alive` where its own batch opens at the end.
 */
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const [path, kernel, memory] = isMainThread ? process.argv.slice(2) : workerData;
const addon = require(path);

const workerCount = 20;
const pageCount = 1024;
const pageBytes = 8192;
const sealedBytes = pageBytes + 40;
const none = new Uint8Array(0);
const arena = new Uint8Array(memory ?? new SharedArrayBuffer(pageCount * (pageBytes + sealedBytes)));
const plain = arena.subarray(0, pageCount * pageBytes);
const sealed = arena.subarray(pageCount * pageBytes);

function table(inBytes, outBytes) {
  return Uint32Array.from({ length: pageCount * 5 }, (_, index) => {
    const page = Math.floor(index / 5);
    return [page * inBytes, inBytes, page * outBytes, 0, 0][index % 5];
  });
}

async function sealAndOpen(key) {
  const stop = new Uint32Array(new SharedArrayBuffer(4));
  await addon.sealPagesAsync(kernel, key, plain, sealed, none, table(pageBytes, sealedBytes), stop, 2);
  return await addon.openPagesAsync(kernel, key, sealed, plain, none, table(sealedBytes, pageBytes), stop, 2);
}

async function endWorkers() {
  for (let turn = 0; turn < workerCount; turn++) {
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: [path, kernel, turn % 2 === 0 ? arena.buffer : undefined],
    });
    await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
  }
}

if (isMainThread) {
  await endWorkers();
  plain.fill(7);
  if ((await sealAndOpen(addon.generateKey())) !== -1) throw new Error('a page did not open');
  if (plain.some((byte) => byte !== 7)) throw new Error('a page is not what it was');
  process.stdout.write('alive');
} else {
  // Three at once, of which two wait for a thread, and keys that nobody destroys.
  for (let turn = 0; turn < 3; turn++) void sealAndOpen(addon.generateKey());
  parentPort.postMessage('at work');
}
