/** What one data key has sealed, and how much more it may before that has been written down (R-LIM-1). */
import { dayMs } from '../base/clock.ts';
import { Outage } from '../base/errors.ts';
import { type PageBatch, pageBatchStride } from '../crypto/core.ts';

export interface DataKeyLimits {
  /** Whichever of these three comes first makes another data key due. */
  readonly rotateSeals: number;
  readonly rotateBytes: number;
  readonly rotateMs: number;
  /** More pages than this a data key never seals. */
  readonly refuseSeals: number;
  /** So much is written down before it is used: what a crash may cost of the limits. */
  readonly blockSeals: number;
  readonly blockBytes: number;
}

export const dataKeyLimits: DataKeyLimits = {
  rotateSeals: 2 ** 30,
  rotateBytes: 2 ** 45,
  rotateMs: 90 * dayMs,
  refuseSeals: 2 ** 32,
  blockSeals: 2 ** 20,
  blockBytes: 2 ** 35,
};

/** Pages, and bytes of their plaintexts. */
export interface SealCount {
  readonly seals: number;
  readonly bytes: number;
}

/** Has no bound but the last one until it is metered. */
export class DataKeyUse {
  readonly #limits: DataKeyLimits;
  #seals = 0;
  #bytes = 0;
  #allowedSeals: number;
  #allowedBytes = Number.POSITIVE_INFINITY;
  #noticeSeals = Number.POSITIVE_INFINITY;
  #noticeBytes = Number.POSITIVE_INFINITY;

  constructor(limits: DataKeyLimits) {
    this.#limits = limits;
    this.#allowedSeals = limits.refuseSeals;
  }

  get count(): SealCount {
    return { seals: this.#seals, bytes: this.#bytes };
  }

  /** What is written down as used, and is not. */
  get unused(): SealCount {
    return { seals: this.#allowedSeals - this.#seals, bytes: this.#allowedBytes - this.#bytes };
  }

  /** Half of a block is left, or less. */
  get isLow(): boolean {
    const { blockSeals, blockBytes } = this.#limits;
    const { seals, bytes } = this.unused;
    return (
      this.#allowedSeals < this.#limits.refuseSeals && (seals <= blockSeals / 2 || bytes <= blockBytes / 2)
    );
  }

  get isDue(): boolean {
    return this.#seals >= this.#limits.rotateSeals || this.#bytes >= this.#limits.rotateBytes;
  }

  /** Of a data key made in this process: the first block needs no writing down. */
  meterNew(): void {
    this.#allowedSeals = Math.min(this.#limits.blockSeals, this.#limits.refuseSeals);
    this.#allowedBytes = this.#limits.blockBytes;
    this.#arm();
  }

  /** Of a data key that was there: all that is written down counts as used, whatever came of it. */
  meterKnown({ seals, bytes }: SealCount): void {
    this.#seals += seals;
    this.#bytes += bytes;
    this.#allowedSeals = Math.min(this.#seals, this.#limits.refuseSeals);
    this.#allowedBytes = this.#bytes;
    this.#arm();
  }

  /** A further block has been written down. */
  grant(): void {
    const { blockSeals, blockBytes, refuseSeals } = this.#limits;
    this.#allowedSeals = Math.min(this.#allowedSeals + blockSeals, refuseSeals);
    this.#allowedBytes += blockBytes;
    this.#arm();
  }

  /**
   * Counts pages that are about to be sealed, also where that then fails. True where somebody should look at `isLow` and
   * `isDue`, once for each. Throws Outage DataKeyUsedUp, and then counts nothing.
   */
  add({ pages }: PageBatch): boolean {
    const seals = this.#seals + pages.length / pageBatchStride;
    let bytes = this.#bytes;
    for (let at = 1; at < pages.length; at += pageBatchStride) bytes += pages[at] as number;
    if (seals > this.#allowedSeals || bytes > this.#allowedBytes) throw new Outage('DataKeyUsedUp');
    this.#seals = seals;
    this.#bytes = bytes;
    if (seals < this.#noticeSeals && bytes < this.#noticeBytes) return false;
    this.#arm();
    return true;
  }

  #arm(): void {
    const { blockSeals, blockBytes, rotateSeals, rotateBytes } = this.#limits;
    this.#noticeSeals = firstAbove(this.#seals, rotateSeals, this.#allowedSeals - blockSeals / 2);
    this.#noticeBytes = firstAbove(this.#bytes, rotateBytes, this.#allowedBytes - blockBytes / 2);
  }
}

function firstAbove(reached: number, one: number, other: number): number {
  return Math.min(...[one, other].filter((mark) => mark > reached), Number.POSITIVE_INFINITY);
}
