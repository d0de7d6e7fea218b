/** A page of a list whose entries have ids in descending order; a token names the last of the page before. */
import { refuse } from '../../base/errors.ts';

/** Also the most that may be asked for. */
const listedMax = 25;
const tokenForm = /^(?:[0-9a-f]{16})+$/;
/** The shortest that the model takes of ListImports. */
const tokenLengthMin = 112;

export interface ListedPage<T> {
  readonly page: readonly T[];
  readonly next: string | undefined;
}

/** Refuses a token that was not made here, in our own words. An entry that has gone meanwhile leaves its token good. */
export function listedPage<T extends { readonly id: string }>(
  all: readonly T[],
  { limit = listedMax, after }: { readonly limit: number | undefined; readonly after: string | undefined },
): ListedPage<T> {
  const last = after === undefined ? undefined : idOf(after);
  const rest = last === undefined ? all : all.filter(({ id }) => id < last);
  const page = rest.slice(0, limit);
  const end = page.at(-1);
  return { page, next: rest.length > limit && end !== undefined ? tokenOf(end.id) : undefined };
}

function tokenOf(id: string): string {
  const length = Math.max(tokenLengthMin / 2, Math.ceil(id.length / 8) * 8);
  return Buffer.from(id.padEnd(length, ' ')).toString('hex');
}

function idOf(token: string): string {
  if (!tokenForm.test(token)) refuse('Invalid NextToken');
  return Buffer.from(token, 'hex').toString().trimEnd();
}
