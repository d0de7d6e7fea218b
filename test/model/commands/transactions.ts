/** Commands over several items of several tables at once: all is done, or nothing. */
import fc from 'fast-check';
import {
  type Attributes,
  anyAttributes,
  anyChange,
  anyTest,
  canonical,
  type Test,
  testInput,
} from '../../support/naive-items.ts';
import { type Model, noTable, updated } from '../../support/naive-tables.ts';
import { type Place, place } from './places.ts';
import { expectAnswer, merged, type Step, step } from './real.ts';

/** One part of a transaction: its request, and what it makes of the old item, a sentence where that is refused. */
interface Part {
  readonly place: Place;
  readonly request: object;
  readonly test: Test | undefined;
  readonly next: (old: Attributes | undefined) => Attributes | string | undefined;
}

const optionalTest = fc.option(anyTest, { nil: undefined });
const guarded = (input: object, test: Test | undefined) =>
  merged({ ...input }, test === undefined ? {} : testInput('ConditionExpression', test));

const putPart = fc.tuple(place, anyAttributes, optionalTest).map(([place, attributes, test]): Part => {
  const { TableName, Key } = place;
  const Item = { ...attributes, ...Key };
  return { place, test, request: { Put: guarded({ TableName, Item }, test) }, next: () => Item };
});
const updatePart = fc.tuple(place, anyChange, optionalTest).map(
  ([place, change, test]): Part => ({
    place,
    test,
    request: { Update: guarded({ ...place, ...change.input }, test) },
    next: (old) => updated(old, place.Key, change),
  }),
);
const deletePart = fc.tuple(place, optionalTest).map(
  ([place, test]): Part => ({
    place,
    test,
    request: { Delete: guarded(place, test) },
    next: () => undefined,
  }),
);
const checkPart = fc.tuple(place, anyTest).map(
  ([place, test]): Part => ({
    place,
    test,
    request: { ConditionCheck: guarded(place, test) },
    next: (old) => old,
  }),
);

const oldItem = (model: Model, { TableName, Key }: Place) => model.get(TableName)?.get(canonical(Key));

function reasonOf(model: Model, { place, test, next }: Part): string {
  const old = oldItem(model, place);
  if (test?.holds(old) === false) return 'ConditionalCheckFailed';
  return typeof next(old) === 'string' ? 'ValidationError' : 'None';
}

/** Does all of it, where nothing speaks against it; the answer either way. */
function transacted(model: Model, parts: readonly Part[]): unknown {
  if (parts.some(({ place }) => !model.has(place.TableName))) return noTable;
  const reasons = parts.map((part) => reasonOf(model, part));
  if (reasons.some((reason) => reason !== 'None')) {
    const opening = 'Transaction cancelled, please refer cancellation reasons for specific reasons';
    return `TransactionCancelled: ${opening} [${reasons.join(', ')}]`;
  }
  for (const { place, next } of parts) {
    const made = next(oldItem(model, place));
    const items = model.get(place.TableName);
    if (made === undefined) items?.delete(canonical(place.Key));
    else if (typeof made === 'object') items?.set(canonical(place.Key), made);
  }
  return {};
}

const writes = fc
  .uniqueArray(fc.oneof(putPart, updatePart, deletePart, checkPart), {
    selector: ({ place }) => canonical(place),
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) =>
    step(`TransactWriteItems of ${parts.length}`, (model, real) => {
      const TransactItems = parts.map(({ request }) => request);
      return expectAnswer(real, 'TransactWriteItems', { TransactItems }, transacted(model, parts));
    }),
  );

const reads = fc.uniqueArray(place, { selector: canonical, minLength: 1, maxLength: 4 }).map((places) =>
  step(`TransactGetItems of ${places.length}`, (model, real) => {
    const TransactItems = places.map((place) => ({ Get: place }));
    const lacking = places.some(({ TableName }) => !model.has(TableName));
    const Responses = places.map((place) => {
      const Item = oldItem(model, place);
      return Item === undefined ? {} : { Item };
    });
    return expectAnswer(real, 'TransactGetItems', { TransactItems }, lacking ? noTable : { Responses });
  }),
);

export const transactionSteps: readonly fc.Arbitrary<Step>[] = [writes, reads];
