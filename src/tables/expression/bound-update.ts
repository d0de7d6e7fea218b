/** An update with its placeholders resolved, and the static checks that need them (spec 0.2, 2.2). */
import { type AttributeType, type AttributeValue, attributeType } from '../attribute.ts';
import type { Path } from './path.ts';
import { type PathNode, PathTree } from './path-tree.ts';
import type { Placeholders } from './placeholders.ts';
import { refuseExpression } from './refusal.ts';
import type { SetOperand, SetValue, UpdateAction } from './update.ts';

export type BoundSetOperand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'function'; readonly name: string; readonly operands: readonly BoundSetOperand[] };
export type BoundSetValue =
  | BoundSetOperand
  | { readonly kind: 'sum'; readonly op: '+' | '-'; readonly operands: readonly BoundSetOperand[] };

export type BoundAction =
  | { readonly kind: 'SET'; readonly value: BoundSetValue }
  | { readonly kind: 'REMOVE' }
  /** `mismatch`: the sentence for a target of another type, where it is not the one of expressions. */
  | { readonly kind: 'ADD' | 'DELETE'; readonly operand: AttributeValue; readonly mismatch?: string };

export interface BoundUpdate {
  /** What is written, in the order of the text. */
  readonly targets: readonly Path[];
  /** What is read on the right-hand sides. */
  readonly sources: readonly Path[];
  /** What SET writes, in the order of the text. */
  readonly values: readonly BoundSetValue[];
  readonly tree: PathNode<BoundAction>;
  /** True where an absent item comes into being: any SET or ADD. */
  readonly creates: boolean;
}

const x = 'UpdateExpression';

function refuse(sentence: string): never {
  refuseExpression(x, sentence);
}

/** Refuses undefined names before undefined values, then clashing paths, then operands of the wrong type. */
export function bindUpdate(actions: readonly UpdateAction[], placeholders: Placeholders): BoundUpdate {
  resolvePaths(actions, placeholders);
  const sources: Path[] = [];
  const bound = actions.map((action) => ({
    target: placeholders.path(x, action.path),
    action: boundAction(action, placeholders, sources),
  }));
  const tree = new PathTree<BoundAction>();
  for (const { target, action } of bound) tree.add(target, action);
  const clash = tree.clash();
  if (clash !== undefined) refuse(clash);
  for (const { action } of bound) checkOperand(action);
  for (const { action } of bound) if (action.kind === 'SET') checkSetValue(action.value);
  return {
    targets: bound.map(({ target }) => target),
    sources,
    values: bound.flatMap(({ action }) => (action.kind === 'SET' ? [action.value] : [])),
    tree: tree.root(),
    creates: bound.some(({ action: { kind } }) => kind === 'SET' || kind === 'ADD'),
  };
}

/** Meets every name once, so that an undefined one is told before any undefined value. */
function resolvePaths(actions: readonly UpdateAction[], placeholders: Placeholders): void {
  const visit = (value: SetValue): void => {
    if (value.kind === 'path') placeholders.path(x, value.path);
    else if (value.kind !== 'value') for (const operand of value.operands) visit(operand);
  };
  for (const action of actions) {
    placeholders.path(x, action.path);
    if (action.kind === 'SET') visit(action.value);
  }
}

function boundAction(action: UpdateAction, placeholders: Placeholders, sources: Path[]): BoundAction {
  const operand = (unbound: SetOperand): BoundSetOperand => {
    if (unbound.kind === 'value') return { kind: 'value', value: placeholders.value(x, unbound.ref) };
    if (unbound.kind === 'function') return { ...unbound, operands: unbound.operands.map(operand) };
    const path = placeholders.path(x, unbound.path);
    sources.push(path);
    return { kind: 'path', path };
  };
  switch (action.kind) {
    case 'REMOVE':
      return { kind: 'REMOVE' };
    case 'SET': {
      const { value } = action;
      if (value.kind !== 'sum') return { kind: 'SET', value: operand(value) };
      return { kind: 'SET', value: { ...value, operands: value.operands.map(operand) } };
    }
    default:
      return { kind: action.kind, operand: placeholders.value(x, action.ref) };
  }
}

/** The long type names that ADD and DELETE use in their texts, for the types they refuse. */
const longNames: Partial<Record<AttributeType, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};

function checkOperand(action: BoundAction): void {
  if (action.kind !== 'ADD' && action.kind !== 'DELETE') return;
  const type = attributeType(action.operand);
  const long = longNames[type];
  if (long === undefined || (action.kind === 'ADD' && type === 'N')) return;
  refuse(`Incorrect operand type for operator or function; operator: ${action.kind}, operand type: ${long}`);
}

/** The type that the target of an action has after it, where the action alone says so. */
export function typeGiven(action: BoundAction): AttributeType | undefined {
  if (action.kind === 'REMOVE') return undefined;
  return action.kind === 'SET' ? typeOfValue(action.value) : attributeType(action.operand);
}

function typeOfValue(value: BoundSetValue): AttributeType | undefined {
  switch (value.kind) {
    case 'path':
      return undefined;
    case 'value':
      return attributeType(value.value);
    case 'sum':
      return 'N';
    case 'function': {
      if (value.name === 'list_append') return 'L';
      const [, otherwise] = value.operands;
      return otherwise && typeOfValue(otherwise);
    }
  }
}

function checkSetValue(value: BoundSetValue): void {
  if (value.kind === 'path' || value.kind === 'value') return;
  for (const operand of value.operands) checkSetValue(operand);
  if (value.kind === 'sum') {
    checkLiterals(value.op, value.operands, 'N');
    return;
  }
  if (value.operands.length !== 2) {
    refuse(
      'Incorrect number of operands for operator or function; ' +
        `operator or function: ${value.name}, number of operands: ${value.operands.length}`,
    );
  }
  if (value.name === 'list_append') {
    checkLiterals(value.name, value.operands, 'L');
  } else if (value.operands[0]?.kind !== 'path') {
    refuse(`Operator or function requires a document path; operator or function: ${value.name}`);
  }
}

function checkLiterals(operator: string, operands: readonly BoundSetOperand[], wanted: AttributeType): void {
  for (const operand of operands) {
    if (operand.kind !== 'value') continue;
    const type = attributeType(operand.value);
    if (type === wanted) continue;
    refuse(
      'Incorrect operand type for operator or function; ' +
        `operator or function: ${operator}, operand type: ${type}`,
    );
  }
}
