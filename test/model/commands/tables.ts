/** Commands on whole tables, and restarts. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { Api, type Json, tableInput } from '../../api/dynamodb/support.ts';
import { noTable, type TableName } from '../../support/naive-tables.ts';
import { table } from './places.ts';
import { answerOf, expectAnswer, type Step, step } from './real.ts';

/** `events` has two indexes, one of each kind, with all of an item and with its keys. */
export function definitionOf(name: TableName): Json {
  if (name === 'notes') return tableInput(name);
  const input = tableInput(name, 'N');
  const key = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
  const global = { IndexName: 'by-g', KeySchema: key('g', 'sk'), Projection: { ProjectionType: 'ALL' } };
  const local = {
    IndexName: 'own-g',
    KeySchema: key('pk', 'g'),
    Projection: { ProjectionType: 'KEYS_ONLY' },
  };
  return {
    ...input,
    AttributeDefinitions: ['pk', 'sk', 'g'].map((AttributeName) => ({
      AttributeName,
      AttributeType: AttributeName === 'sk' ? 'N' : 'S',
    })),
    GlobalSecondaryIndexes: [global],
    LocalSecondaryIndexes: [local],
  };
}

const creations = table.map((name) =>
  step(`CreateTable ${name}`, async (model, { api }) => {
    const said = await api.refusal('CreateTable', definitionOf(name));
    if (model.has(name)) expect(said).toMatch(/^TableInUse: /);
    else expect(said).toBe('answered');
    if (!model.has(name)) model.set(name, new Map());
  }),
);

const deletions = table.map((name) =>
  step(`DeleteTable ${name}`, async (model, { api }) => {
    const said = await api.refusal('DeleteTable', { TableName: name });
    expect(said).toBe(model.delete(name) ? 'answered' : `${noTable}: Table: ${name} not found`);
  }),
);

const descriptions = table.map((name) =>
  step(`DescribeTable ${name}`, async (model, real) => {
    const answer = await answerOf(real, 'DescribeTable', { TableName: name });
    if (model.has(name)) expect(answer).toMatchObject({ Table: { TableName: name, TableStatus: 'ACTIVE' } });
    else expect(answer).toBe(`${noTable}: Table: ${name} not found`);
  }),
);

const lists = fc.constant(
  step('ListTables', (model, real) =>
    expectAnswer(real, 'ListTables', {}, { TableNames: [...model.keys()].sort() }),
  ),
);

const restarts = fc.boolean().map((crash) =>
  step(crash ? 'crash' : 'restart', async (_, real) => {
    real.running = await real.running.restart({ crash });
    real.api = new Api(real.running.tables);
  }),
);

export const tableSteps: readonly fc.Arbitrary<Step>[] = [
  // Twice, so that tables are there more often than not.
  creations,
  creations,
  deletions,
  descriptions,
  lists,
  restarts,
];
