/**
 * Embeds the engine as a program would and does what its parent asks over the channel, one JSON message each:
 *   { n, open: dir, rootKey, buckets, clockMs }   opens a store, with `clockMs` on a clock that stands there   → { n }
 *   { n, advanceMs }             moves that clock on, and does what falls due   → { n }
 *   { n, jumpMs }                sets its wall clock on   → { n }
 *   { n, operation, headers, body }   one request, in process   → { n, status, body }
 *   { n, verify: true }          opens every page          → { n, report }
 *   { n, close: true }           closes the store          → { n }
 * What rejects is answered with { n, fault: [name, code, message] }.
 */
import process from 'node:process';
import { open } from '../../dist/index.js';
import { VirtualClock } from '../../dist/lab/virtual-clock.js';

let database;
let handler;
let clock;

async function answer({ open: folder, rootKey, headers, body, verify, close, ...more }) {
  const { buckets, clockMs, advanceMs, jumpMs } = more;
  if (folder !== undefined) {
    if (clockMs !== undefined) clock = new VirtualClock(clockMs, { patienceMs: 10_000 });
    // Loads put one table under another key many times a minute.
    database = await open(folder, {
      rootKey: { file: rootKey },
      create: true,
      encryptionChangeQuota: 'none',
      ...(buckets && { buckets }),
      ...(clock && { clock }),
    });
    handler = database.clientConfig().requestHandler;
    return {};
  }
  if (advanceMs !== undefined) {
    await clock.advanceAndSettle(advanceMs);
    return {};
  }
  if (jumpMs !== undefined) {
    clock.jump(jumpMs);
    return {};
  }
  if (verify) return { report: await database.verify() };
  if (close) {
    handler.destroy();
    await database.close();
    return {};
  }
  const { response } = await handler.handle({ method: 'POST', path: '/', headers, body });
  return { status: response.statusCode, body: Buffer.from(response.body).toString() };
}

process.on('message', async ({ n, ...request }) => {
  try {
    process.send({ n, ...(await answer(request)) });
  } catch (fault) {
    process.send({ n, fault: [fault.name, fault.code, fault.message] });
  }
});
process.once('disconnect', () => process.exit());
