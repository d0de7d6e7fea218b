/** Run in a folder where the packed package is installed: seals and opens pages, and prints what did it. */
import {
  cipherInUse,
  createArena,
  openPages,
  openPagesAsync,
  PageKey,
  sealPages,
  sealPagesAsync,
} from 'cryptable/crypto';

const pageBytes = 8192;
const sealedBytes = pageBytes + 40;
const pageCount = 300;

function table(inBytes, outBytes) {
  const rows = Array.from({ length: pageCount }, (_, page) => [
    page * inBytes,
    inBytes,
    page * outBytes,
    0,
    4,
  ]);
  return Uint32Array.from(rows.flat());
}

const [input, output, opened, aad] = [
  createArena(pageCount * pageBytes).fill(7),
  createArena(pageCount * sealedBytes),
  createArena(pageCount * pageBytes),
  createArena(4).fill(1),
];
const key = PageKey.generate();
const sealing = { input, output, aad, pages: table(pageBytes, sealedBytes) };
const opening = { input: output, output: opened, aad, pages: table(sealedBytes, pageBytes) };

function check(way) {
  if (opened.some((byte) => byte !== 7)) throw new Error(`${way}: a page is not what it was`);
  opened.fill(0);
}

sealPages(key, sealing);
if (output.subarray(24, 24 + pageBytes).every((byte) => byte === 7)) throw new Error('a page was not sealed');
openPages(key, opening);
check('at once');
await sealPagesAsync(key, sealing);
await openPagesAsync(key, opening);
check('behind a promise');
output[30] ^= 1;
try {
  openPages(key, opening);
  throw new Error('a changed page opened');
} catch (fault) {
  if (fault.name !== 'IntegrityFault' || fault.place.page !== 0) throw fault;
}
key.destroy();
console.log(JSON.stringify(cipherInUse()));
