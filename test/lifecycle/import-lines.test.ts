import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { canDecompress, type LineForm, lineBytesMax, linesOf } from '../../src/lifecycle/import-lines.ts';
import { saidSkip } from '../support/said-skip.ts';

const { gzipSync } = zlib;

async function linesIn(pieces: readonly Buffer[], form: LineForm = { compression: 'NONE' }) {
  const object = { key: 'k', read: () => Readable.from(pieces) };
  const lines: (string | number | undefined)[] = [];
  let bytesRead = 0;
  for await (const { bytes } of linesOf(object, form, (bytes) => (bytesRead += bytes))) {
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
    expect((await linesIn([gzipSync(Buffer.concat(buffers))], { compression: 'GZIP' })).lines).toEqual(lines);
  });
}

test('a line at the bound is read, one beyond is told as none, and the next is read again', async () => {
  const long = Buffer.alloc(lineBytesMax, 'x');
  const end = Buffer.from('\n');
  const { lines } = await linesIn([long, end, long, Buffer.from('x'), end, Buffer.from('next')]);
  expect(lines).toEqual([lineBytesMax, undefined, 'next']);
});

test('what is not compressed so rejects', async () => {
  await expect(linesIn([Buffer.from('plain')], { compression: 'GZIP' })).rejects.toThrow(
    /incorrect header check/,
  );
  const cut = gzipSync('a\nb').subarray(0, 12);
  await expect(linesIn([cut], { compression: 'GZIP' })).rejects.toThrow(/unexpected end/);
});

const quoted: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['a line end in quotes', ['a,"b\nc"\nd'], ['a,"b\nc"', 'd']],
  ['quotes in quotes', ['"a""\n""b"\n"c"'], ['"a""\n""b"', '"c"']],
  ['quotes in pieces', ['"a', '\n', 'b"', '\nc'], ['"a\nb"', 'c']],
];
for (const [name, pieces, lines] of quoted) {
  test(`lines with quotes: ${name}`, async () => {
    const buffers = pieces.map((piece) => Buffer.from(piece));
    expect((await linesIn(buffers, { compression: 'NONE', hasQuotes: true })).lines).toEqual(lines);
    expect((await linesIn(buffers)).lines.length).toBeGreaterThan(lines.length);
  });
}

const zstd: { readonly zstdCompressSync?: (bytes: Buffer) => Buffer; readonly gzipSync: unknown } = zlib;

const lacksZstandard = saidSkip(
  zstd.zstdCompressSync === undefined,
  'lines in Zstandard: Node has it from 22.15 on',
);

test.skipIf(lacksZstandard)('lines in Zstandard', async () => {
  const packed = zstd.zstdCompressSync?.(Buffer.from('a\nb')) ?? Buffer.alloc(0);
  expect((await linesIn([packed], { compression: 'ZSTD' })).lines).toEqual(['a', 'b']);
});

test('what can be decompressed is what Node has', () => {
  expect([canDecompress('NONE'), canDecompress('GZIP')]).toEqual([true, true]);
  expect(canDecompress('ZSTD')).toBe(zstd.zstdCompressSync !== undefined);
});
