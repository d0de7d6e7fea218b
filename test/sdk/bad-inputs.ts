/** The catalogue of bad inputs, row by row: each is answered as it should be, changes nothing, and leaves the server as able. */
import { expect, test } from 'vitest';
import type { InProcessHandler } from '../../src/server/in-process.ts';
import { newTable, Site } from './way.ts';

export type Body = string | Uint8Array | object;
/** What stands in the catalogue under `row`, and how it is answered. */
export type Row = readonly [row: string, operation: string, body: Body, expected: string];

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly message: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: an answer has as many shapes as there are operations.
  readonly body: any;
}

export const P = 'One or more parameter values were invalid: ';
export const ser = (message?: string) =>
  message === undefined ? 'SerializationException' : `SerializationException: ${message}`;
export const val = (message: string) => `ValidationException: ${message}`;
/** The refusal of one value by the model; `value` with its quotes and a blank before. */
export const failing = (value: string, path: string, demand: string) =>
  val(
    `1 validation error detected: Value${value} at '${path}' failed to satisfy constraint: Member must ${demand}`,
  );
export const noType = val(
  'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
);
export const overflow = val(
  'Number overflow. Attempting to store a number with magnitude larger than supported range',
);

export const TableName = 'weather';
export const Key = { city: { S: 'Bern' }, year: { N: '1' } };
export const put = (attributes: object, more: object = {}) => ({
  TableName,
  Item: { ...Key, ...attributes },
  ...more,
});
export const values = (value: object, name = ':v') => ({ ExpressionAttributeValues: { [name]: value } });
export const x = (count: number) => 'x'.repeat(count);

/** A table with two items in a store of its own, reached by requests as they are, without a client's checks. */
export class Catalogue {
  readonly #site: Site;
  readonly #handler: InProcessHandler;

  private constructor(site: Site) {
    this.#site = site;
    this.#handler = site.database.clientConfig().requestHandler;
  }

  static async open(): Promise<Catalogue> {
    const site = await Site.open('in process');
    await newTable(site.clients(), TableName);
    const catalogue = new Catalogue(site);
    for (const year of ['5', '6']) {
      const Item = { city: { S: 'Basel' }, year: { N: year }, snow: { N: year } };
      await catalogue.call('PutItem', { TableName, Item });
    }
    return catalogue;
  }

  end(): Promise<void> {
    return this.#site.end();
  }

  async call(operation: string, body: Body): Promise<Answer> {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const { response } = await this.#handler.handle({ method: 'POST', path: '/', headers, body: text });
    const parsed = JSON.parse(Buffer.from(response.body).toString());
    const type = String(parsed.__type ?? '').replace(/^.*#/, '');
    return { status: response.statusCode, type, message: parsed.message ?? parsed.Message, body: parsed };
  }

  /** Type and sentence of a refusal, or the status of an answer. */
  async said(operation: string, body: Body): Promise<string> {
    const { status, type, message } = await this.call(operation, body);
    if (status === 200) return '200';
    return message === undefined ? type : `${type}: ${message}`;
  }

  /** All items, which also shows that the next request is answered. */
  async everything(): Promise<unknown> {
    const { status, body } = await this.call('Scan', { TableName, ConsistentRead: true });
    expect(status).toBe(200);
    return body;
  }

  /** Takes away what an answered row has put. */
  async clear(): Promise<void> {
    await this.call('DeleteItem', { TableName, Key });
  }
}

/** A test a row; `catalogue` is asked for once it is open. */
export function testRows(catalogue: () => Catalogue, rows: readonly Row[]): void {
  for (const [row, operation, body, expected] of rows) {
    test(`${row}: ${operation} is answered ${expected.slice(0, 150)}`, async () => {
      const before = await catalogue().everything();
      expect(await catalogue().said(operation, body)).toBe(expected);
      if (expected === '200') await catalogue().clear();
      expect(await catalogue().everything()).toEqual(before);
      expect(Object.keys(Object.prototype)).toEqual([]);
    });
  }
}
