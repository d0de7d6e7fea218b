/**
 * `node terminated-workers.mjs ADDON KERNEL`: ends workers in the middle of sealing and opening, again and again, while
 * this thread does the same with a key of its own. Prints `alive` where this thread's pages still open at the end.
 */
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const [path, kernel] = isMainThread ? process.argv.slice(2) : workerData;
const addon = require(path);

const workerCount = 20;
const pageCount = 128;
const pageBytes = 8192;
const sealedBytes = pageBytes + 40;
const plain = new Uint8Array(pageCount * pageBytes).fill(7);
const sealed = new Uint8Array(pageCount * sealedBytes);
const opened = new Uint8Array(pageCount * pageBytes);
const none = new Uint8Array(0);

function table(inBytes, outBytes) {
  return Uint32Array.from({ length: pageCount * 5 }, (_, index) => {
    const page = Math.floor(index / 5);
    return [page * inBytes, inBytes, page * outBytes, 0, 0][index % 5];
  });
}
const sealing = table(pageBytes, sealedBytes);
const opening = table(sealedBytes, pageBytes);

function sealAndOpen(key) {
  addon.sealPages(kernel, key, plain, sealed, none, sealing);
  return addon.openPages(kernel, key, sealed, opened, none, opening);
}

async function endWorkers(key) {
  for (let turn = 0; turn < workerCount; turn++) {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: [path, kernel] });
    await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    if (sealAndOpen(key) !== -1) throw new Error('a page of the main thread did not open');
    await worker.terminate();
  }
}

if (isMainThread) {
  const key = addon.generateKey();
  await endWorkers(key);
  if (sealAndOpen(key) !== -1 || Buffer.compare(plain, opened) !== 0) throw new Error('a page did not open');
  process.stdout.write('alive');
} else {
  // Keys that nobody destroys: the addon wipes them when the worker's environment ends.
  const keys = Array.from({ length: 200 }, () => addon.generateKey());
  parentPort.postMessage('at work');
  for (let turn = 0; ; turn++) sealAndOpen(keys[turn % keys.length]);
}
