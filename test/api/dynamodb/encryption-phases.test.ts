import { describe, expect, test } from 'vitest';
import { EncryptionPhases } from '../../../src/api/dynamodb/encryption-phases.ts';
import { tableInfo } from '../../../src/tables/table-info.ts';
import type { TableInfo } from '../../../src/tables/table-record.ts';
import { definitionOf } from '../../support/open-tables.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { recordOf } from '../../tables/support.ts';

type Encryption = TableInfo['sse'];
const [first, second]: Encryption[] = [
  { status: 'ENABLED', keyArn: 'arn A' },
  { status: 'ENABLED', keyArn: 'arn B' },
];
const bare = tableInfo(recordOf(definitionOf('T')));
const infoWith = (sse: Encryption): TableInfo => (sse === undefined ? bare : { ...bare, sse });
const updating = (keyArn?: string) => ({ status: 'UPDATING', ...(keyArn && { keyArn }) });

describe('a change of the key passes as it does on AWS (aws-behaviour §1.6)', () => {
  const cases = [
    { name: 'owned to a key', from: undefined, to: second, shown: [updating(), updating('arn B'), second] },
    {
      name: 'a key to a key',
      from: first,
      to: second,
      shown: [updating('arn A'), updating('arn B'), second],
    },
    { name: 'a key to owned', from: first, to: undefined, shown: [updating('arn A'), updating(), undefined] },
  ] as const;
  for (const { name, from, to, shown } of cases) {
    test(name, () => {
      const clock = new VirtualClock();
      const phases = new EncryptionPhases(clock);
      phases.begin('place', from, 22_000);
      const at = (ms: number) => {
        clock.advance(ms - clock.monotonicMs());
        const { sse, ...rest } = phases.shown('place', infoWith(to));
        const { sse: _, ...before } = infoWith(to);
        expect(rest).toEqual(before);
        return sse;
      };
      expect([at(0), at(7_999), at(8_000), at(21_999), at(22_000)]).toEqual([
        shown[0],
        shown[0],
        shown[1],
        shown[1],
        shown[2],
      ]);
    });
  }
});

test('a change is under way at its table until its time is up, and without a time not at all', () => {
  const clock = new VirtualClock();
  const phases = new EncryptionPhases(clock);
  phases.begin('a', first, 100);
  phases.begin('b', first, 0);
  expect(['a', 'b', 'c'].map((place) => phases.isUnderWay(place))).toEqual([true, false, false]);
  expect(phases.shown('c', infoWith(second))).toEqual(infoWith(second));
  clock.advance(99);
  expect(phases.isUnderWay('a')).toBe(true);
  clock.advance(1);
  expect(phases.isUnderWay('a')).toBe(false);
});
