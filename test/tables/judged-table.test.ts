import { expect, test } from 'vitest';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import { judgedTable } from '../../src/tables/judged-table.ts';

const arn = 'arn:aws:dynamodb:us-east-1:111122223333:table/T';
const counts = { itemCount: 0, bytes: 0, tree: 7, status: 'ACTIVE' } as const;

const record: Pick<TableRecord, 'definition' | 'indexes' | 'policies'> = {
  definition: {
    name: 'T',
    keySchema: [
      { AttributeName: 'r', KeyType: 'RANGE' },
      { AttributeName: 'h', KeyType: 'HASH' },
    ],
    attributeDefinitions: [
      { AttributeName: 'h', AttributeType: 'S' },
      { AttributeName: 'r', AttributeType: 'N' },
      { AttributeName: 'x', AttributeType: 'B' },
    ],
    billingMode: 'PAY_PER_REQUEST',
    tableClass: 'STANDARD',
    deletionProtection: false,
    tags: [{ Key: 'k', Value: 'v' }],
  } as TableRecord['definition'],
  indexes: [
    {
      ...counts,
      ...{ kind: 'global', name: 'i', projection: { ProjectionType: 'ALL' } },
      keySchema: [{ AttributeName: 'x', KeyType: 'HASH' }],
    },
  ],
  policies: [
    { resource: arn, text: '{"of":"table"}', revisionId: '1' },
    { resource: `${arn}/stream/1`, text: '{"of":"stream"}', revisionId: '2' },
  ],
};

test('a judged table tells its keys, those of its indexes, its tags and its policies', () => {
  const judged = judgedTable(record as TableRecord);
  expect(judged.keySchema).toEqual({ hash: { name: 'h', type: 'S' }, range: { name: 'r', type: 'N' } });
  expect(judged.index('i')).toEqual({ hash: [{ name: 'x', type: 'B' }], range: [] });
  expect(judged.index('none')).toBeUndefined();
  expect(judged.tags).toEqual([{ Key: 'k', Value: 'v' }]);
  expect([arn, `${arn}/stream/1`, `${arn}/stream/2`].map((each) => judged.policy(each))).toEqual([
    '{"of":"table"}',
    '{"of":"stream"}',
    undefined,
  ]);
});

test('one without any has none', () => {
  const { indexes: _, policies: __, ...bare } = record;
  const judged = judgedTable(bare as TableRecord);
  expect([judged.index('i'), judged.policy(arn)]).toEqual([undefined, undefined]);
});
