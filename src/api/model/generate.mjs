/**
 * Writes the constraint tables beside it from two sources: botocore's service models (types, lengths, patterns, enums) and the
 * schemas of the AWS SDK (operations and members that are newer). A development tool; its output is committed.
 *   python3 -m pip download botocore, or apt-get install python3-botocore; then
 *   node src/api/model/generate.mjs <folder botocore/data> [service …]
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
  { name: 'cloudtrail', folder: 'cloudtrail', only: ['LookupEvents'] },
  { name: 'iam', folder: 'iam', only: identityOperations() },
  { name: 'sts', folder: 'sts', only: ['AssumeRole', 'GetCallerIdentity', 'GetSessionToken'] },
];

/** Members that the model demands, and newer clients may leave out for another one. */
const noLongerRequired = {
  CreateGrantRequest: ['GranteePrincipal'],
  ListRetirableGrantsRequest: ['RetiringPrincipal'],
};

/** Shapes whose bounds their operation checks, which has a name of its own for what breaks them. */
const checkedByOperation = ['MaxResults', 'LookupAttributeKey', 'EventCategory'];

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
    if (checkedByOperation.includes(shapeName)) return;
    for (const limit of ['min', 'max', 'pattern']) if (from[limit] !== undefined) shape[limit] = from[limit];
    if (from.enum !== undefined) shape.enum = inReportedOrder(from.enum);
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

/**
 * The order in which AWS lists a set in its messages: that of a hash table of Java's with 32 places, by name within one place.
 * Every set that was recorded is in it (aws-behaviour §5.9, and those of Kinesis and KMS).
 */
function inReportedOrder(values) {
  const placeOf = (value) => javaHash(value) & 31;
  return [...values].sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
}

function javaHash(text) {
  let hash = 0;
  for (const character of text) hash = (Math.imul(31, hash) + character.charCodeAt(0)) | 0;
  return hash;
}

/** What is served of a service with many more operations. */
function identityOperations() {
  const made = ['User', 'Role', 'Policy', 'AccessKey'].flatMap((noun) => [`Create${noun}`, `Delete${noun}`]);
  const shown = ['GetUser', 'GetRole', 'GetPolicy', 'GetPolicyVersion'];
  const listed = ['Users', 'Roles', 'Policies', 'PolicyVersions', 'AccessKeys'].map(
    (nouns) => `List${nouns}`,
  );
  const changed = ['UpdateUser', 'UpdateRole', 'UpdateAccessKey', 'UpdateAssumeRolePolicy'];
  const held = ['User', 'Role'].flatMap((noun) => [
    ...['Put', 'Get', 'Delete'].map((verb) => `${verb}${noun}Policy`),
    ...[`List${noun}Policies`, `Attach${noun}Policy`, `Detach${noun}Policy`, `ListAttached${noun}Policies`],
    ...[`Put${noun}PermissionsBoundary`, `Delete${noun}PermissionsBoundary`],
    ...[`Tag${noun}`, `Untag${noun}`, `List${noun}Tags`],
  ]);
  return [...made, ...shown, ...listed, ...changed, ...held, 'SimulatePrincipalPolicy'];
}

async function tablesOf(model, { client, only }) {
  const tables = new Tables(model);
  for (const name of only ?? []) {
    if (model.operations[name] === undefined) throw new Error(`the model has no operation ${name}`);
  }
  for (const [name, operation] of Object.entries(model.operations)) {
    if (only !== undefined && !only.includes(name)) continue;
    if (operation.input !== undefined) tables.operations[name] = tables.named(operation.input.shape);
    // An operation of the Query protocol may have none: it reads nothing then.
    else if (only !== undefined) tables.operations[name] = tables.plain('structure', { members: {} });
  }
  if (client === undefined) return tables;
  const schemas = Object.values(await import(client)).filter(
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

/** All tables, or those that are named after the folder. */
async function main([models, ...named]) {
  if (models === undefined) throw new Error('give the folder botocore/data');
  for (const { name, folder, ...source } of services) {
    if (named.length > 0 && !named.includes(name)) continue;
    const tables = await tablesOf(readModel(join(models, folder)), source);
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
