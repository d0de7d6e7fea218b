/** The items that a batch names: no more than it may, and none twice. */
import { Refusal } from '../../base/errors.ts';

export type BatchOperation = 'BatchGetItem' | 'BatchWriteItem';

export const batchItemsMax: Readonly<Record<BatchOperation, number>> = {
  BatchGetItem: 100,
  BatchWriteItem: 25,
};

/** Over all tables; the model has a limit of its own for each. */
export function checkBatchCount(name: BatchOperation, count: number): void {
  if (count <= batchItemsMax[name]) return;
  throw new Refusal('Validation', { message: `Too many items requested for the ${name} call` });
}

export const repeatedKeys = 'Provided list of item keys contains duplicates';

/** What a batch, or a transaction, has named so far. A table counts as one, by its name or by its ARN. */
export class BatchKeys {
  readonly #named = new Set<string>();
  readonly #sentence: string;

  /** `sentence`: of the refusal. */
  constructor(sentence = repeatedKeys) {
    this.#sentence = sentence;
  }

  /** Refuses an item that was named before. */
  add(tableArn: string, treeKey: Uint8Array): void {
    const { buffer, byteOffset, byteLength } = treeKey;
    const name = `${tableArn} ${Buffer.from(buffer, byteOffset, byteLength).toString('latin1')}`;
    if (this.#named.has(name)) throw new Refusal('Validation', { message: this.#sentence });
    this.#named.add(name);
  }
}
