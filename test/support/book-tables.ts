/** Tables of books for tests, with texts of what may go wrong with their keys. */
import type { Caller } from '../../src/kms/key-service.ts';
import type { Item } from '../../src/tables/attribute.ts';
import type { OpenTable } from '../../src/tables/table.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { item, N, S } from '../tables/support.ts';
import { account, region, user } from './embedded-kms.ts';
import {
  definitionOf,
  newConnection,
  newKey,
  openTables,
  type TablesForTest,
  type TablesForTestOptions,
} from './open-tables.ts';
import { refusalOf } from './refusal.ts';

export const tableArn = `arn:aws:dynamodb:${region}:${account}:table/T`;

export const key = (id: string) => encodeKey({ hash: { name: 'id', type: 'S' } }, item({ id: S(id) }));
export const book = (id: string, pages = 1): Item => item({ id: S(id), pages: N(pages) });

export function putBook(table: OpenTable, next: Item): Promise<undefined> {
  const id = next.get('id');
  return table.write(key(id !== undefined && 'S' in id ? id.S : ''), () => ({ next, result: undefined }));
}

/** The table T, unless another is named, as for a client that has just connected. */
export function openT(tables: Tables, name = 'T', caller: Caller = user): Promise<OpenTable> {
  return (async () => tables.open(caller, newConnection(), name))();
}

export async function readBook(tables: Tables, id = 'a'): Promise<Item | undefined> {
  return (await (await openT(tables)).get(key(id)))?.item;
}

/** The text of a refusal by the key service, but for the id of the request, which is new each time. */
export async function keyRefusalOf(call: () => unknown): Promise<string> {
  return (await refusalOf(call)).replace(/Request ID: [0-9a-f-]{36}/, 'Request ID: <id>');
}

export function kmsOrigin(code: string): string {
  return `(Service: AWSKMS; Status Code: 400; Error Code: ${code}; Request ID: <id>; Proxy: null)`;
}

export function disabledText(keyArn: string): string {
  return (
    'TableKeyRefused: KMS key disabled error: com.amazonaws.services.kms.model.DisabledException: ' +
    `${keyArn} is disabled. ${kmsOrigin('DisabledException')}`
  );
}

export function dyingText(keyArn: string): string {
  return (
    'TableKeyRefused: KMS validation error: com.amazonaws.services.kms.model.KMSInvalidStateException: ' +
    `${keyArn} is pending deletion. ${kmsOrigin('KMSInvalidStateException')}`
  );
}

/** The table T under a customer key, with one book. */
export async function openProtected(
  options: TablesForTestOptions = {},
): Promise<TablesForTest & { readonly keyArn: string }> {
  const opened = await openTables(options);
  const keyArn = await newKey(opened.kms);
  await opened.tables.create(user, definitionOf('T', { kind: 'customer', keyId: keyArn }));
  await putBook(await openT(opened.tables), book('a'));
  return { ...opened, keyArn };
}
