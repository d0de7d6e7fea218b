/** A statement by its text, parsed once for the whole process. */
import { TextCache } from '../text-cache.ts';
import { parseStatement } from './parse-statement.ts';
import type { Statement } from './statement.ts';

const statements = new TextCache<Statement>();

/** Nobody may change it. Refuses as parseStatement does. */
export function parsedStatement(text: string): Statement {
  return statements.get(text, parseStatement);
}
