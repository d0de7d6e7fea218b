import { expect, test } from 'vitest';
import { utf8 } from '../../src/base/bytes.ts';
import { exportLines, type LineEncoder } from '../../src/lifecycle/export-lines.ts';
import type { ExportRecord } from '../../src/lifecycle/export-record.ts';
import type { Item } from '../../src/tables/attribute.ts';
import { PastModel, told } from '../tables/past/past-model.ts';

const keySchema = { hash: { name: 'id', type: 'S' } } as const;
const text = (item: Item | undefined) => (item === undefined ? 'none' : told(item).join('='));
const encode: LineEncoder = {
  item: (item) => utf8(text(item)),
  change: ({ keys, writtenAtMicros, ...images }) =>
    utf8(`${[...keys.keys()]} at ${writtenAtMicros}: ${text(images.old)} to ${text(images.new)}`),
};

async function linesOf(model: PastModel, record: Pick<ExportRecord, 'atMs' | 'changes'>) {
  const source = { items: model.items, past: model.past, mayGoOn: () => {} };
  const lines: (readonly [string, number])[] = [];
  for await (const { line, bytes } of exportLines({ source, keySchema, encode }, record)) {
    lines.push([Buffer.from(line).toString(), bytes]);
  }
  return lines;
}

/** `a` comes, changes and goes, each 1 ms later; `b` stays. */
async function changed() {
  const model = await PastModel.open();
  const startMs = model.clock.nowMs();
  await model.put('b', 'here');
  await model.put('a', 'one');
  await model.put('a', 'three');
  await model.put('a', undefined);
  return { model, startMs };
}

const bytesOf = (value: string) => 'id'.length + '61'.length + 'text'.length + value.length;

test('without a moment a line is an item as it is, and with one as it was', async () => {
  const { model, startMs } = await changed();
  const here = ['b=here', bytesOf('here')];
  expect(await linesOf(model, {})).toEqual([here]);
  expect(await linesOf(model, { atMs: startMs + 1 })).toEqual([['a=one', bytesOf('one')], here]);
  expect(await linesOf(model, { atMs: startMs + 2.9 })).toEqual([['a=three', bytesOf('three')], here]);
  expect(await linesOf(model, { atMs: startMs - 1 })).toEqual([]);
});

test('of changes a line has the images before and after, or the one after alone', async () => {
  const { model, startMs } = await changed();
  const changes = { fromMs: startMs + 2, toMs: startMs + 3, view: 'NEW_AND_OLD_IMAGES' } as const;
  const at = (startMs + 2) * 1000;
  expect(await linesOf(model, { changes })).toEqual([
    [`id at ${at}: a=one to a=three`, bytesOf('one') + bytesOf('three')],
  ]);
  const after = await linesOf(model, { changes: { ...changes, view: 'NEW_IMAGE' } });
  expect(after.map(([line]) => line)).toEqual([`id at ${at}: none to a=three`]);
  const last = { ...changes, fromMs: startMs + 3, toMs: startMs + 9 };
  expect(await linesOf(model, { changes: last })).toEqual([
    [`id at ${at + 1000}: a=three to none`, bytesOf('three')],
  ]);
});
