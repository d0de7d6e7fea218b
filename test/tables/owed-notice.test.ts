import { expect, test } from 'vitest';
import {
  type OwedNotice,
  owedNoticesMax,
  withNotice,
  withNoticeTried,
} from '../../src/tables/owed-notice.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from './support.ts';

const record = recordOf(definitionOf('T'));
const notice = (id: string): OwedNotice => ({
  id,
  kind: 'keyLost',
  atMs: 1,
  keyArn: 'arn',
  sinceMs: 1,
  sent: [],
  tries: 0,
  nextTryMs: 1,
});

test('notices wait in the order in which they came, the oldest giving way to the newest', () => {
  let owing = record;
  for (let number = 0; number <= owedNoticesMax; number++) owing = withNotice(owing, notice(`${number}`));
  expect(owing.notices?.map(({ id }) => id)).toEqual(
    Array.from({ length: owedNoticesMax }, (_, index) => `${index + 1}`),
  );
  expect(record.notices).toBeUndefined();
});

test('a notice that was tried waits on or goes, and a record without one has no list', () => {
  const owing = withNotice(withNotice(record, notice('a')), notice('b'));
  const tried = { ...notice('a'), tries: 1, sent: ['mail'] };
  expect(withNoticeTried(owing, 'a', tried).notices).toEqual([tried, notice('b')]);
  const left = withNoticeTried(owing, 'a', undefined);
  expect(left.notices).toEqual([notice('b')]);
  expect(withNoticeTried(left, 'b', undefined)).toEqual(record);
  // One that gave way meanwhile does not come back.
  expect(withNoticeTried(record, 'a', tried)).toEqual(record);
});
