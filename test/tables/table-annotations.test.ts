import { beforeEach, describe, expect, test } from 'vitest';
import { tableArn } from '../../src/tables/table-name.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, newKey, openTables, type TablesForTest } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

let opened: TablesForTest;
beforeEach(async () => {
  opened = await openTables();
  await opened.tables.create(user, definitionOf('notes', { kind: 'owned' }, { stream: 'KEYS_ONLY' }));
});

const arn = tableArn(user, 'notes');
const notes = { arn, tableArn: arn };
const missing = (of: string) => `ResourceNotFound: Requested resource not found: ResourcArn: ${of} not found`;

describe('tags', () => {
  const tags = [{ Key: 'team', Value: 'a' }];

  test('are kept over a restart', async () => {
    await opened.tables.annotations.changeTags(user, arn, () => tags);
    opened = await opened.restart();
    expect(await opened.tables.annotations.tags(user, arn)).toEqual(tags);
  });

  test('need no key', async () => {
    const keyArn = await newKey(opened.kms);
    await opened.tables.create(user, definitionOf('kept', { kind: 'customer', keyId: keyArn }));
    await opened.kms.keys.disable(user, keyArn);
    const kept = tableArn(user, 'kept');
    await opened.tables.annotations.changeTags(user, kept, () => tags);
    expect(await opened.tables.annotations.tags(user, kept)).toEqual(tags);
  });

  test('of a table that is not there are refused', async () => {
    const other = tableArn(user, 'others');
    expect(await refusalOf(() => opened.tables.annotations.tags(user, other))).toBe(missing(other));
    expect(await refusalOf(() => opened.tables.annotations.changeTags(user, other, () => []))).toBe(
      missing(other),
    );
  });
});

describe('policies', () => {
  const put = (holder: { readonly arn: string; readonly tableArn: string }, text: string | undefined) =>
    opened.tables.annotations.changePolicy(user, holder, () => text);

  test('are kept over a restart, of the table and of its stream', async () => {
    const [{ arn: streamArn } = { arn: '' }] = opened.tables.streams.list(user);
    const stream = { arn: streamArn, tableArn: arn };
    await put(notes, '{"a":1}');
    await put(stream, '{"b":1}');
    opened = await opened.restart();
    const { annotations } = opened.tables;
    expect((await annotations.policy(user, notes))?.text).toBe('{"a":1}');
    expect((await annotations.policy(user, stream))?.text).toBe('{"b":1}');
    await put(notes, undefined);
    expect(await annotations.policy(user, notes)).toBeUndefined();
    expect((await annotations.policy(user, stream))?.text).toBe('{"b":1}');
  });

  test('have another revision with each change, and the same without one', async () => {
    const first = await put(notes, '{}');
    const same = await put(notes, '{}');
    const next = await put(notes, '[]');
    expect(same).toEqual(first);
    expect(next?.revisionId).not.toBe(first?.revisionId);
    expect(await put(notes, undefined)).toBeUndefined();
  });

  test('of a stream that is not there are refused', async () => {
    const other = `${arn}/stream/2020-01-01T00:00:00.000`;
    expect(await refusalOf(() => put({ arn: other, tableArn: arn }, '{}'))).toBe(missing(other));
  });
});
