/** A condition with its placeholders resolved. */
import type { AttributeValue } from '../attribute.ts';
import type { Comparator, ConditionNode, FunctionNode, Operand } from './condition.ts';
import { checkOperands } from './operand-check.ts';
import type { Path } from './path.ts';
import type { Placeholders } from './placeholders.ts';
import type { ExpressionName } from './refusal.ts';

export type BoundOperand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | BoundFunction;
export interface BoundFunction {
  readonly kind: 'function';
  readonly name: string;
  readonly operands: readonly BoundOperand[];
}
/** One condition without AND, OR and NOT. */
export type SingleCondition =
  | { readonly kind: 'compare'; readonly op: Comparator; readonly operands: readonly BoundOperand[] }
  | { readonly kind: 'between' | 'in'; readonly operands: readonly BoundOperand[] }
  | BoundFunction;
export type BoundCondition =
  | SingleCondition
  | { readonly kind: 'and' | 'or'; readonly parts: readonly BoundCondition[] }
  | { readonly kind: 'not'; readonly part: BoundCondition };

/** Refuses the first faulty single condition in the order of the text, for an undefined placeholder before all else. */
export function bindCondition(
  expression: ExpressionName,
  node: ConditionNode,
  placeholders: Placeholders,
): BoundCondition {
  const boundOperand = (operand: Operand): BoundOperand => {
    switch (operand.kind) {
      case 'path':
        return { kind: 'path', path: placeholders.path(expression, operand.path) };
      case 'value':
        return { kind: 'value', value: placeholders.value(expression, operand.ref) };
      case 'function':
        return boundFunction(operand);
    }
  };
  const boundFunction = ({ name, operands }: FunctionNode): BoundFunction => ({
    kind: 'function',
    name,
    operands: operands.map(boundOperand),
  });
  const bound = (part: ConditionNode): BoundCondition => {
    if ('parts' in part) return { kind: part.kind, parts: part.parts.map(bound) };
    if ('part' in part) return { kind: 'not', part: bound(part.part) };
    const single: SingleCondition =
      part.kind === 'function' ? boundFunction(part) : { ...part, operands: part.operands.map(boundOperand) };
    checkOperands(expression, single);
    return single;
  };
  return bound(node);
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
