/** What several statements used, table by table. */
import {
  type CapacityMode,
  type ConsumedCapacity,
  type Consumption,
  consumedCapacity,
  sumOf,
} from '../../tables/capacity.ts';

export class UsedCapacity {
  /** By the name that the statements have for the table. */
  readonly #used = new Map<string, Consumption>();

  add(tableName: string, more: Consumption): void {
    const before = this.#used.get(tableName);
    this.#used.set(tableName, before === undefined ? more : sumOf([before, more]));
  }

  /** The ConsumedCapacity member of an answer; undefined where the caller did not ask. */
  answer(mode: CapacityMode | undefined): readonly ConsumedCapacity[] | undefined {
    const consumed = [...this.#used].flatMap(([name, used]) => consumedCapacity(mode, name, used) ?? []);
    return consumed.length === 0 ? undefined : consumed;
  }
}
