import { expect, test } from 'vitest';
import { beingUpdated, stillInUse } from '../../src/tables/still-in-use.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from './support.ts';

const inUse = 'Attempt to change a resource which is still in use: ';

test('a table that is in use says by what', () => {
  expect(stillInUse('Why.')).toMatchObject({ code: 'TableInUse', message: `${inUse}Why.` });
  const message = `${inUse}Table: T is in the process of being updated.`;
  expect(beingUpdated(recordOf(definitionOf('T')))).toMatchObject({ code: 'TableInUse', message });
});
