/** Shard iterators: places in a stream, sealed so that nobody makes one up, and good for a quarter of an hour. */
import { textOf, utf8 } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import { IntegrityFault, Refusal } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import type { ShardPosition } from '../../tables/stream/open-stream.ts';
import { isStreamArn } from '../../tables/stream/stream-arn.ts';

export interface ShardIteratorsOptions {
  readonly core: CryptoCore;
  /** The caller's to destroy: iterators of one key are good after a restart. */
  readonly key: SecretKey;
  readonly clock: Clock;
}

export interface StreamPlace {
  readonly arn: string;
  readonly position: ShardPosition;
}

export const iteratorAgeMsMax = 15 * 60_000;

/** As AWS writes them: the stream's ARN, a version, and what is sealed. */
const iteratorForm = /^([^|]+)\|1\|([A-Za-z0-9_-]+)$/;
const label = 'cryptable shard iterator 1 ';

export class ShardIterators {
  readonly #core: CryptoCore;
  readonly #key: SecretKey;
  readonly #clock: Clock;

  constructor({ core, key, clock }: ShardIteratorsOptions) {
    this.#core = core;
    this.#key = key;
    this.#clock = clock;
  }

  /** Young again, wherever its place came from. */
  seal({ arn, position: { shard, sequence, atHorizon } }: StreamPlace): string {
    const plain = utf8(JSON.stringify([this.#clock.nowMs(), shard, sequence, atHorizon]));
    const sealed = this.#core.sealBytes(this.#key, plain, utf8(label + arn));
    return `${arn}|1|${Buffer.from(sealed).toString('base64url')}`;
  }

  /** Refuses Validation for one that was not made here, and IteratorExpired. */
  open(iterator: string): StreamPlace {
    const [, arn, sealed] = iteratorForm.exec(iterator) ?? [];
    if (arn === undefined || sealed === undefined || !isStreamArn(arn)) throw invalid();
    const [sealedAtMs, shard, sequence, atHorizon] = this.#opened(arn, sealed);
    if (this.#clock.nowMs() - sealedAtMs > iteratorAgeMsMax) throw new Refusal('IteratorExpired', {});
    return { arn, position: { shard, sequence, atHorizon } };
  }

  #opened(arn: string, sealed: string): readonly [number, number, number, boolean] {
    try {
      const bytes = Buffer.from(sealed, 'base64url');
      return JSON.parse(textOf(this.#core.openBytes(this.#key, bytes, utf8(label + arn))));
    } catch (fault) {
      if (fault instanceof IntegrityFault) throw invalid();
      throw fault;
    }
  }
}

function invalid(): Refusal {
  return new Refusal('Validation', { message: 'Invalid ShardIterator' });
}
