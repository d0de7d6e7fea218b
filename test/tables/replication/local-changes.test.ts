import { describe, expect, test } from 'vitest';

import { book } from '../../support/book-tables.ts';
import { region as here } from '../../support/embedded-kms.ts';

import { filledGroup, idIn, pullAll, putIn } from '../../support/replica-tables.ts';

const there = 'eu-west-1';

describe('changes', () => {
  test('that are local are told to those who listen, once for many', async () => {
    const { tables } = await filledGroup(here, there);
    const told: string[] = [];
    const stop = tables.replicas.onLocalChange((id) => told.push(id));
    await Promise.all(['b', 'c', 'd'].map((id) => putIn(tables, here, book(id))));
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    await turn();
    expect(new Set(told)).toEqual(new Set([idIn(tables, here)]));
    told.length = 0;
    await pullAll({ tables, region: there }, { tables, region: here });
    await turn();
    expect(told).toEqual([]);
    stop();
    await putIn(tables, here, book('e'));
    await turn();
    expect(told).toEqual([]);
  });
});
