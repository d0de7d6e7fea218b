/** The static checks of one condition: how many operands, not twice the same, of what types (spec 0.2, 1.4). */
import { type AttributeType, type AttributeValue, attributeType } from '../attribute.ts';
import { orderOf } from '../value-order.ts';
import type { BoundFunction, BoundOperand, SingleCondition } from './bound-condition.ts';
import { functionOperands } from './condition.ts';
import { pathText, samePath } from './path.ts';
import { type ExpressionName, refuseExpression } from './refusal.ts';

const typeNames: readonly string[] = ['B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'N', 'NS', 'S', 'M'];
const orderedTypes: readonly AttributeType[] = ['S', 'N', 'B'];
const sizedTypes: readonly AttributeType[] = ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M'];
const prefixTypes: readonly AttributeType[] = ['S', 'B'];

/** Refuses a wrong number of operands before equal operands before wrong types, whichever function has them. */
export function checkOperands(expression: ExpressionName, condition: SingleCondition): void {
  const check = new OperandCheck(expression);
  const functions = functionsOf(condition);
  for (const call of functions) check.count(call);
  for (const { name, operands } of functions) check.distinct(name, operands);
  if (condition.kind === 'compare') check.distinct(condition.op, condition.operands);
  for (const call of functions) check.functionTypes(call);
  if (condition.kind === 'between') check.between(condition.operands);
  if (condition.kind === 'compare' && condition.op !== '=' && condition.op !== '<>') {
    check.types(condition.op, condition.operands, orderedTypes);
  }
}

/** Inner functions before those they stand in. */
function functionsOf(node: SingleCondition | BoundOperand): readonly BoundFunction[] {
  if (!('operands' in node)) return [];
  const inner = node.operands.flatMap(functionsOf);
  return node.kind === 'function' ? [...inner, node] : inner;
}

/** What is known of an operand's type before any item: a literal's own, and that size() is a number. */
function staticType(operand: BoundOperand): AttributeType | undefined {
  if (operand.kind === 'path') return undefined;
  return operand.kind === 'value' ? attributeType(operand.value) : 'N';
}

class OperandCheck {
  private readonly expression: ExpressionName;

  constructor(expression: ExpressionName) {
    this.expression = expression;
  }

  count({ name, operands }: BoundFunction): void {
    if (operands.length === functionOperands[name]) return;
    this.refuse(
      'Incorrect number of operands for operator or function; ' +
        `operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }

  distinct(operator: string, [first, second]: readonly BoundOperand[]): void {
    if (first?.kind !== 'path' || second?.kind !== 'path' || !samePath(first.path, second.path)) return;
    this.refuse(
      'The first operand must be distinct from the remaining operands for this operator or function; ' +
        `operator: ${operator}, first operand: ${pathText(first.path)}`,
    );
  }

  functionTypes({ name, operands }: BoundFunction): void {
    const [first, second] = operands;
    if (name === 'attribute_exists' || name === 'attribute_not_exists') {
      if (first?.kind === 'path') return;
      this.refuse(`Operator or function requires a document path; operator or function: ${name}`);
    }
    if (name === 'attribute_type') this.typeName(second);
    if (name === 'begins_with') this.types(name, operands, prefixTypes);
    if (name === 'size') this.types(name, operands, sizedTypes);
  }

  private typeName(operand: BoundOperand | undefined): void {
    if (operand?.kind !== 'value') {
      this.refuseType('attribute_type', operand?.kind === 'path' ? '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}' : 'N');
    }
    if (!('S' in operand.value)) this.refuseType('attribute_type', attributeType(operand.value));
    if (typeNames.includes(operand.value.S)) return;
    this.refuse(
      `Invalid attribute type name found; type: ${operand.value.S}, valid types: {${typeNames.join(',')}}`,
    );
  }

  types(operator: string, operands: readonly BoundOperand[], allowed: readonly AttributeType[]): void {
    for (const operand of operands) {
      const type = staticType(operand);
      if (type !== undefined && !allowed.includes(type)) this.refuseType(operator, type);
    }
  }

  between(operands: readonly BoundOperand[]): void {
    this.types('BETWEEN', operands, orderedTypes);
    const [, low, high] = operands;
    if (low?.kind === 'value' && high?.kind === 'value') this.bounds(low.value, high.value);
  }

  private bounds(low: AttributeValue, high: AttributeValue): void {
    const bounds =
      `lower bound operand: AttributeValue: ${shown(low)}, ` +
      `upper bound operand: AttributeValue: ${shown(high)}`;
    const order = orderOf(low, high);
    if (order === undefined) {
      this.refuse(`The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`);
    }
    if (order > 0) {
      this.refuse(
        `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
      );
    }
  }

  private refuseType(operator: string, type: string): never {
    this.refuse(
      `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
    );
  }

  private refuse(sentence: string): never {
    refuseExpression(this.expression, sentence);
  }
}

/** A bound of BETWEEN as its messages show it; they echo the caller's own request. */
function shown(value: AttributeValue): string {
  if ('S' in value) return `{S:${value.S}}`;
  if ('N' in value) return `{N:${value.N}}`;
  return 'B' in value ? `{B:${Buffer.from(value.B).toString('base64')}}` : '{}';
}
