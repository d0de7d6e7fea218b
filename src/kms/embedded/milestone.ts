/** How far other stores had come, kept among the keys: who puts back one of those alone cannot put back this too (R-INT-4). */
import type { KeyRing } from './key-ring.ts';

export interface Milestone {
  /** Of the store that it is about. */
  readonly name: string;
  readonly text: string;
}

export class Milestones {
  readonly #ring: Pick<KeyRing, 'milestone' | 'change'>;

  constructor(ring: Pick<KeyRing, 'milestone' | 'change'>) {
    this.#ring = ring;
  }

  of(name: string): string | undefined {
    return this.#ring.milestone(name)?.text;
  }

  /** Resolves once durable. Rejects with Outage KeyServiceUnavailable or Closed. */
  put(milestone: Milestone): Promise<void> {
    return this.#ring.change(() => ({ milestones: [milestone], result: undefined }));
  }
}
