/** The input of AWS's Query protocol: a form whose names are paths, read into the JSON that the model's reader takes. */
import { Refusal } from '../base/errors.ts';
import { type ModelName, shapeOf } from './shape.ts';

/** A form has no more fields than this, and none lies deeper. */
const fieldsMax = 5_000;
const depthMax = 12;

/** What stands at one place of the form: a value, or what lies below. */
interface Place {
  value?: string;
  readonly below: Map<string, Place>;
}

/** Every field once. Refuses Serialization for what is no form. */
export function formFields(body: Uint8Array): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  for (const [name, value] of new URLSearchParams(text)) {
    // Another reader may take the first of two, where this one took the last.
    if (fields.has(name)) malformed(`The field ${name.slice(0, 128)} is given twice`);
    if (fields.size === fieldsMax) malformed(`A request has ${fieldsMax} fields at most`);
    fields.set(name, value);
  }
  return fields;
}

/** The input of an operation as JSON, types by its model; fields that the model does not know are gone. */
export function formInput(
  service: ModelName,
  operation: string,
  fields: ReadonlyMap<string, string>,
): unknown {
  const root: Place = { below: new Map() };
  for (const [name, value] of fields) place(root, name).value = value;
  return read(root, { service, shape: inputShape(service, operation) });
}

function inputShape(service: ModelName, operation: string) {
  return shapeOf(service, { operation });
}

function place(root: Place, name: string): Place {
  const steps = name.split('.');
  if (steps.length > depthMax) malformed('A field lies too deep');
  let at = root;
  for (const step of steps) {
    const next: Place = at.below.get(step) ?? { below: new Map() };
    at.below.set(step, next);
    at = next;
  }
  return at;
}

interface Reading {
  readonly service: ModelName;
  readonly shape: ReturnType<typeof shapeOf>;
}

function read(at: Place, { service, shape }: Reading): unknown {
  const below = (held: Place, name: string) => read(held, { service, shape: shapeOf(service, { name }) });
  switch (shape.type) {
    case 'structure': {
      const structure: Record<string, unknown> = Object.create(null);
      for (const [member, name] of Object.entries(shape.members)) {
        const held = at.below.get(member);
        if (held !== undefined) structure[member] = below(held, name);
      }
      return structure;
    }
    case 'list':
      return numbered(at.below.get('member')).map((held) => below(held, shape.member));
    case 'map': {
      const map: Record<string, unknown> = Object.create(null);
      for (const entry of numbered(at.below.get('entry'))) {
        const held = entry.below.get('value');
        if (held !== undefined) map[entry.below.get('key')?.value ?? ''] = below(held, shape.value);
      }
      return map;
    }
    case 'integer':
    case 'long':
    case 'double':
      return numberOf(at.value ?? '');
    case 'boolean':
      return booleanOf(at.value ?? '');
    default:
      return at.value ?? '';
  }
}

/** In the order of their numbers, which may have gaps. */
function numbered(list: Place | undefined): readonly Place[] {
  const entries = [...(list?.below ?? [])].map(([index, held]) => ({ index: numberOf(index), held }));
  return entries.sort((a, b) => a.index - b.index).map(({ held }) => held);
}

function numberOf(text: string): number {
  if (!/^-?\d{1,15}(\.\d{1,6})?$/.test(text)) malformed(`'${text.slice(0, 64)}' is no number`);
  return Number(text);
}

function booleanOf(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  malformed(`'${text.slice(0, 64)}' is neither true nor false`);
}

function malformed(message: string): never {
  throw new Refusal('Serialization', { message });
}
