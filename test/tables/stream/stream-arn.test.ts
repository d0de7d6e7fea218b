import { expect, test } from 'vitest';
import { isStreamArn, streamArn, streamNameOf } from '../../../src/tables/stream/stream-arn.ts';

const home = { account: '111122223333', region: 'eu-west-1' };
const name = { table: 'orders', label: '2026-01-02T03:04:05.006' };
const arn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-02T03:04:05.006';

test('a stream is named by its table and its label', () => {
  expect(streamArn(home, name)).toBe(arn);
  expect(streamNameOf(home, arn)).toEqual(name);
  expect(isStreamArn(arn)).toBe(true);
});

for (const [title, other] of [
  ['of another account', arn.replace('1111', '4444')],
  ['of another region', arn.replace('eu-west-1', 'us-east-1')],
  ['of a table', arn.slice(0, arn.indexOf('/stream'))],
  ['that is none', 'orders'],
] as const) {
  test(`an ARN ${title} names no stream here`, () => {
    expect(streamNameOf(home, other)).toBeUndefined();
    expect(isStreamArn(other)).toBe(title.startsWith('of another'));
  });
}
