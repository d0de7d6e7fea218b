/** Works that go on after their request was answered: how many, until when, and that they end when the store closes. */
import { Outage } from '../base/errors.ts';

export class BackgroundWorks {
  readonly #underWay = new Set<Promise<unknown>>();
  #isStopping = false;

  get count(): number {
    return this.#underWay.size;
  }

  /** For each step of a work. Throws Outage Closed once stopping has begun. */
  mayGoOn(): void {
    if (this.#isStopping) throw new Outage('Closed');
  }

  /** What it gives back stands for the work, also where that rejects: the caller's to await. */
  add<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
    return tracked;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
  }

  /** What is under way ends at its next step. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.settled();
  }
}
