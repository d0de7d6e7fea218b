/** Group commit: works run one after another, many share one durable commit, and the next are run meanwhile. */
import { assert, Outage, Refusal } from '../base/errors.ts';
import type { MaybePromise, PageStore } from '../store/page-store.ts';
import { Answers } from './answers.ts';
import { changedNothing, Group, SealFault, touchTree, type Work } from './group.ts';
import { LogUpkeep, type LogUpkeepParts, takeUp } from './log-upkeep.ts';
import type { PageCache } from './page-cache.ts';
import type { PageSource } from './page-source.ts';
import { reseal } from './reseal.ts';
import type { PageSealer } from './sealed-page.ts';
import type { Transaction } from './transaction.ts';
import { getValue, type Tree } from './tree.ts';
import { TreeCursor } from './tree-cursor.ts';
import { createTree, dropTree, type Gathering } from './tree-making.ts';
import type { TreeState } from './tree-state.ts';
import { TreeWriter } from './tree-writer.ts';
import { WorkQueue } from './work-queue.ts';

export type { Transaction } from './transaction.ts';

export interface CommitParts extends LogUpkeepParts {
  readonly store: PageStore;
  readonly cache: PageCache;
  readonly sealer: PageSealer;
  readonly source: PageSource;
  /** The open trees by number. */
  readonly trees: Map<number, Tree>;
}

/** So often a work runs again because others were first; each time one of them was not refused. */
const conflictsMax = 20;

/** Where so many works wait and nothing is in flight, half of them are made durable while the others run. */
const splitWorksMin = 32;

/** So many works run in one turn of the event loop: a few milliseconds where each reads pages. */
const turnWorksMax = 64;

export class GroupCommit {
  readonly #parts: CommitParts;
  readonly #writer: TreeWriter;
  readonly #queue = new WorkQueue();
  readonly #answers = new Answers(() => this.#advance());
  readonly #upkeep: LogUpkeep;
  #group = new Group();
  #flight: Group | undefined;
  /** The work whose promise is awaited, and the fault that overtook it. */
  #running: Work | undefined;
  #overtaken: unknown;
  #quiet: (() => Promise<void>)[] = [];
  #isQuiet = false;
  #isScheduled = false;
  /** Works that the run under way may still take, and whether it goes on in the next turn. */
  #runLeft = 0;
  #isRunPaused = false;
  #closed = false;
  #whenIdle: (() => void)[] = [];

  constructor(parts: CommitParts) {
    this.#parts = parts;
    this.#upkeep = new LogUpkeep(parts, (work) => this.transact(work));
    this.#writer = new TreeWriter(parts.source, parts.cache.buffers, (tree) => {
      if (this.#overtaken !== undefined) throw this.#overtaken;
      return this.#group.changeOf(tree);
    });
  }

  /** See PageEngine.transact. */
  transact<T>(work: (tx: Transaction) => MaybePromise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Outage('Closed'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({
        run: (self) => work(this.#transaction(self)),
        resolve: (value) => resolve(value as T),
        reject,
        touched: [],
        conflicts: 0,
        outcome: undefined,
      });
      this.#schedule();
    });
  }

  /** Runs `task` while no commit is under way: the store then holds exactly the committed state. */
  quietly<T>(task: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#quiet.push(() => task().then(resolve, reject));
      this.#schedule();
    });
  }

  /** Refuses new works and resolves when the last one has ended. */
  close(): Promise<void> {
    this.#closed = true;
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.#schedule();
    });
  }

  /** Works handed in during one turn share a group, or two where they are many. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#advance();
    });
  }

  /** Does what can be done now; called whenever something has changed. */
  #advance(): void {
    for (;;) {
      if (this.#running !== undefined || this.#isRunPaused) return;
      this.#runTogether();
      if (this.#running !== undefined || this.#isRunPaused) return;
      if (this.#flight !== undefined || this.#isQuiet) return;
      const task = this.#quiet.shift();
      if (task !== undefined) {
        this.#runQuietly(task);
        return;
      }
      if (this.#group.works.length === 0) break;
      this.#launch();
    }
    if (!this.#answers.areWaiting) for (const idle of this.#whenIdle.splice(0)) idle();
  }

  #runQuietly(task: () => Promise<void>): void {
    this.#isQuiet = true;
    void task().then(() => {
      this.#isQuiet = false;
      this.#advance();
    });
  }

  /** What the works read of the store meanwhile is read in one go. */
  #runTogether(): void {
    const { store } = this.#parts;
    if (store.readTogether === undefined) this.#runWorks();
    else store.readTogether(() => this.#runWorks());
  }

  #runWorks(): void {
    const waiting = this.#queue.length;
    const isIdle = this.#flight === undefined && this.#group.works.length === 0;
    if (this.#runLeft === 0) {
      this.#runLeft = isIdle && waiting >= splitWorksMin ? Math.ceil(waiting / 2) : waiting;
    }
    let turnLeft = turnWorksMax;
    // A work may put others back into the queue.
    while (this.#runLeft > 0 && this.#running === undefined && this.#group.hasRoom) {
      const isAlone = this.#queue.isNextAlone;
      if (isAlone && this.#group.works.length > 0) break;
      if (turnLeft-- === 0) {
        this.#pauseRun();
        return;
      }
      const work = this.#queue.shift();
      if (work === undefined) break;
      this.#runLeft--;
      this.#group.isAlone = isAlone;
      this.#run(work);
    }
    this.#runLeft = 0;
  }

  /** Lets others have a turn; the group is not launched before all that were to share it have run. */
  #pauseRun(): void {
    this.#isRunPaused = true;
    setImmediate(() => {
      this.#isRunPaused = false;
      this.#advance();
    });
  }

  #run(work: Work): void {
    try {
      const result = work.run(work);
      if (!(result instanceof Promise)) {
        this.#end(work, { value: result });
        return;
      }
      this.#running = work;
      result.then(
        (value) => this.#resume(work, { value }),
        (fault) => this.#resume(work, { fault }),
      );
    } catch (fault) {
      this.#end(work, { fault });
    }
  }

  #resume(work: Work, outcome: NonNullable<Work['outcome']>): void {
    this.#running = undefined;
    const overtaken = this.#overtaken;
    this.#overtaken = undefined;
    if (overtaken === undefined) this.#end(work, outcome);
    else if (changedNothing(overtaken)) this.#queue.putBack([work]);
    else work.reject(overtaken);
    this.#advance();
  }

  /** Even a fault waits for the group: it may rest on what is not durable yet. */
  #end(work: Work, outcome: NonNullable<Work['outcome']>): void {
    work.outcome = outcome;
    this.#group.works.push(work);
    if ('fault' in outcome && work.touched.length > 0) this.#runAgain();
  }

  /** Takes back what the group changed and puts its works in front of the queue, but for those that have a fault. */
  #runAgain(): void {
    const failed = this.#group;
    this.#group = new Group();
    failed.takeBack(this.#parts.cache.buffers);
    const again: Work[] = [];
    for (const work of failed.works) {
      if (work.outcome === undefined || !('fault' in work.outcome)) {
        again.push(work);
        continue;
      }
      work.touched.length = 0;
      this.#group.works.push(work);
    }
    this.#queue.putBack(again);
    failed.settle();
  }

  #launch(): void {
    const group = this.#group;
    if (group.isOvertaken) {
      this.#group = new Group();
      group.takeBack(this.#parts.cache.buffers);
      group.settle();
      this.#tryAgain(group, this.#group, new Outage('StoreConflict'));
      return;
    }
    if (group.isEmpty) {
      this.#group = new Group();
      group.unpin();
      group.settle();
      this.#answers.give(group.works);
      return;
    }
    let change: ReturnType<Group['seal']>;
    try {
      change = group.seal(this.#parts.sealer, this.#parts.refLog);
    } catch (fault) {
      this.#sealFailed(group, fault);
      return;
    }
    this.#group = new Group();
    group.unpin();
    this.#flight = group;
    for (const [tree, treeChange] of group.changes) {
      tree.flight = treeChange;
      tree.change = undefined;
    }
    this.#parts.store.commit(change).then(
      () => this.#publish(group),
      (fault) => this.#commitFailed(group, fault),
    );
  }

  /** Only the works that changed this tree fail; the others run again without them. */
  #sealFailed(group: Group, fault: unknown): void {
    if (!(fault instanceof SealFault)) throw fault;
    for (const work of group.works) {
      if (work.touched.includes(fault.tree)) work.outcome = { fault: fault.cause, isFinal: true };
      // A fault of its own may rest on what now never was.
      else if (work.outcome !== undefined && !('isFinal' in work.outcome)) work.outcome = undefined;
    }
    this.#runAgain();
  }

  #publish(group: Group): void {
    const { cache, trees } = this.#parts;
    for (const [tree, change] of group.changes) {
      const isEvicted = tree.evictions !== change.evictions;
      for (const id of change.deletes) cache.remove(tree.cached, id);
      for (const id of change.overflow.keys()) cache.remove(tree.cached, id);
      for (const [id, bytes] of change.pages) {
        cache.beginStep();
        if (!isEvicted) {
          cache.replace(tree.cached, id, bytes);
          continue;
        }
        cache.buffers.giveBack(bytes);
        // It may have been read again between the eviction and the launch.
        cache.remove(tree.cached, id);
      }
      tree.committed = change.head;
      tree.log.apply(change.log);
      tree.flight = undefined;
      tree.epoch++;
    }
    for (const [id, tree] of group.created) trees.set(id, tree);
    for (const { id, tree } of group.drops) {
      trees.delete(id);
      if (tree === undefined) continue;
      tree.state.dropped = true;
      tree.state.evictions++;
      cache.evict(tree.state.cached);
    }
    this.#flight = undefined;
    group.settle();
    this.#answers.give(group.works);
    this.#upkeep.look(group.changes.keys());
    this.#advance();
  }

  /** Everything since is taken back; where the store may hold another state, heads are read again before use. */
  #commitFailed(flight: Group, fault: unknown): void {
    const gathered = this.#group;
    this.#group = new Group();
    this.#flight = undefined;
    if (this.#running !== undefined) this.#overtaken = fault;
    gathered.takeBack(this.#parts.cache.buffers);
    const isStale = !(fault instanceof Outage) || fault.code !== 'StoreFull';
    for (const tree of [...flight.changes.keys()]) {
      flight.forget(tree, this.#parts.cache.buffers);
      tree.stale ||= isStale;
    }
    for (const { tree } of flight.drops) {
      if (tree === undefined) continue;
      if (isStale) tree.state.stale = true;
      else tree.state.dropping = undefined;
    }
    flight.settle();
    gathered.settle();
    if (changedNothing(fault)) this.#tryAgain(flight, gathered, fault);
    else this.#answers.give([...flight.works, ...gathered.works], fault);
    this.#advance();
  }

  /** Nothing of the flight was stored: its works may build on what others did, or do with less room. */
  #tryAgain(flight: Group, gathered: Group, fault: Outage): void {
    const isConflict = fault.code === 'StoreConflict';
    const again: Work[] = [];
    for (const work of flight.works) {
      const final = work.outcome !== undefined && 'isFinal' in work.outcome ? work.outcome : undefined;
      const isOver = isConflict ? ++work.conflicts > conflictsMax : flight.isAlone;
      if (final === undefined && !isOver) again.push(work);
      else work.reject(final?.fault ?? fault);
    }
    // Those that take no more room must not suffer for the others.
    this.#queue.putBack([...again, ...gathered.works], isConflict ? 0 : again.length);
  }

  #transaction(work: Work): Transaction {
    const { source } = this.#parts;
    const open = (tree: Tree): TreeState => {
      this.#mustBeRunning(work);
      if (tree.state.dropping !== undefined && !tree.state.stale) throw new Refusal('TableNotFound', {});
      if (source.isShared) {
        source.lookForOthers(tree.state);
        this.#group.pin(tree.state);
      }
      return tree.state;
    };
    const touch = (tree: Tree): TreeState => {
      const state = open(tree);
      touchTree(work, state);
      return state;
    };
    return {
      get: (tree, key) => getValue(source, source.working, open(tree), key),
      put: (tree, key, value) => this.#writer.put(touch(tree), key, value),
      delete: (tree, key) => this.#writer.delete(touch(tree), key),
      cursor: (tree, range = {}) => new TreeCursor(source, source.working, open(tree), range),
      createTree: (id, cipher) => {
        this.#mustBeRunning(work);
        return createTree(this.#gathering, work, { id, cipher });
      },
      dropTree: (id) => {
        this.#mustBeRunning(work);
        return dropTree(this.#gathering, work, id);
      },
      reseal: (tree, stretch) =>
        reseal({ store: this.#parts.store, source, writer: this.#writer }, touch(tree), stretch),
      takeUp: (tree, from) => takeUp({ source, writer: this.#writer }, touch(tree), from),
    };
  }

  get #gathering(): Gathering {
    return {
      ...this.#parts,
      writer: this.#writer,
      group: this.#group,
      flight: this.#flight,
      mustBeRunning: (work) => this.#mustBeRunning(work),
    };
  }

  #mustBeRunning(work: Work): void {
    if (this.#overtaken !== undefined && work === this.#running) throw this.#overtaken;
    assert(work.outcome === undefined, 'a transaction ends with its work');
  }
}
