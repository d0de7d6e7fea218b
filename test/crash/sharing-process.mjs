/**
 * Shares a store with its parent and adds ones to a number in it, as fast as it can, until it is killed.
 *   argv: the folder, the key in hex
 *   says { ready: true }, then { added: n } after each addition that was acknowledged
 */
import process from 'node:process';
import { createFallbackCore } from '../../dist/crypto/fallback-core.js';
import { PageEngine } from '../../dist/pages/pages.js';
import { openSqliteStore } from '../../dist/store/sqlite.js';

const [folder, keyHex] = process.argv.slice(2);
const core = createFallbackCore();
const secret = core.importKey(Buffer.from(keyHex, 'hex'));
const cipher = {
  dataKeyId: 1,
  seal: (batch) => core.sealPages(secret, batch),
  open: (_, batch) => core.openPages(secret, batch),
};
const store = openSqliteStore({ folder, create: false, isShared: true });
const engine = PageEngine.open({ store, storeId: store.storeId });
const tree = await engine.openTree(1, cipher);
const key = Uint8Array.of(0, 0, 0, 1);

async function addOne(tx) {
  const found = Buffer.from((await tx.get(tree, key)) ?? Buffer.alloc(4));
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(found.readUInt32BE(0) + 1);
  await tx.put(tree, key, new Uint8Array(sum));
}

process.once('disconnect', () => process.exit());
process.send({ ready: true });
for (let added = 0; ; ) {
  try {
    await engine.transact(addOne);
    process.send({ added: ++added });
  } catch (fault) {
    if (fault.code !== 'StoreConflict') throw fault;
  }
}
