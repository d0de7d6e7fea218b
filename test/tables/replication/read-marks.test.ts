import { describe, expect, test } from 'vitest';
import { ReadMarks } from '../../../src/tables/replication/read-marks.ts';
import { book } from '../../support/book-tables.ts';
import { region as here } from '../../support/embedded-kms.ts';
import { contentIn, filledGroup, idIn, putIn, sourceOf } from '../../support/replica-tables.ts';

const there = 'eu-west-1';
const follow = (sequence: number) => ({ kind: 'follow', sequence }) as const;

describe('a reader', () => {
  test('that goes back is told everything until it is where it was', () => {
    const marks = new ReadMarks();
    const puller = 'eu-west-1/one';
    const told = (sequence: number, tableId = 'T') =>
      marks.judged(tableId, { position: follow(sequence), puller }).puller;
    expect([0, 5, 5, 9].map((sequence) => told(sequence))).toEqual([puller, puller, puller, puller]);
    expect([3, 8, 9, 12].map((sequence) => told(sequence))).toEqual(['', '', puller, puller]);
    expect(told(1, 'U')).toBe(puller);
    const copy = { position: { kind: 'copy', behind: new Uint8Array(), sequence: 1 }, puller } as const;
    expect(marks.judged('T', copy)).toBe(copy);
    expect(marks.judged('T', { puller })).toEqual({ puller });
  });

  test('whose store was put back gets its own writes again', async () => {
    const { tables } = await filledGroup(here, there);
    const [one, two] = [
      { tables, region: here },
      { tables, region: there },
    ];
    const puller = sourceOf(one);
    const [id, other] = [idIn(tables, here), idIn(tables, there)];
    const before = (await tables.replicas.read(other, { position: follow(0), puller })).position;
    await putIn(tables, here, book('b'));
    const position = await tables.replicas.position(other, puller);
    const page = await tables.replicas.read(id, { position, puller: sourceOf(two) });
    await tables.replicas.apply(other, puller, page);
    const after = await tables.replicas.read(other, { position: before, puller });
    expect(after.changes).toEqual([]);
    await tables.replicas.read(other, { position: after.position, puller });
    // As if the first region had never written it.
    expect((await tables.replicas.read(other, { position: before, puller })).changes).toHaveLength(1);
    expect(await contentIn(two)).toHaveLength(2);
  });
});
