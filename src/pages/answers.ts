/** Tells callers what became of their works, in order, and not of too many in one turn of the event loop. */
import type { Work } from './group.ts';

/** What callers do next runs in the turn of their answer, often another work: a few milliseconds for so many. */
const turnAnswersMax = 64;

interface Answer {
  readonly work: Work;
  readonly outcome: Work['outcome'];
}

export class Answers {
  #waiting: readonly Answer[] = [];
  #next = 0;
  #isPaused = false;
  readonly #onEnd: () => void;

  /** `onEnd` is called whenever answers that took more than one turn have all been given. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** True while somebody waits for an answer that is known. */
  get areWaiting(): boolean {
    return this.#next < this.#waiting.length;
  }

  /** `fault`: what became of all of them, in place of their own outcomes. The first are told at once. */
  give(works: readonly Work[], fault?: unknown): void {
    const answers = works.map((work) => ({ work, outcome: fault === undefined ? work.outcome : { fault } }));
    this.#waiting = [...this.#waiting.slice(this.#next), ...answers];
    this.#next = 0;
    if (!this.#isPaused) this.#giveSome();
  }

  #giveSome(): void {
    for (let left = turnAnswersMax; left > 0 && this.areWaiting; left--) {
      const answer = this.#waiting[this.#next++];
      if (answer !== undefined) tell(answer);
    }
    if (!this.areWaiting) return;
    this.#isPaused = true;
    setImmediate(() => {
      this.#isPaused = false;
      this.#giveSome();
      if (!this.areWaiting) this.#onEnd();
    });
  }
}

function tell({ work, outcome }: Answer): void {
  if (outcome !== undefined && 'value' in outcome) work.resolve(outcome.value);
  else work.reject(outcome?.fault);
}
