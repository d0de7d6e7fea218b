/** How far each reader has come, as long as this process knows: one that goes back has lost what it had since. */
import type { ReadRequest } from './replica-change.ts';

export class ReadMarks {
  /** By table and reader: the furthest that was asked for. */
  readonly #furthest = new Map<string, number>();

  /**
   * The request as it is to be answered. Of what lies between here and where the reader was before, nothing is left out, not
   * even its own writes: its store was put back to an older state, and may lack them.
   */
  judged(tableId: string, request: ReadRequest): ReadRequest {
    const { position, puller } = request;
    if (position?.kind !== 'follow') return request;
    const name = `${tableId} ${puller}`;
    const furthest = this.#furthest.get(name) ?? 0;
    if (position.sequence < furthest) return { ...request, puller: '' };
    this.#furthest.set(name, position.sequence);
    return request;
  }
}
