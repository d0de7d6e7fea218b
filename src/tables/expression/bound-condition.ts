/** A condition with its placeholders resolved, and the static checks that need them (spec 0.2, 1.4). */
import { type AttributeType, type AttributeValue, attributeType } from '../attribute.ts';
import { orderOf } from '../value-order.ts';
import {
  type Comparator,
  type ConditionNode,
  type FunctionNode,
  functionOperands,
  type Operand,
} from './condition.ts';
import { type Path, pathText, samePath } from './path.ts';
import type { Placeholders } from './placeholders.ts';
import { type ExpressionName, refuseExpression } from './refusal.ts';

export type BoundOperand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | BoundFunction;
export interface BoundFunction {
  readonly kind: 'function';
  readonly name: string;
  readonly operands: readonly BoundOperand[];
}
export type BoundCondition =
  | { readonly kind: 'compare'; readonly op: Comparator; readonly operands: readonly BoundOperand[] }
  | { readonly kind: 'between' | 'in'; readonly operands: readonly BoundOperand[] }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly BoundCondition[] }
  | { readonly kind: 'not'; readonly part: BoundCondition }
  | BoundFunction;

/** Refuses the first faulty condition, in the order of the text. */
export function bindCondition(
  expression: ExpressionName,
  node: ConditionNode,
  placeholders: Placeholders,
): BoundCondition {
  return new Binder(expression, placeholders).condition(node);
}

/** Every path of a condition, in the order of the text. */
export function pathsOfCondition(condition: BoundCondition): readonly Path[] {
  const paths: Path[] = [];
  const visit = (node: BoundCondition | BoundOperand): void => {
    if (node.kind === 'value') return;
    if (node.kind === 'path') paths.push(node.path);
    else if (node.kind === 'not') visit(node.part);
    else if ('parts' in node) for (const part of node.parts) visit(part);
    else for (const operand of node.operands) visit(operand);
  };
  visit(condition);
  return paths;
}

const typeNames: readonly string[] = ['B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'N', 'NS', 'S', 'M'];
const orderedTypes: readonly AttributeType[] = ['S', 'N', 'B'];
const unsizedTypes: readonly AttributeType[] = ['N', 'BOOL', 'NULL'];
const prefixTypes: readonly AttributeType[] = ['S', 'B'];

const literalType = (operand: BoundOperand | undefined): AttributeType | undefined =>
  operand?.kind === 'value' ? attributeType(operand.value) : undefined;

class Binder {
  private readonly expression: ExpressionName;
  private readonly placeholders: Placeholders;

  constructor(expression: ExpressionName, placeholders: Placeholders) {
    this.expression = expression;
    this.placeholders = placeholders;
  }

  condition(node: ConditionNode): BoundCondition {
    switch (node.kind) {
      case 'and':
      case 'or':
        return { kind: node.kind, parts: node.parts.map((part) => this.condition(part)) };
      case 'not':
        return { kind: 'not', part: this.condition(node.part) };
      case 'function':
        return this.checkedFunction(this.functionCall(node));
      case 'compare':
        return this.comparison(node.op, node.operands);
      case 'between':
        return this.between(node.operands);
      case 'in':
        return { kind: 'in', operands: this.operands(node.operands) };
    }
  }

  private comparison(op: Comparator, unbound: readonly Operand[]): BoundCondition {
    const operands = this.operands(unbound);
    this.checkDistinct(op, operands);
    if (op !== '=' && op !== '<>') this.checkOrdered(op, operands);
    return { kind: 'compare', op, operands };
  }

  private between(unbound: readonly Operand[]): BoundCondition {
    const operands = this.operands(unbound);
    this.checkOrdered('BETWEEN', operands);
    const [, low, high] = operands;
    if (low?.kind === 'value' && high?.kind === 'value') this.checkBounds(low.value, high.value);
    return { kind: 'between', operands };
  }

  /** Resolves first, all of them, and then checks the functions among them. */
  private operands(unbound: readonly Operand[]): readonly BoundOperand[] {
    const operands = unbound.map((operand) => this.operand(operand));
    for (const operand of operands) if (operand.kind === 'function') this.checkedFunction(operand);
    return operands;
  }

  private operand(operand: Operand): BoundOperand {
    if (operand.kind === 'path') {
      return { kind: 'path', path: this.placeholders.path(this.expression, operand.path) };
    }
    if (operand.kind === 'value') {
      return { kind: 'value', value: this.placeholders.value(this.expression, operand.ref) };
    }
    return this.functionCall(operand);
  }

  private functionCall({ name, operands }: FunctionNode): BoundFunction {
    return { kind: 'function', name, operands: operands.map((operand) => this.operand(operand)) };
  }

  private checkedFunction(call: BoundFunction): BoundFunction {
    const { name, operands } = call;
    for (const operand of operands) if (operand.kind === 'function') this.checkedFunction(operand);
    if (operands.length !== functionOperands[name]) {
      this.refuse(
        'Incorrect number of operands for operator or function; ' +
          `operator or function: ${name}, number of operands: ${operands.length}`,
      );
    }
    this.checkDistinct(name, operands);
    this.checkFunctionTypes(call);
    return call;
  }

  private checkFunctionTypes({ name, operands }: BoundFunction): void {
    const [first, second] = operands;
    switch (name) {
      case 'attribute_exists':
      case 'attribute_not_exists':
        if (first?.kind !== 'path') {
          this.refuse(`Operator or function requires a document path; operator or function: ${name}`);
        }
        return;
      case 'attribute_type':
        this.checkTypeName(second);
        return;
      case 'begins_with':
        this.checkTypes(name, operands, (type) => prefixTypes.includes(type));
        return;
      case 'size':
        this.checkTypes(name, operands, (type) => !unsizedTypes.includes(type));
        return;
    }
  }

  private checkTypeName(operand: BoundOperand | undefined): void {
    if (operand?.kind !== 'value') {
      this.refuseType('attribute_type', operand?.kind === 'path' ? '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}' : 'N');
    }
    if (!('S' in operand.value)) this.refuseType('attribute_type', attributeType(operand.value));
    if (!typeNames.includes(operand.value.S)) {
      this.refuse(
        `Invalid attribute type name found; type: ${operand.value.S}, valid types: {${typeNames.join(',')}}`,
      );
    }
  }

  private checkOrdered(operator: string, operands: readonly BoundOperand[]): void {
    this.checkTypes(operator, operands, (type) => orderedTypes.includes(type));
  }

  private checkTypes(
    operator: string,
    operands: readonly BoundOperand[],
    allowed: (type: AttributeType) => boolean,
  ): void {
    for (const operand of operands) {
      const type = literalType(operand);
      if (type !== undefined && !allowed(type)) this.refuseType(operator, type);
    }
  }

  private checkBounds(low: AttributeValue, high: AttributeValue): void {
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

  private checkDistinct(operator: string, operands: readonly BoundOperand[]): void {
    const [first, second] = operands;
    if (first?.kind !== 'path' || second?.kind !== 'path' || !samePath(first.path, second.path)) return;
    this.refuse(
      'The first operand must be distinct from the remaining operands for this operator or function; ' +
        `operator: ${operator}, first operand: ${pathText(first.path)}`,
    );
  }

  private refuseType(operator: string, type: string): never {
    this.refuse(
      'Incorrect operand type for operator or function; ' +
        `operator or function: ${operator}, operand type: ${type}`,
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
