/** The nonces that sealed pages of a store were found under: none may ever seal two of them. */
import { createHash } from 'node:crypto';
import { openDatabase } from '../../src/store/sqlite-driver.ts';

const nonceAt = 8;
const nonceEnd = 32;

interface Row {
  readonly place: number;
  readonly version: number;
  readonly body: Uint8Array;
}

export class NonceLedger {
  /** What each nonce sealed. */
  readonly #sealed = new Map<string, string>();
  /** Where a nonce was found that had sealed something else. */
  readonly repeats: string[] = [];

  get size(): number {
    return this.#sealed.size;
  }

  /** Looks at all pages and heads that are in the file now, and in its log. */
  gather(file: string): void {
    const database = openDatabase(file, { readOnly: true });
    try {
      for (const [kind, query] of [
        ['page', 'SELECT place, version, body FROM page'],
        ['head', 'SELECT tree AS place, version, body FROM head'],
      ] as const) {
        this.gatherRows(kind, database.prepare(query).all() as Row[]);
      }
    } finally {
      database.close();
    }
  }

  gatherRows(kind: 'page' | 'head', rows: readonly Row[]): void {
    for (const row of rows) this.#note(kind, row);
  }

  #note(kind: string, { place, version, body }: Row): void {
    const nonce = Buffer.from(body.subarray(nonceAt, nonceEnd)).toString('hex');
    const what = `${kind} ${place} version ${version} ${createHash('sha256').update(body).digest('hex')}`;
    const known = this.#sealed.get(nonce);
    if (known === undefined) this.#sealed.set(nonce, what);
    else if (known !== what) this.repeats.push(`${known} and ${what}`);
  }
}
