/** Statements as parsed: conditions, updates and paths are those of expressions, with values and odd names apart. */
import type { ConditionNode } from '../expression/condition.ts';
import type { Path } from '../expression/path.ts';
import type { UpdateAction } from '../expression/update.ts';
import type { Literal } from './literal.ts';

export interface Target {
  /** A name or an ARN. */
  readonly table: string;
  readonly index?: string;
}

export interface OrderTerm {
  readonly name: string;
  readonly descending: boolean;
}

export interface SelectStatement {
  readonly kind: 'select';
  readonly from: Target;
  /** Absent for `*`. */
  readonly paths?: readonly Path[];
  readonly where?: ConditionNode;
  readonly order?: readonly OrderTerm[];
}

export interface InsertStatement {
  readonly kind: 'insert';
  readonly table: string;
  /** The reference to a map. */
  readonly item: string;
}

/** As ReturnValues names them. */
export type Returning = 'ALL_OLD' | 'ALL_NEW' | 'UPDATED_OLD' | 'UPDATED_NEW';

export interface UpdateStatement {
  readonly kind: 'update';
  readonly table: string;
  readonly actions: readonly UpdateAction[];
  readonly where?: ConditionNode;
  readonly returning?: Returning;
}

export interface DeleteStatement {
  readonly kind: 'delete';
  readonly table: string;
  readonly where?: ConditionNode;
  readonly returning?: 'ALL_OLD';
}

/** Stands among the writes of a transaction. */
export interface ExistsStatement {
  readonly kind: 'exists';
  readonly select: SelectStatement;
}

export type StatementBody =
  | SelectStatement
  | InsertStatement
  | UpdateStatement
  | DeleteStatement
  | ExistsStatement;

export interface Statement {
  readonly body: StatementBody;
  /** What `:0`, `:1` and so on stand for. */
  readonly literals: readonly Literal[];
  /** What `#0`, `#1` and so on stand for: names that begin like a placeholder. */
  readonly names: readonly string[];
  /** How many question marks there are. */
  readonly parameterCount: number;
}
