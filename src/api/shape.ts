/** Reads the JSON input of an operation into exact types, held to the constraints of the service's model. */
import { assert } from '../base/errors.ts';
import { Constraint, notNull, quotedText, Trail } from './constraint.ts';
import * as json from './json-type.ts';
import { isSought, missingTexts, ownDemand, tableKeyDemands } from './member-rule.ts';
import { cloudtrailModel } from './model/cloudtrail.generated.ts';
import { dynamodbModel } from './model/dynamodb.generated.ts';
import { iamModel } from './model/iam.generated.ts';
import { kmsModel } from './model/kms.generated.ts';
import type { ListShape, MapShape, ServiceModel, Shape, StructureShape } from './model/service-model.ts';
import { streamsModel } from './model/streams.generated.ts';
import { stsModel } from './model/sts.generated.ts';
import { rawAttribute, rawItem } from './raw-attribute.ts';

const models = {
  dynamodb: dynamodbModel,
  streams: streamsModel,
  kms: kmsModel,
  cloudtrail: cloudtrailModel,
  iam: iamModel,
  sts: stsModel,
} as const;
export type ModelName = keyof typeof models;

/** A shape ready to read: the model's names resolved, its patterns compiled. Read once, on first use. */
interface Reader {
  /** Throws Refusal('Serialization'); reports what breaks a constraint inside the value to the trail. */
  readonly read: (value: unknown, trail: Trail) => unknown;
  readonly constraint: Constraint | undefined;
}

/**
 * The checked input: structures without prototype, maps as Maps, blobs as Uint8Arrays that own their memory; unknown
 * members are gone, as are those that are null. Attribute values are raw (api/raw-attribute.ts). Refuses Serialization where
 * a JSON type is wrong, else Validation with up to ten broken constraints.
 */
export function parseInput(service: ModelName, operation: string, value: unknown): object {
  const inputs: ServiceModel['operations'] = models[service].operations;
  assert(Object.hasOwn(inputs, operation), `${service} has no operation of this name in its model`);
  const trail = new Trail();
  const input = readers[service].reader(inputs[operation] ?? '').read(value, trail);
  trail.end();
  assert(typeof input === 'object' && input !== null, 'the input of an operation is a structure');
  return input;
}

/** What the model says of a shape, named itself or by the operation whose input it is. */
export function shapeOf(
  service: ModelName,
  asked: { readonly name: string } | { readonly operation: string },
): Shape {
  const { operations, shapes }: ServiceModel = models[service];
  const name = 'name' in asked ? asked.name : operations[asked.operation];
  const shape = name === undefined ? undefined : shapes[name];
  assert(shape !== undefined, `the model of ${service} has no such shape`);
  return shape;
}

class Readers {
  readonly #service: ModelName;
  readonly #model: ServiceModel;
  readonly #made = new Map<string, Reader>();

  constructor(service: ModelName) {
    this.#service = service;
    this.#model = models[service];
  }

  /** `nested`: the value is an element of a list or map, which words one refusal otherwise. */
  reader(name: string, nested = false): Reader {
    const key = nested ? `${name}[]` : name;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const shape = this.#shape(name);
    const reader: { read: Reader['read']; constraint: Constraint | undefined } = {
      read: () => undefined,
      constraint: Constraint.of(shape),
    };
    // Shapes may hold themselves: known before its parts are asked for.
    this.#made.set(key, reader);
    reader.read = this.#readOf(name, shape, nested);
    return reader;
  }

  #shape(name: string): Shape {
    const shape = this.#model.shapes[name];
    assert(shape !== undefined, `the model of ${this.#service} has no shape ${name}`);
    return shape;
  }

  #readOf(name: string, shape: Shape, nested: boolean): Reader['read'] {
    switch (shape.type) {
      case 'string':
        return json.stringOf;
      case 'blob':
        return json.blobOf;
      case 'boolean':
        return json.booleanOf;
      case 'integer':
        return (value) => json.numberOf(value, 'Integer');
      case 'long':
        return (value) => json.numberOf(value, 'Long');
      case 'double':
        return (value) => json.numberOf(value, 'Double');
      case 'timestamp':
        return (value) => json.numberOf(value, 'Date');
      case 'list':
        return this.#readList(shape);
      case 'map':
        return shape.value === 'AttributeValue' ? rawItem : this.#readMap(shape);
      case 'structure':
        return name === 'AttributeValue' ? rawAttribute : this.#readStructure(name, shape, nested);
    }
  }

  #readStructure(name: string, shape: StructureShape, nested: boolean): Reader['read'] {
    const className = json.classPrefixes[this.#service] + name;
    const required = new Set(shape.required);
    const members = Object.entries(shape.members).map(([member, type]) => {
      const reader = this.reader(type);
      return {
        member,
        pathName: lowerFirst(member),
        required: required.has(member) && !isSought(`${name}.${member}`),
        missingText: missingTexts[`${name}.${member}`],
        reader,
        demand: ownDemand(`${name}.${member}`, type) ?? reader.constraint,
      };
    });
    return (value, trail) => {
      const source = json.structureOf(value, className, nested);
      const structure: Record<string, unknown> = Object.create(null);
      for (const { member, pathName, required, missingText, reader, demand } of members) {
        const held = source[member];
        if ((held === undefined || held === null) && !required) continue;
        trail.names.push(pathName);
        if (held === undefined || held === null) reportMissing(trail, missingText);
        else {
          const read = reader.read(held, trail);
          demand?.check(read, trail);
          structure[member] = read;
        }
        trail.names.pop();
      }
      return structure;
    };
  }

  /** Constraints of elements are reported at the list, all of them in one sentence, as AWS does. */
  #readList(shape: ListShape): Reader['read'] {
    const { read, constraint } = this.reader(shape.member, true);
    return (value, trail) => {
      const source = json.listOf(value);
      const list: unknown[] = [];
      for (let index = 0; index < source.length; index++) {
        trail.names.push(`${index + 1}`, 'member');
        const element = source[index];
        const held = element === null ? null : read(element, trail);
        if (held === null) trail.report(' null', notNull);
        list.push(held);
        trail.names.length -= 2;
      }
      if (list.some((held) => held !== null && constraint?.holds(held) === false)) {
        const demands = constraint?.allDemands().join(', ');
        trail.report(` '${quotedText(list)}'`, `Member must satisfy constraint: [${demands}]`);
      }
      return list;
    };
  }

  /** Constraints of keys and values are reported at the map, all of them in one sentence, as AWS does. */
  #readMap(shape: MapShape): Reader['read'] {
    const { read, constraint } = this.reader(shape.value, true);
    const keyConstraint = this.reader(shape.key).constraint;
    const keyDemands =
      shape.key === 'TableArn'
        ? tableKeyDemands
        : (key: string) => (keyConstraint?.holds(key) === false ? keyConstraint.allDemands() : []);
    const className = this.#javaClass(shape.value);
    return (value, trail) => {
      const source = json.mapOf(value, className);
      const map = new Map<string, unknown>();
      for (const key of Object.keys(source)) {
        const held = source[key];
        if (held === null) continue;
        trail.names.push(key, 'member');
        map.set(key, read(held, trail));
        trail.names.length -= 2;
      }
      for (const [key, held] of map) {
        const failed = keyDemands(key);
        if (failed.length > 0)
          reportOnMap(map, trail, `Map keys must satisfy constraint: [${failed.join(', ')}]`);
        if (constraint?.holds(held) === false) {
          const demands = constraint.allDemands().join(', ');
          reportOnMap(map, trail, `Map value must satisfy constraint: [${demands}]`);
        }
      }
      return map;
    };
  }

  #javaClass(name: string): string {
    const shape = this.#shape(name);
    if (shape.type === 'string') return 'java.lang.String';
    if (shape.type === 'list') return `java.util.List<${this.#javaClass(shape.member)}>`;
    return json.classPrefixes[this.#service] + name;
  }
}

const readers = {
  dynamodb: new Readers('dynamodb'),
  streams: new Readers('streams'),
  kms: new Readers('kms'),
  cloudtrail: new Readers('cloudtrail'),
  iam: new Readers('iam'),
  sts: new Readers('sts'),
} as const;

function reportMissing(trail: Trail, wholeText: string | undefined): void {
  if (wholeText === undefined) trail.report(' null', notNull);
  else trail.reportSentence(wholeText);
}

function reportOnMap(map: ReadonlyMap<string, unknown>, trail: Trail, demand: string): void {
  if (!trail.full) trail.report(` '${quotedText(map)}'`, demand);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
