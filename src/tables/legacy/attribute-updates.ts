/** AttributeUpdates as the update they stand for (spec 4.5). */
import { type AttributeType, attributeType } from '../attribute.ts';
import { checkAttributeName, checkedAttribute } from '../attribute-check.ts';
import { type Update, updateOf } from '../expression/apply-update.ts';
import type { BoundAction } from '../expression/bound-update.ts';
import type { Path } from '../expression/path.ts';
import { PathTree } from '../expression/path-tree.ts';
import { refuse } from '../expression/refusal.ts';
import { invalidParameter } from './comparison.ts';
import type { ValueUpdate } from './parameters.ts';

const setTypes: readonly AttributeType[] = ['SS', 'NS', 'BS'];
/** A list is added to at its end; expressions have list_append for it. */
const addedTypes: readonly AttributeType[] = ['N', 'L', ...setTypes];

/** Refuses a name that is none, and a value that its action does not take. Undefined where nothing is updated. */
export function legacyUpdate(updates: ReadonlyMap<string, ValueUpdate>): Update | undefined {
  if (updates.size === 0) return undefined;
  const tree = new PathTree<BoundAction>();
  const targets: Path[] = [];
  let creates = false;
  for (const [name, { Value, Action = 'PUT' }] of updates) {
    checkAttributeName(name);
    const path = [name];
    targets.push(path);
    tree.add(path, actionOf(Action, Value && checkedAttribute(Value)));
    creates ||= Action !== 'DELETE';
  }
  return updateOf({ targets, sources: [], values: [], tree: tree.root(), creates });
}

type Checked = ReturnType<typeof checkedAttribute>;

function actionOf(action: 'PUT' | 'ADD' | 'DELETE', value: Checked | undefined): BoundAction {
  if (value === undefined) {
    if (action === 'DELETE') return { kind: 'REMOVE' };
    refuse(`${invalidParameter}Only DELETE action is allowed when no attribute value is specified`);
  }
  if (action === 'PUT') return { kind: 'SET', value: { kind: 'value', value } };
  const type = attributeType(value);
  if (action === 'DELETE' && !setTypes.includes(type)) {
    refuse(`${invalidParameter}DELETE action with value is not supported for the type ${type}`);
  }
  if (action === 'ADD' && !addedTypes.includes(type)) {
    refuse(`${invalidParameter}ADD action is not supported for the type ${type}`);
  }
  return { kind: action, operand: value, mismatch: 'Type mismatch for attribute to update' };
}
