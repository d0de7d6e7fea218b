import { expect, test } from 'vitest';
import { IntegrityFault } from '../../../src/base/errors.ts';
import { type ChangedKeys, changedKeys, type PastPeriod } from '../../../src/tables/past/changed-keys.ts';
import { momentKey } from '../../../src/tables/past/past-entry.ts';
import { treeOf } from '../../pages/support.ts';
import { PastModel } from './past-model.ts';

const mayGoOn = () => {};
const latin = (key: Uint8Array | undefined) => key && Buffer.from(key).toString('latin1');

async function windowsOf(model: PastModel, period: PastPeriod, windowBytes?: number) {
  const options = { past: model.past, period, mayGoOn, ...(windowBytes !== undefined && { windowBytes }) };
  const windows: ChangedKeys[] = [];
  for await (const window of changedKeys(options)) windows.push(window);
  return windows;
}

test('the changes of an item are told by the first and last in a period and the first behind it', async () => {
  const model = await PastModel.open();
  const startMs = model.clock.nowMs();
  for (const text of ['0', '1', '2', '3', '4']) await model.put('a', text);
  await model.put('b', 'late');
  const at = (ms: number) => ({ ms: startMs + ms, number: 0 });
  const [window] = await windowsOf(model, { fromMs: startMs + 1, toMs: startMs + 3 });
  expect(window?.changed).toEqual([
    [Buffer.from('a'), { first: at(1), last: at(2), behind: at(3) }],
    [Buffer.from('b'), { behind: at(5) }],
  ]);
  expect([window?.from, window?.to]).toEqual([undefined, undefined]);
});

test('more keys than one window may hold are in several, each once, in their order and without a gap', async () => {
  const model = await PastModel.open();
  const period = { fromMs: model.clock.nowMs(), toMs: Infinity };
  const ids = Array.from({ length: 60 }, (_, n) => String.fromCharCode(255 - n, n % 7));
  for (const id of ids) await model.put(id, 'x');
  for (const id of ids.slice(0, 30)) await model.put(id, 'y');
  const windows = await windowsOf(model, period, 3000);
  expect(windows.length).toBeGreaterThan(4);
  const keys = windows.flatMap(({ changed }) => changed.map(([key]) => latin(key)));
  expect(keys).toEqual(ids.toSorted());
  expect(windows.slice(1).map(({ from }) => latin(from))).toEqual(
    windows.slice(0, -1).map(({ to }) => latin(to)),
  );
  expect([windows[0]?.from, windows.at(-1)?.to]).toEqual([undefined, undefined]);
  for (const { from, to, changed } of windows) {
    for (const [key] of changed) {
      expect(from === undefined || Buffer.compare(from, key) <= 0).toBe(true);
      expect(to === undefined || Buffer.compare(key, to) < 0).toBe(true);
    }
  }
});

test('one key that is larger than a window is in one', async () => {
  const model = await PastModel.open();
  const period = { fromMs: model.clock.nowMs(), toMs: Infinity };
  for (const id of ['b', 'a']) await model.put(id, 'x');
  const windows = await windowsOf(model, period, 1);
  expect(windows.map(({ changed }) => changed.map(([key]) => latin(key)))).toEqual([['a'], ['b']]);
});

test('what is no past is refused', async () => {
  const { engine, tree } = await treeOf(0, 0);
  await engine.transact((tx) => tx.put(tree, momentKey({ ms: 5, number: 0 }), Uint8Array.of(9)));
  const options = { past: tree, period: { fromMs: 0, toMs: 9 }, mayGoOn };
  await expect(changedKeys(options).next()).rejects.toThrow(IntegrityFault);
});
