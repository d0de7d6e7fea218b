/**
 * Writes the constraint tables beside it from two sources: botocore's service models (types, lengths, patterns, enums) and the
 * schemas of the AWS SDK (operations and members that are newer). A development tool; its output is committed.
 *   python3 -m pip download botocore, or apt-get install python3-botocore; then
 *   node src/api/model/generate.mjs <folder botocore/data>
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const services = [
  { name: 'dynamodb', folder: 'dynamodb', client: '@aws-sdk/client-dynamodb' },
  { name: 'streams', folder: 'dynamodbstreams', client: '@aws-sdk/client-dynamodb-streams' },
  { name: 'kms', folder: 'kms', client: '@aws-sdk/client-kms' },
];

/** The order in which AWS lists these sets in its messages; elsewhere it is the model's (aws-behaviour §5.9). */
const reportedOrder = {
  Select: ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'],
  ComparisonOperator: [
    ...['IN', 'NULL', 'BETWEEN', 'LT', 'NOT_CONTAINS', 'EQ', 'GT'],
    ...['NOT_NULL', 'NE', 'LE', 'BEGINS_WITH', 'GE', 'CONTAINS'],
  ],
  ConditionalOperator: ['OR', 'AND'],
  ReturnValue: ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'],
  ReturnConsumedCapacity: ['INDEXES', 'TOTAL', 'NONE'],
  ReturnItemCollectionMetrics: ['SIZE', 'NONE'],
  ScalarAttributeType: ['B', 'N', 'S'],
  ProjectionType: ['ALL', 'INCLUDE', 'KEYS_ONLY'],
};

/** Members that the model demands, and newer clients may leave out for another one. */
const noLongerRequired = {
  CreateGrantRequest: ['GranteePrincipal'],
  ListRetirableGrantsRequest: ['RetiringPrincipal'],
};

/** Schema references of the SDK to scalars: what the number stands for. */
const sdkScalars = {
  0: 'string',
  1: 'double',
  2: 'boolean',
  4: 'timestamp',
  5: 'timestamp',
  6: 'timestamp',
  7: 'timestamp',
  21: 'blob',
};
const listFlag = 64;
const mapFlag = 128;

function readModel(folder) {
  const version = readdirSync(folder).sort().at(-1);
  const base = join(folder, version, 'service-2.json');
  try {
    return JSON.parse(gunzipSync(readFileSync(`${base}.gz`)));
  } catch {
    return JSON.parse(readFileSync(base, 'utf8'));
  }
}

class Tables {
  operations = {};
  shapes = {};

  constructor(model) {
    this.model = model;
  }

  takeModel(shapeName) {
    if (this.shapes[shapeName] !== undefined) return;
    const from = this.model.shapes[shapeName];
    const shape = { type: from.type === 'float' ? 'double' : from.type };
    this.shapes[shapeName] = shape;
    for (const limit of ['min', 'max', 'pattern']) if (from[limit] !== undefined) shape[limit] = from[limit];
    if (from.enum !== undefined) shape.enum = inReportedOrder(shapeName, from.enum);
    if (from.sensitive === true) shape.sensitive = true;
    if (from.type === 'list') shape.member = this.named(from.member.shape);
    if (from.type === 'map') {
      shape.key = this.named(from.key.shape);
      shape.value = this.named(from.value.shape);
    }
    if (from.type === 'structure') {
      shape.members = {};
      for (const [name, { shape: member }] of Object.entries(from.members))
        shape.members[name] = this.named(member);
      const required = from.required?.filter((name) => !noLongerRequired[shapeName]?.includes(name)) ?? [];
      if (required.length > 0) shape.required = required;
    }
  }

  named(shapeName) {
    this.takeModel(shapeName);
    return shapeName;
  }

  /** The name of the table entry for an SDK schema; where the model knows the shape, its members are completed. */
  takeSchema(reference) {
    let schema = typeof reference === 'function' ? reference() : reference;
    if (Array.isArray(schema) && typeof schema[0] === 'function') schema = schema[0]();
    if (Array.isArray(schema) && typeof schema[0] === 'number' && typeof schema[1] !== 'string')
      schema = schema[0];
    if (typeof schema === 'number') return this.takeFlags(schema);
    const [kind, , name] = schema;
    if (kind === 0) return this.model.shapes[name] ? this.named(name) : this.takeSchema(schema[4]);
    if (this.model.shapes[name] !== undefined) this.takeModel(name);
    if (this.visited.has(name)) return name;
    this.visited.add(name);
    if (kind === 1)
      this.addShape(name, () => ({ type: 'list', member: this.takeSchema(schema[4]) }), [schema[4]]);
    else if (kind === 2) {
      const make = () => ({
        type: 'map',
        key: this.takeSchema(schema[4]),
        value: this.takeSchema(schema[5]),
      });
      this.addShape(name, make, [schema[4], schema[5]]);
    } else this.takeStructure(name, schema);
    return name;
  }

  visited = new Set();

  addShape(name, make, parts) {
    if (this.shapes[name] === undefined) this.shapes[name] = make();
    else for (const part of parts) this.takeSchema(part);
  }

  takeStructure(name, schema) {
    const [names, references, requiredCount = 0] = schema.slice(4);
    this.shapes[name] ??= {
      type: 'structure',
      members: {},
      ...(requiredCount > 0 && { required: names.slice(0, requiredCount) }),
    };
    const { members } = this.shapes[name];
    names.forEach((member, index) => {
      const type = this.takeSchema(references[index]);
      members[member] ??= type;
    });
  }

  takeFlags(flags) {
    if (flags >= mapFlag)
      return this.plain('map', { key: this.takeFlags(0), value: this.takeFlags(flags - mapFlag) });
    if (flags >= listFlag) return this.plain('list', { member: this.takeFlags(flags - listFlag) });
    const type = sdkScalars[flags];
    if (type === undefined) throw new Error(`the SDK has a schema this script does not know: ${flags}`);
    return this.plain(type, {});
  }

  plain(type, parts) {
    const name = ['Plain', type, ...Object.values(parts)].join('.');
    this.shapes[name] ??= { type, ...parts };
    return name;
  }
}

function inReportedOrder(shapeName, values) {
  const order = reportedOrder[shapeName];
  if (order === undefined) return values;
  for (const value of order)
    if (!values.includes(value)) throw new Error(`${shapeName} no longer has ${value}`);
  return [...order, ...values.filter((value) => !order.includes(value))];
}

async function tablesOf(model, clientPackage) {
  const tables = new Tables(model);
  for (const [name, operation] of Object.entries(model.operations)) {
    if (operation.input !== undefined) tables.operations[name] = tables.named(operation.input.shape);
  }
  const schemas = Object.values(await import(clientPackage)).filter(
    (value) => Array.isArray(value) && value[0] === 9,
  );
  for (const [, , name, , input] of schemas) {
    const shape = tables.takeSchema(input);
    // An operation without input has the SDK's Unit.
    tables.operations[name] ??= shape;
  }
  return tables;
}

function written(name, { operations, shapes }) {
  const entries = (record) =>
    Object.keys(record)
      .sort()
      .map((key) => `    ${JSON.stringify(key)}: ${JSON.stringify(record[key])},`);
  return [
    `/** The input shapes of ${name}, with their constraints. Made by generate.mjs; not written by hand. */`,
    "import type { ServiceModel } from './service-model.ts';",
    '',
    `export const ${name}Model: ServiceModel = {`,
    '  operations: {',
    ...entries(operations),
    '  },',
    '  shapes: {',
    ...entries(shapes),
    '  },',
    '};',
    '',
  ].join('\n');
}

async function main([models]) {
  if (models === undefined) throw new Error('give the folder botocore/data');
  for (const { name, folder, client } of services) {
    const tables = await tablesOf(readModel(join(models, folder)), client);
    const file = fileURLToPath(new URL(`${name}.generated.ts`, import.meta.url));
    const text = written(name, tables);
    writeFileSync(file, text);
    console.log(
      `${name}: ${Object.keys(tables.operations).length} operations, ${Object.keys(tables.shapes).length} shapes, ${text.length} bytes`,
    );
  }
}

main(process.argv.slice(2)).catch((fault) => {
  console.error(fault);
  process.exitCode = 1;
});
