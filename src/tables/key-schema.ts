/** The primary key of a table and its place in the tree. */
import type { KeyAttributeType } from './attribute.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyAttributeType;
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute;
}
