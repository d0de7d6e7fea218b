/** One read transaction for the reads of a turn: taking and dropping SQLite's locks costs as much as reading a page. */
import type { Database, Statement } from './sqlite-driver.ts';

/** A turn that never ends, as a loop of promises, must not hold back checkpoints for ever. */
const readsPerSnapshotMax = 256;
/** From this many on, one transaction around all is cheaper than one each. */
const readsPerTransactionMin = 4;

/**
 * While a commit is under way there is no snapshot: the log could not be begun anew behind one, and would grow. So no
 * snapshot spans a commit, and what is read after one is what it made durable.
 */
export class ReadSnapshot {
  readonly #begin: Statement;
  readonly #commit: Statement;
  /** Reads until a new snapshot is due; 0: there is none. */
  #readsLeft = 0;
  #isEnding = false;
  #commitsUnderWay = 0;
  /** Inside `together`, and whether something was read there. */
  #isTogether = false;
  #isTogetherBegun = false;

  constructor(database: Database) {
    this.#begin = database.prepare('BEGIN');
    this.#commit = database.prepare('COMMIT');
  }

  /** Runs `work`, which reads `count` rows here and now. */
  read<T>(count: number, work: () => T): T {
    if (this.#commitsUnderWay === 0) {
      this.#beginRead();
      return work();
    }
    if (this.#isTogether) {
      if (!this.#isTogetherBegun) this.#begin.run();
      this.#isTogetherBegun = true;
      return work();
    }
    if (count < readsPerTransactionMin) return work();
    this.#begin.run();
    try {
      return work();
    } finally {
      this.#commit.run();
    }
  }

  /** Runs `work`, which is synchronous, with one transaction around all that it reads, commit under way or not. */
  together<T>(work: () => T): T {
    if (this.#isTogether) return work();
    this.#isTogether = true;
    try {
      return work();
    } finally {
      this.#isTogether = false;
      this.#endTogether();
    }
  }

  #endTogether(): void {
    if (!this.#isTogetherBegun) return;
    this.#isTogetherBegun = false;
    this.#rollBack();
  }

  /** No snapshot until the commit has ended, whatever comes of it. */
  async outside<T>(commit: () => Promise<T>): Promise<T> {
    this.end();
    this.#commitsUnderWay++;
    try {
      return await commit();
    } finally {
      this.#commitsUnderWay--;
    }
  }

  /** Also to be called after a read that failed. */
  end(): void {
    this.#endTogether();
    if (this.#readsLeft === 0) return;
    this.#readsLeft = 0;
    this.#rollBack();
  }

  #rollBack(): void {
    try {
      this.#commit.run();
    } catch {
      // A read that failed may have ended it, and nothing was changed.
    }
  }

  #beginRead(): void {
    if (this.#readsLeft === 1) this.end();
    if (this.#readsLeft > 0) {
      this.#readsLeft--;
      return;
    }
    this.#begin.run();
    this.#readsLeft = readsPerSnapshotMax;
    if (this.#isEnding) return;
    this.#isEnding = true;
    setImmediate(() => {
      this.#isEnding = false;
      this.end();
    });
  }
}
