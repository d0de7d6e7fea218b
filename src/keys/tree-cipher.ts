/** What the key layer hands to the page layer: sealing and opening under the data keys of one tree. */
import type { PageBatch } from '../crypto/core.ts';

/** Goes on working when the keys are wiped and opened again; between the two, both methods throw. */
export interface TreeCipher {
  /** The data key that `seal` uses now; known without any key. */
  readonly dataKeyId: number;
  seal(batch: PageBatch): void;
  /** Opens under the data key with this number. Returns -1, or the index of the first page that failed. */
  open(dataKeyId: number, batch: PageBatch): number;
}
