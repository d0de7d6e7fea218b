import { expect, test } from 'vitest';
import { streamInfo } from '../../../src/tables/stream/stream-info.ts';
import { definitionOf } from '../../support/open-tables.ts';
import { recordOf } from '../support.ts';

test('a stream is told by what the catalogue has of it and of its table', () => {
  const stream = { label: '2026-01-01T00:00:00.000', view: 'KEYS_ONLY', tree: 9, createdAtMs: 1 } as const;
  expect(streamInfo(recordOf(definitionOf('orders')), stream)).toEqual({
    ...stream,
    arn: 'arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000',
    table: 'orders',
    region: 'us-east-1',
    keySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
});
