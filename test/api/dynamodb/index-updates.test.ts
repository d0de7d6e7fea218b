import { describe, expect, test } from 'vitest';
import { type IndexUpdateInput, indexUpdates } from '../../../src/api/dynamodb/index-updates.ts';
import { refusalOf } from '../../support/refusal.ts';
import { P } from './support.ts';

const Projection = { ProjectionType: 'ALL' } as const;
const create = (IndexName: string): IndexUpdateInput => ({
  Create: { IndexName, KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }], Projection },
});
const units = { ReadCapacityUnits: 1, WriteCapacityUnits: 2 };
const update = (IndexName: string): IndexUpdateInput => ({
  Update: { IndexName, ProvisionedThroughput: units },
});
const remove = (IndexName: string): IndexUpdateInput => ({ Delete: { IndexName } });

test('updates are told by what they do', () => {
  expect(indexUpdates([])).toEqual({ throughput: new Map() });
  expect(indexUpdates([create('one'), update('two'), update('three')])).toEqual({
    made: create('one').Create,
    throughput: new Map([
      ['two', { throughput: units }],
      ['three', { throughput: units }],
    ]),
  });
  expect(indexUpdates([remove('one')])).toEqual({ removed: 'one', throughput: new Map() });
});

describe('updates are refused', () => {
  const actions =
    'GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete';
  const oneAtATime =
    'LimitExceeded: Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table';
  const cases: [string, IndexUpdateInput[], string][] = [
    ['that do nothing', [{}], `Validation: ${P}One of ${actions} must not be null`],
    [
      'that do two things',
      [{ ...create('one'), ...remove('two') }],
      `Validation: ${P}Only one of ${actions} may be specified`,
    ],
    [
      'of one index twice',
      [update('one'), remove('one')],
      `Validation: ${P}Only one global secondary index update per index is allowed simultaneously. Index: one`,
    ],
    [
      'of units out of all bounds',
      [{ Update: { IndexName: 'one', ProvisionedThroughput: { ...units, ReadCapacityUnits: 1e12 + 1 } } }],
      'Validation: Given value 1000000000001 for ReadCapacityUnits is out of bounds for index one',
    ],
    ['that make two', [create('one'), create('two')], oneAtATime],
    ['that make one and remove another', [create('one'), update('three'), remove('two')], oneAtATime],
  ];
  for (const [title, inputs, text] of cases) {
    test(title, async () => expect(await refusalOf(() => indexUpdates(inputs))).toBe(text));
  }
});
