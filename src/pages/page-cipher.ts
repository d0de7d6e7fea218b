/** What the page layer asks of the key layer: sealing and opening under the data keys of one tree. */
import type { PageBatch } from '../crypto/core.ts';

/**
 * The cipher of one tree. Either method may throw a Refusal when the tree's key has gone: then the operations on
 * this tree fail with it, and no others.
 */
export interface PageCipher {
  /** The data key that `seal` uses now; pages carry its number. */
  readonly dataKeyId: number;
  seal(batch: PageBatch): void;
  /** Opens under the data key with this number. Returns -1, or the index of the first page that failed. */
  open(dataKeyId: number, batch: PageBatch): number;
}
