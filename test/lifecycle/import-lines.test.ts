import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { lineBytesMax, linesOf } from '../../src/lifecycle/import-lines.ts';
import type { ImportCompression } from '../../src/lifecycle/import-record.ts';

async function linesIn(pieces: readonly Buffer[], compression: ImportCompression = 'NONE') {
  const object = { key: 'k', read: () => Readable.from(pieces) };
  const lines: (string | number | undefined)[] = [];
  let bytesRead = 0;
  for await (const { bytes } of linesOf(object, compression, (bytes) => (bytesRead += bytes))) {
    lines.push(bytes && (bytes.length > 100 ? bytes.length : Buffer.from(bytes).toString()));
  }
  return { lines, bytesRead };
}

const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['one', ['a'], ['a']],
  ['several, the last without its end', ['a\nb\nc'], ['a', 'b', 'c']],
  ['one in pieces', ['a', 'b', 'c\nd', 'e\n'], ['abc', 'de']],
  ['no empty ones', ['\n\na\n\n\nb\n'], ['a', 'b']],
  ['none', [], []],
];
for (const [name, pieces, lines] of cases) {
  test(`the lines of an object: ${name}`, async () => {
    const buffers = pieces.map((piece) => Buffer.from(piece));
    const bytesRead = buffers.reduce((sum, { length }) => sum + length, 0);
    expect(await linesIn(buffers)).toEqual({ lines, bytesRead });
    expect((await linesIn([gzipSync(Buffer.concat(buffers))], 'GZIP')).lines).toEqual(lines);
  });
}

test('a line at the bound is read, one beyond is told as none, and the next is read again', async () => {
  const long = Buffer.alloc(lineBytesMax, 'x');
  const end = Buffer.from('\n');
  const { lines } = await linesIn([long, end, long, Buffer.from('x'), end, Buffer.from('next')]);
  expect(lines).toEqual([lineBytesMax, undefined, 'next']);
});

test('what is not compressed so rejects', async () => {
  await expect(linesIn([Buffer.from('plain')], 'GZIP')).rejects.toThrow(/incorrect header check/);
  const cut = gzipSync('a\nb').subarray(0, 12);
  await expect(linesIn([cut], 'GZIP')).rejects.toThrow(/unexpected end/);
});
