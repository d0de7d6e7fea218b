/** Works that wait for their turn, in order: new ones at the end, those that must run again in front. */
import type { Work } from './group.ts';

/** So many that have gone are let go of in one copy. */
const goneWorksMax = 1024;

export class WorkQueue {
  #works: Work[] = [];
  /** Where the next work is. */
  #next = 0;
  /** So many in front run each in a group of its own. */
  #alone = 0;

  get length(): number {
    return this.#works.length - this.#next;
  }

  /** True where the next work shares its group with no other. */
  get isNextAlone(): boolean {
    return this.#alone > 0;
  }

  push(work: Work): void {
    this.#works.push(work);
  }

  /** Undefined where none waits. */
  shift(): Work | undefined {
    if (this.length === 0) return undefined;
    const work = this.#works[this.#next++];
    if (this.#alone > 0) this.#alone--;
    if (this.#next === this.#works.length || this.#next > goneWorksMax) {
      this.#works = this.#works.slice(this.#next);
      this.#next = 0;
    }
    return work;
  }

  /** Forgets how these works ended and puts them in front, in this order. `alone`: so many of them run alone. */
  putBack(works: readonly Work[], alone = 0): void {
    for (const work of works) {
      work.touched.length = 0;
      work.outcome = undefined;
    }
    this.#works = [...works, ...this.#works.slice(this.#next)];
    this.#next = 0;
    this.#alone = this.#alone > 0 ? this.#alone + works.length : alone;
  }
}
