import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { HeaderFault, itemsOf, type NamedCell } from '../../src/lifecycle/import-items.ts';
import type { CsvOptions } from '../../src/lifecycle/import-record.ts';
import { item, S } from '../tables/support.ts';

/** Lines and cells as they are handed on; `bad` is refused. */
const decode = {
  line: (line: Uint8Array) => told(Buffer.from(line).toString()),
  row: (cells: readonly NamedCell[]) =>
    told(cells.map(({ name, type, text }) => `${name}:${type}=${text}`).join()),
};

function told(text: string) {
  if (text.includes('bad')) throw new Refusal('Serialization', {});
  if (text.includes('broken')) throw new Error('a bug');
  return item({ text: S(text) });
}

async function read(text: string, csv?: CsvOptions) {
  const object = { key: 'k', read: () => Readable.from([Buffer.from(text)]) };
  const options = {
    compression: 'NONE' as const,
    ...(csv && { csv }),
    decode,
    attributeDefinitions: [{ AttributeName: 'n', AttributeType: 'N' as const }],
    read: () => {},
  };
  const found: unknown[] = [];
  for await (const { item: one } of itemsOf(object, options)) {
    const value = one?.get('text');
    found.push(value !== undefined && 'S' in value ? value.S : undefined);
  }
  return found;
}

test('a line of JSON is an item, or told as none', async () => {
  expect(await read('a\nbad\nb')).toEqual(['a', undefined, 'b']);
});

test('a row of CSV has its names from the first one, and the types of keys', async () => {
  expect(await read('s,n\nx,1\n"y, z",2\n', {})).toEqual(['s:S=x,n:N=1', 's:S=y, z,n:N=2']);
});

test('a header that is given leaves the first row a row', async () => {
  expect(await read('x|1', { delimiter: '|', header: ['s', 'n'] })).toEqual(['s:S=x,n:N=1']);
});

test('a row of other cells, one that is none and one that is refused are told as none', async () => {
  expect(await read('s\na,b\n"x"y\nbad\nc', {})).toEqual([undefined, undefined, undefined, 's:S=c']);
});

for (const header of ['a,a', 'a,', '"a"b']) {
  test(`a first row that cannot name columns is a fault: ${header}`, async () => {
    await expect(read(`${header}\n1,2`, {})).rejects.toThrow(HeaderFault);
  });
}

test('a bug is no item that is refused', async () => {
  await expect(read('broken')).rejects.toThrow('a bug');
});
