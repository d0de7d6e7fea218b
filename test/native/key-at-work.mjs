/**
 * `node key-at-work.mjs ADDON KERNEL KEY_FILE`: a process with a key that its parent knows too. Does what it is told, a word
 * a line on standard input, and answers each with a line of JSON. The key is in the file alone, so that no argument,
 * environment or string has it.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeHeapSnapshot } from 'node:v8';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const [path, kernel, keyFile] = isMainThread ? process.argv.slice(2) : workerData;
const addon = require(path);

const pageCount = 64;
const pageBytes = 8192;
const sealedBytes = pageBytes + 40;
const shared = (bytes) => new Uint8Array(new SharedArrayBuffer(bytes));
const plain = shared(pageCount * pageBytes).fill(7);
const sealed = shared(pageCount * sealedBytes);
const opened = shared(pageCount * pageBytes);
const aad = shared(48);
const sealing = table(pageBytes, sealedBytes);
const opening = table(sealedBytes, pageBytes);
// The first half of each batch's nonces: whoever has the key can derive the page keys from them.
const nonces = [];

function table(inBytes, outBytes) {
  return Uint32Array.from({ length: pageCount * 5 }, (_, index) => {
    const page = Math.floor(index / 5);
    return [page * inBytes, inBytes, page * outBytes, 0, 48][index % 5];
  });
}

function readKey() {
  // Memory of its own: the pool that small buffers share would keep a copy.
  const bytes = Buffer.allocUnsafeSlow(32);
  const file = openSync(keyFile, 'r');
  readSync(file, bytes, 0, 32, 0);
  closeSync(file);
  return bytes;
}

const key = addon.importKey(readKey());

function seal() {
  addon.sealPages(kernel, key, plain, sealed, aad, sealing);
  nonces.push(Buffer.from(sealed.subarray(0, 12)).toString('hex'));
}

function open() {
  return addon.openPages(kernel, key, sealed, opened, aad, opening);
}

async function work() {
  for (let turn = 0; turn < 5; turn++) {
    seal();
    if (open() !== -1) throw new Error('a page does not open');
  }
  const [stop, threadsMax] = [new Uint32Array(new SharedArrayBuffer(4)), 2];
  await addon.sealPagesAsync(kernel, key, plain, sealed, aad, sealing, stop, threadsMax);
  nonces.push(Buffer.from(sealed.subarray(0, 12)).toString('hex'));
  const failed = await addon.openPagesAsync(kernel, key, sealed, opened, aad, opening, stop, threadsMax);
  if (failed !== -1) throw new Error('a page does not open');
  const child = addon.deriveKey(key, new Uint8Array(3));
  const wrapped = addon.sealKey(key, child, aad);
  addon.destroyKey(addon.openKey(key, wrapped, aad));
  addon.destroyKey(child);
}

/** A batch that throws, and one with pages that do not open. */
function stumble() {
  const outside = Uint32Array.from(sealing);
  outside[outside.length - 2] = 1;
  try {
    addon.sealPages(kernel, key, plain, sealed, aad, outside);
    throw new Error('a page outside its buffers was sealed');
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
  }
  seal();
  for (let page = 0; page < pageCount; page += 3) sealed[page * sealedBytes + 30] ^= 1;
  if (open() !== 0) throw new Error('a tampered page opens');
}

/** A thread with a key of its own, the same one, ended in the middle of its work. */
async function endWorker() {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: [path, kernel, keyFile] });
  nonces.push(
    ...(await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))),
  );
  await worker.terminate();
}

const kept = [];
const tasks = {
  work,
  stumble,
  'end-worker': endWorker,
  snapshot: () => writeHeapSnapshot(`${keyFile}.heapsnapshot`),
  destroy: () => addon.destroyKey(key),
  // What must be found, else nothing that is not found means anything.
  leak: () => kept.push(readKey()),
};

if (isMainThread) {
  const lines = createInterface({ input: process.stdin });
  process.stdout.write('ready\n');
  for await (const line of lines) {
    await tasks[line]();
    process.stdout.write(`${JSON.stringify({ did: line, nonces: nonces.splice(0) })}\n`);
  }
} else {
  seal();
  parentPort.postMessage(nonces);
  for (;;) seal();
}
