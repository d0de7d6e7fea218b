/** What the small steps of an operation cost one by one: items, keys, JSON and expressions, by Benchmark.js. */
import { createRequire } from 'node:module';
import { parseJsonBody } from '../src/api/json.ts';
import { parseInput } from '../src/api/shape.ts';
import { checkedItem, type RawItem } from '../src/tables/attribute-check.ts';
import { compileExpressions } from '../src/tables/expression/compile.ts';
import { decodeItem, encodeItem } from '../src/tables/item.ts';
import type { KeySchema } from '../src/tables/key-schema.ts';
import { encodeKey } from '../src/tables/tree-key.ts';
import type { Bench, Figure } from './figures.ts';
import { itemBody } from './http-body.ts';

interface Suite {
  add(name: string, once: () => unknown): Suite;
  on(event: 'cycle', listener: (event: { target: Target }) => void): Suite;
  run(): Suite;
}

interface Target {
  readonly name: string;
  /** Operations a second. */
  readonly hz: number;
  readonly stats: { readonly rme: number };
}

const { Suite } = createRequire(import.meta.url)('benchmark') as { Suite: new () => Suite };

const schema: KeySchema = { hash: { name: 'id', type: 'S' } };
const wire = { TableName: 'bench', Item: { id: { S: 'item-00000042' }, ...itemBody(42) } };
const body = Buffer.from(JSON.stringify(wire));
const expressions = {
  ConditionExpression: 'attribute_not_exists(id) OR (#count < :limit AND begins_with(#name, :prefix))',
  ExpressionAttributeNames: new Map([
    ['#count', 'count'],
    ['#name', 'name'],
  ]),
  ExpressionAttributeValues: new Map([
    [':limit', { N: '100' }],
    [':prefix', { S: 'name' }],
  ]),
};

export const codec: Bench = {
  question: 'microseconds of the steps that every operation is made of, an item of 1 KB',
  async run(say) {
    const { Item } = parseInput('dynamodb', 'PutItem', parseJsonBody(body)) as { Item: RawItem };
    const item = checkedItem(Item);
    const encoded = encodeItem(item);
    const figures: Figure[] = [];
    new Suite()
      .add('json_parse', () => parseJsonBody(body))
      .add('input_check', () => parseInput('dynamodb', 'PutItem', wire))
      .add('item_check', () => checkedItem(Item))
      .add('item_encode', () => encodeItem(item))
      .add('item_decode', () => decodeItem(encoded))
      .add('key_encode', () => encodeKey(schema, item))
      .add('condition_compile', () => compileExpressions(expressions))
      .on('cycle', ({ target }) => {
        say(`${target.name}: ±${target.stats.rme.toFixed(1)} %`);
        figures.push({
          name: `${target.name}_us`,
          value: 1e6 / target.hz,
          note: `µs; ${Math.round(target.hz).toLocaleString('en')} a second`,
        });
      })
      .run();
    return figures;
  },
};
