import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ImportRequest } from '../../src/lifecycle/table-imports.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { user } from '../support/embedded-kms.ts';
import { type ExchangeForTest, openExchangeOf } from '../support/open-exchange.ts';
import { definitionOf, newConnection, newKey } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';
import { item, S } from '../tables/support.ts';

let opened: ExchangeForTest;
beforeEach(async () => {
  opened = await openExchangeOf();
});

function put(key: string, content: string | Buffer): void {
  const path = join(opened.bucket, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const line = (id: string, more: object = {}) => `${JSON.stringify({ Item: { id: { S: id }, ...more } })}\n`;
const requestFor = (more: Partial<ImportRequest> = {}): ImportRequest => ({
  definition: definitionOf('T'),
  parameters: { TableName: 'T' },
  bucket: 'things',
  compression: 'NONE',
  ...more,
});

async function finished(more: Partial<ImportRequest> = {}) {
  const { arn } = await opened.imports.start(user, requestFor(more));
  await opened.imports.settled();
  return opened.imports.find(user, arn);
}

async function stored(id: string) {
  const table = await opened.base.site.tables.open(user, newConnection(), 'T');
  return (await table.get(encodeKey(table.keySchema, item({ id: S(id) }))))?.item;
}

const names = () => opened.base.site.tables.list(user, undefined, 10);

describe('an import', () => {
  for (const compression of ['NONE', 'GZIP'] as const) {
    test(`makes a table of all lines below the prefix: ${compression}`, async () => {
      const pack = (text: string) => (compression === 'GZIP' ? gzipSync(text) : text);
      const many = Array.from({ length: 600 }, (_, n) => line(`${n}`)).join('');
      put('p/1', pack(many));
      put('p/2', pack(line('599', { n: { N: '2' } })));
      put('q/3', pack(line('other')));
      const done = await finished({ prefix: 'p/', compression });
      expect(done).toMatchObject({
        status: 'COMPLETED',
        processedItems: 601,
        importedItems: 601,
        errors: 0,
      });
      expect(await stored('0')).toEqual(item({ id: S('0') }));
      expect(await stored('599')).toEqual(item({ id: S('599'), n: { N: '2' } }));
      expect(await stored('other')).toBeUndefined();
      expect(await opened.base.site.tables.describe(user, 'T')).toMatchObject({
        status: 'ACTIVE',
        itemCount: 600,
      });
    });
  }

  test('passes over what is no item of the table, and counts it', async () => {
    const wrong = [
      'no JSON',
      '{}',
      '{"Item":{"id":{"N":"1"}}}',
      '{"Item":{"n":{"S":"x"}}}',
      '{"Item":{"id":{"S":""}}}',
    ];
    put('a', `${wrong.join('\n')}\n${line('good')}`);
    expect(await finished()).toMatchObject({
      status: 'COMPLETED',
      processedItems: 6,
      importedItems: 1,
      errors: 5,
    });
    expect(await stored('good')).toBeDefined();
  });

  test('of CSV has a header in each object, or one for all', async () => {
    put('p/1', 'id,n\na,1\nb,"2\n3"\n');
    put('p/2', 'text,id\r\n,c\r\n');
    expect(await finished({ prefix: 'p/', csv: {} })).toMatchObject({ importedItems: 3, errors: 0 });
    expect(await stored('a')).toEqual(item({ id: S('a'), n: S('1') }));
    expect(await stored('b')).toEqual(item({ id: S('b'), n: S('2\n3') }));
    expect(await stored('c')).toEqual(item({ id: S('c'), text: S('') }));
  });

  test('is closed to everyone and CREATING until it is whole', async () => {
    put('a', line('x'));
    await opened.imports.start(user, requestFor());
    const { tables } = opened.base.site;
    const { status, restore } = await tables.describe(user, 'T');
    expect([status, restore?.isImport]).toEqual(['CREATING', true]);
    expect(await refusalOf(() => stored('x'))).toMatch(/^TableNotFound: /);
    expect(await refusalOf(() => tables.delete(user, 'T'))).toMatch(
      /^TableInUse: .*Table is being created: T$/,
    );
    await opened.imports.settled();
    expect(await stored('x')).toBeDefined();
  });

  const failures: readonly (readonly [string, Partial<ImportRequest>, string])[] = [
    ['a bucket that is not there', { bucket: 'none' }, 'S3NoSuchBucket'],
    ['a prefix without an object', { prefix: 'none' }, 'S3NoSuchKey'],
    ['an object that is not compressed so', { prefix: 'a', compression: 'GZIP' }, 'InputUnreadable'],
    ['CSV whose first row is no header', { prefix: 'csv', csv: {} }, 'InputUnreadable'],
  ];
  for (const [name, more, code] of failures) {
    test(`of ${name} fails, and its table goes`, async () => {
      put('a', line('x'));
      put('csv', 'id,id\n1,2\n');
      expect(await finished(more)).toMatchObject({ status: 'FAILED', failure: { code } });
      expect(await names()).toEqual([]);
      expect(await finished({ prefix: 'a' })).toMatchObject({ status: 'COMPLETED' });
    });
  }

  test('under a key that goes meanwhile fails, and its table goes', async () => {
    const { kms } = opened.base.site;
    const keyId = await newKey(kms);
    put('a', line('x'));
    const definition = definitionOf('T', { kind: 'customer', keyId });
    const { arn } = await opened.imports.start(user, requestFor({ definition }));
    await kms.keys.disable(user, keyId);
    await opened.imports.settled();
    expect(opened.imports.find(user, arn)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'AccessDenied' },
    });
    expect(await names()).toEqual([]);
  });

  test('into a table that is there is refused', async () => {
    await opened.base.site.tables.create(user, definitionOf('T'));
    expect(await refusalOf(() => opened.imports.start(user, requestFor()))).toBe(
      'TableInUse: Table already exists: T',
    );
  });
});

test('a token makes one import of one request, and is refused for another', async () => {
  put('a', line('x'));
  const first = await opened.imports.start(user, requestFor({ clientToken: 't' }));
  expect((await opened.imports.start(user, requestFor({ clientToken: 't' }))).arn).toBe(first.arn);
  expect(
    await refusalOf(() => opened.imports.start(user, requestFor({ clientToken: 't', prefix: 'p' }))),
  ).toBe('ImportConflict: The client token was used for another import: t');
});

test('an import whose table was whole when the process ended is whole', async () => {
  put('a', line('x'));
  const done = await finished();
  const { failure: _, endedAtMs: __, ...open } = done;
  const { shelf } = opened.base.site.tables.copying;
  await shelf.put('import', done.id, { format: 1, ...open, status: 'IN_PROGRESS' });
  opened = await opened.restart({ crash: true });
  expect(opened.imports.find(user, done.arn)).toMatchObject({ status: 'COMPLETED', importedItems: 1 });
  expect(await stored('x')).toBeDefined();
});

test('how much an import has taken is durable before its table is there', async () => {
  put('a', line('x'));
  const { restoring } = opened.base.site.tables;
  let kept: unknown;
  const finish = restoring.finish.bind(restoring);
  restoring.finish = async (identity) => {
    kept = (await opened.base.site.tables.copying.shelf.all('import'))[0]?.value;
    await finish(identity);
  };
  await finished();
  expect(kept).toMatchObject({ status: 'IN_PROGRESS', importedItems: 1, processedItems: 1 });
});

test('an import that was under way has failed after a crash, and its table is gone', async () => {
  put('a', line('x'));
  const begun = await opened.imports.start(user, requestFor());
  opened = await opened.restart({ crash: true });
  expect(opened.imports.find(user, begun.arn)).toMatchObject({
    status: 'FAILED',
    failure: { message: 'The server ended before the import did.' },
  });
  expect(await names()).toEqual([]);
  const elsewhere = { ...user, region: 'eu-west-1' };
  expect(await refusalOf(() => opened.imports.find(elsewhere, begun.arn))).toBe(
    `ImportNotFound: Import not found: ${begun.arn}`,
  );
});
