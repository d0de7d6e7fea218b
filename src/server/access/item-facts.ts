/** What conditions may ask of the items that a request is about: partition keys, attributes, and what it wants back. */
import { compiledExpressions } from '../../api/dynamodb/expressions.ts';
import type { FactValue } from '../../iam/request-facts.ts';
import type { AttributeValue } from '../../tables/attribute.ts';
import { checkedAttribute, type RawItem } from '../../tables/attribute-check.ts';
import type { CompiledExpressions, ExpressionParameters } from '../../tables/expression/compile.ts';
import type { Path } from '../../tables/expression/path.ts';
import type { JudgedTable } from '../../tables/judged-table.ts';
import type { IndexKeySchema } from '../../tables/key-schema.ts';
import type { LegacyParameters } from '../../tables/legacy/parameters.ts';
import { compiledStatement, type StatementAsk } from './statement-facts.ts';

export interface ItemAsk {
  /** Keys of items, or whole ones. */
  readonly items?: readonly RawItem[];
  /** A request with its expressions. */
  readonly input?: ExpressionParameters & LegacyParameters;
  readonly statement?: StatementAsk;
  /** Of which index the key condition is. */
  readonly indexName?: string | undefined;
  readonly select?: string | undefined;
  readonly returnValues?: string | undefined;
  readonly returnConsumedCapacity?: string | undefined;
  /** The transaction that the access is a part of. */
  readonly enclosing?: string | undefined;
}

export type Facts = readonly (readonly [key: string, value: FactValue])[];

/** Refuses what the operation would refuse of expressions and values; without the table, what only it tells is absent. */
export function itemFacts(ask: ItemAsk, table: JudgedTable | undefined): Facts {
  const { items = [], input, statement } = ask;
  const attributes = new Set<string>();
  const leading = new Set<string>();
  for (const item of items) {
    for (const name of item.keys()) attributes.add(name);
    const value = table && item.get(table.keySchema.hash.name);
    if (value !== undefined) leading.add(factText(checkedAttribute(value)));
  }
  let { select } = ask;
  let isFullScan: boolean | undefined;
  if (input !== undefined) {
    const expressions = compiledExpressions(input);
    addPaths(attributes, pathsOf(expressions));
    const keys = keyFacts(expressions, ask, table);
    for (const value of keys.values) leading.add(factText(value));
    for (const name of keys.names) attributes.add(name);
  }
  if (statement !== undefined) {
    const compiled = compiledStatement(statement, table);
    addPaths(attributes, compiled.paths);
    for (const value of compiled.leading) leading.add(factText(value));
    select = compiled.select;
    isFullScan = compiled.isFullScan;
  }
  return [
    ['dynamodb:LeadingKeys', [...leading]],
    ['dynamodb:Attributes', [...attributes]],
    ['dynamodb:Select', select],
    ['dynamodb:FullTableScan', isFullScan],
    ['dynamodb:ReturnValues', ask.returnValues],
    ['dynamodb:ReturnConsumedCapacity', ask.returnConsumedCapacity],
    ['dynamodb:EnclosingOperation', ask.enclosing],
  ];
}

function pathsOf({ update, condition, filter, projection }: CompiledExpressions): readonly Path[] {
  return [
    ...(update?.targets ?? []),
    ...(update?.sources ?? []),
    ...(condition?.paths ?? []),
    ...(filter?.paths ?? []),
    ...(projection?.paths ?? []),
  ];
}

function addPaths(attributes: Set<string>, paths: readonly Path[]): void {
  for (const [head] of paths) attributes.add(String(head));
}

/** Of a key condition. */
function keyFacts(
  { keyCondition }: CompiledExpressions,
  { indexName }: ItemAsk,
  table: JudgedTable | undefined,
): { readonly values: readonly AttributeValue[]; readonly names: readonly string[] } {
  const schema = table && (indexName === undefined ? asIndex(table) : table.index(indexName));
  if (keyCondition === undefined || schema === undefined) return { values: [], names: [] };
  const { hash, equal, sort } = keyCondition.bindIndex(schema);
  const sortCount = equal.length + (sort === undefined ? 0 : 1);
  const named = [...schema.hash, ...schema.range.slice(0, sortCount)];
  return { values: hash, names: named.map(({ name }) => name) };
}

export function asIndex({ keySchema: { hash, range } }: JudgedTable): IndexKeySchema {
  return { hash: [hash], range: range === undefined ? [] : [range] };
}

/** Numbers in their one form, so that none has two spellings; bytes in base64. */
function factText(value: AttributeValue): string {
  if ('S' in value) return value.S;
  if ('N' in value) return value.N;
  return 'B' in value ? Buffer.from(value.B).toString('base64') : '';
}
