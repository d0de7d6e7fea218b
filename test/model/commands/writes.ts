/** Commands that write items, with and without conditions, in either style, alone and in batches. */
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  type Attributes,
  anyAttributes,
  anyChange,
  anyLegacyChange,
  anyTest,
  anyValue,
  type Change,
  canonical,
  names,
  testInput,
} from '../../support/naive-items.ts';
import {
  conditionFailed,
  type Model,
  noTable,
  only,
  settled,
  updated,
  type Written,
  write,
} from '../../support/naive-tables.ts';
import { type Place, place } from './places.ts';
import { expectAnswer, merged, type Step, step } from './real.ts';

/** The answer to a write with its ReturnValues. */
function writeAnswer({ refused, old, next }: Written, wanted: string, changed?: string): unknown {
  if (refused !== undefined) return refused;
  const part = (item: Attributes | undefined) => {
    const kept = only(item ?? {}, [changed ?? '']);
    return Object.keys(kept).length === 0 ? undefined : kept;
  };
  const returned = {
    NONE: undefined,
    ALL_OLD: old,
    ALL_NEW: next,
    UPDATED_OLD: part(old),
    UPDATED_NEW: part(next),
  }[wanted];
  return returned === undefined ? {} : { Attributes: returned };
}

const oldOrNone = fc.constantFrom('NONE', 'ALL_OLD');

const puts = fc.tuple(place, anyAttributes, oldOrNone).map(([{ TableName, Key }, attributes, ReturnValues]) =>
  step('PutItem', (model, real) => {
    const Item = { ...attributes, ...Key };
    const written = write(model, TableName, Key, { decide: () => Item });
    return expectAnswer(
      real,
      'PutItem',
      { TableName, Item, ReturnValues },
      writeAnswer(written, ReturnValues),
    );
  }),
);

const conditionalPuts = fc
  .tuple(place, anyAttributes, anyTest)
  .map(([{ TableName, Key }, attributes, test]) =>
    step('PutItem if', (model, real) => {
      const Item = { ...attributes, ...Key };
      const written = write(model, TableName, Key, { test, decide: () => Item });
      const input = { TableName, Item, ...testInput('ConditionExpression', test) };
      return expectAnswer(real, 'PutItem', input, writeAnswer(written, 'NONE'));
    }),
  );

const expectedPuts = fc
  .tuple(place, anyAttributes, fc.constantFrom(...names), anyValue)
  .map(([{ TableName, Key }, attributes, name, Value]) =>
    step('PutItem as expected', (model, real) => {
      const Item = { ...attributes, ...Key };
      const test = {
        text: '',
        name,
        value: Value,
        holds: (old: Attributes | undefined) => canonical(old?.[name] ?? null) === canonical(Value),
      };
      const written = write(model, TableName, Key, { test, decide: () => Item });
      const input = { TableName, Item, Expected: { [name]: { Value } } };
      return expectAnswer(real, 'PutItem', input, writeAnswer(written, 'NONE'));
    }),
  );

const refusedPuts = fc
  .tuple(place, fc.constantFrom('', 'x', '1e126', '9'.repeat(39)))
  .map(([{ TableName, Key }, N]) =>
    step('PutItem of no number', async (_, { api }) => {
      expect(await api.refusal('PutItem', { TableName, Item: { ...Key, x: { N } } })).toMatch(/[Nn]um/);
    }),
  );

const returnValues = fc.constantFrom('NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW');

/** Nested targets have pruned answers, which are tested with the expressions. */
const isWhole = ({ input }: Change) =>
  !('UpdateExpression' in input && /#u[.[]/.test(String(input.UpdateExpression)));

/** Several, of which that is done which the item takes and is changed by: chance alone would seldom find one. */
const several = (change: fc.Arbitrary<Change>) => fc.array(change, { minLength: 1, maxLength: 6 });

function fitting(model: Model, { TableName, Key }: Place, changes: readonly Change[]): Change {
  const old = model.get(TableName)?.get(canonical(Key));
  const takes = (change: Change) => {
    const next = updated(old, Key, change);
    return typeof next === 'object' && canonical(next) !== canonical(old ?? null);
  };
  const change = changes.find(takes) ?? changes[0];
  if (change === undefined) throw new TypeError('there is a change at least');
  return change;
}

export const updates = (name: string, change: fc.Arbitrary<Change>) =>
  fc.tuple(place, several(change), returnValues).map(([{ TableName, Key }, changes, wanted]) =>
    step(name, (model, real) => {
      const change = fitting(model, { TableName, Key }, changes);
      const ReturnValues = isWhole(change) ? wanted : 'ALL_NEW';
      const written = write(model, TableName, Key, { decide: (old) => updated(old, Key, change) });
      const input = { TableName, Key, ...change.input, ReturnValues };
      return expectAnswer(real, 'UpdateItem', input, writeAnswer(written, ReturnValues, change.name));
    }),
  );

const conditionalUpdates = fc
  .tuple(place, several(anyChange), anyTest)
  .map(([{ TableName, Key }, changes, test]) =>
    step('UpdateItem if', async (model, real) => {
      const change = fitting(model, { TableName, Key }, changes);
      const written = write(model, TableName, Key, { test, decide: (old) => updated(old, Key, change) });
      const input = merged(
        { TableName, Key, ReturnValues: 'ALL_NEW', ...change.input },
        testInput('ConditionExpression', test),
      );
      await expectAnswer(real, 'UpdateItem', input, writeAnswer(written, 'ALL_NEW'));
      if (written.refused !== conditionFailed) return;
      const failing = { ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
      expect(settled(await real.api.itemOfFailure('UpdateItem', failing))).toEqual(settled(written.old));
    }),
  );

const removals = fc.tuple(place, oldOrNone).map(([{ TableName, Key }, ReturnValues]) =>
  step('DeleteItem', (model, real) => {
    const written = write(model, TableName, Key, { decide: () => undefined });
    return expectAnswer(
      real,
      'DeleteItem',
      { TableName, Key, ReturnValues },
      writeAnswer(written, ReturnValues),
    );
  }),
);

const conditionalRemovals = fc.tuple(place, anyTest).map(([{ TableName, Key }, test]) =>
  step('DeleteItem if', (model, real) => {
    const written = write(model, TableName, Key, { test, decide: () => undefined });
    const input = { TableName, Key, ...testInput('ConditionExpression', test) };
    return expectAnswer(real, 'DeleteItem', input, writeAnswer(written, 'NONE'));
  }),
);

const writesOfBatch = fc
  .uniqueArray(fc.tuple(place, fc.option(anyAttributes)), {
    selector: ([{ TableName, Key }]) => canonical([TableName, Key]),
    minLength: 1,
    maxLength: 8,
  })
  .map((writes) =>
    step(`BatchWriteItem of ${writes.length}`, (model, real) => {
      const RequestItems: Record<string, object[]> = {};
      for (const [{ TableName, Key }, attributes] of writes) {
        RequestItems[TableName] ??= [];
        RequestItems[TableName].push(
          attributes === null
            ? { DeleteRequest: { Key } }
            : { PutRequest: { Item: { ...attributes, ...Key } } },
        );
      }
      const lacking = writes.some(([{ TableName }]) => !model.has(TableName));
      for (const [{ TableName, Key }, attributes] of lacking ? [] : writes) {
        write(model, TableName, Key, {
          decide: () => (attributes === null ? undefined : { ...attributes, ...Key }),
        });
      }
      const expected = lacking ? noTable : { UnprocessedItems: {} };
      return expectAnswer(real, 'BatchWriteItem', { RequestItems }, expected);
    }),
  );

export const writeSteps: readonly fc.Arbitrary<Step>[] = [
  puts,
  conditionalPuts,
  expectedPuts,
  refusedPuts,
  updates('UpdateItem', anyChange),
  updates('UpdateItem', anyChange),
  updates('UpdateItem as before', anyLegacyChange),
  conditionalUpdates,
  removals,
  conditionalRemovals,
  writesOfBatch,
];
