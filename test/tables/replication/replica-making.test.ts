import { describe, expect, test } from 'vitest';

import { book, keyRefusalOf, openProtected } from '../../support/book-tables.ts';
import { region as here, user } from '../../support/embedded-kms.ts';
import { definitionOf, openTables } from '../../support/open-tables.ts';
import { refusalOf } from '../../support/refusal.ts';
import {
  callerIn,
  contentIn,
  fill,
  groupId,
  idIn,
  makeGroup,
  memberIn,
  openIn,
  putIn,
} from '../../support/replica-tables.ts';

const [there, third] = ['eu-west-1', 'ap-south-1'];

describe('a replica that is made', () => {
  test('refuses a name that is taken, and a key that is away, and leaves nothing', async () => {
    const { tables, kms, keyArn, memory } = await openProtected();
    const before = await memory.listTrees(-1, 99);
    const { encryption: _, ...definition } = definitionOf('T');
    const plan = { definition, indexes: [], groupId, members: [memberIn(here)] };
    expect(
      await refusalOf(() => tables.replicas.create(user, { ...plan, encryption: { kind: 'owned' } })),
    ).toBe('TableInUse: Table already exists: T');
    await kms.keys.disable(user, keyArn);
    const encryption = { kind: 'customer', keyId: keyArn } as const;
    const other = { ...plan, definition: { ...definition, name: 'U' }, encryption };
    expect(await keyRefusalOf(() => tables.replicas.create(user, other))).toContain('is disabled');
    expect(await memory.listTrees(-1, 99)).toEqual(before);
    expect(tables.replicas.all()).toEqual([]);
  });

  test('is closed to callers until it is whole, and CREATING', async () => {
    const { tables } = await openTables();
    await makeGroup(tables, [here, there]);
    await putIn(tables, here, book('a'));
    const caller = callerIn(there);
    expect((await tables.describe(caller, 'T')).status).toBe('CREATING');
    expect(await refusalOf(() => openIn(tables, there))).toContain('TableNotFound');
    const inUse = 'TableInUse: Attempt to change a resource which is still in use: Table is being created: T';
    expect(await refusalOf(() => tables.delete(caller, 'T'))).toBe(inUse);
    expect(await refusalOf(() => tables.changeSettings(caller, 'T', {}))).toBe(inUse);
    expect(await refusalOf(() => tables.copying.find(caller, 'T'))).toContain('ContinuousTableNotFound');
    const copy = { puller: third };
    expect(await refusalOf(() => tables.replicas.read(idIn(tables, there), copy))).toBe(inUse);
    await fill({ tables, region: there }, { tables, region: here });
    expect((await tables.describe(caller, 'T')).status).toBe('ACTIVE');
    expect(await contentIn({ tables, region: there })).toHaveLength(1);
  });
});
