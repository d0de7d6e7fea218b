/** Faults of meaning found while parsing: all are noted, the gravest is told. */
import { isReservedWord } from './reserved-words.ts';

/** Of several faults in one expression the first of these kinds is told, and of one kind the first noted. */
const order = {
  condition: ['parentheses', 'unknownFunction', 'misusedFunction', 'reserved', 'path', 'limit'],
  update: ['reserved', 'unknownFunction', 'misusedFunction', 'section', 'path', 'limit'],
  projection: ['reserved', 'path'],
} as const;

type FaultOrder = keyof typeof order;
type FaultKind = (typeof order)['condition' | 'update'][number];

export class ParseFaults {
  private readonly noted = new Map<FaultKind, string>();
  private readonly kinds: readonly FaultKind[];
  private operators = 0;

  constructor(kind: FaultOrder) {
    this.kinds = order[kind];
  }

  note(kind: FaultKind, sentence: string): void {
    if (!this.noted.has(kind)) this.noted.set(kind, sentence);
  }

  noteReserved(name: string): void {
    if (isReservedWord(name)) {
      this.note('reserved', `Attribute name is a reserved keyword; reserved keyword: ${name}`);
    }
  }

  /** Counts an operator or function against the limit of one expression. */
  countOperator(): void {
    this.operators++;
    if (this.operators > operatorsMax) {
      // The last count noted is the whole count.
      this.noted.set(
        'limit',
        `The expression contains too many operators; operator count: ${this.operators}`,
      );
    }
  }

  /** The sentence to refuse with, if any. */
  first(): string | undefined {
    for (const kind of this.kinds) {
      const sentence = this.noted.get(kind);
      if (sentence !== undefined) return sentence;
    }
    return undefined;
  }
}

export const operatorsMax = 300;
