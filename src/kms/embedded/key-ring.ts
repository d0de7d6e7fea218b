/** Every key, alias and grant of the service in memory, as they are stored; changes one after another, each durable before it shows. */
import { IntegrityFault, Outage } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { KeyChange, KeyListener } from '../key-service.ts';
import type { AliasRecord } from './alias.ts';
import { AliasIndex, type AliasName, aliasKey } from './alias-index.ts';
import type { GrantPrincipal, GrantRecord } from './grant.ts';
import { GrantIndex } from './grant-index.ts';
import { type DeletedKey, type KeyRecord, keyName, regionOf } from './key.ts';
import type { KeptUse } from './last-use.ts';
import type { Milestone } from './milestone.ts';
import { newRecordId, type OpenRecord, type RecordKind, type SealedRecords } from './sealed-records.ts';

interface Kinds {
  readonly key: KeyRecord;
  readonly alias: AliasRecord;
  readonly 'deleted-key': DeletedKey;
  readonly grant: GrantRecord;
  readonly milestone: Milestone;
  readonly 'last-use': KeptUse;
}

type Entry = { [K in RecordKind]: { readonly kind: K; readonly value: Kinds[K] } }[RecordKind];

export interface RingChange<Result> {
  readonly keys?: readonly KeyRecord[];
  readonly aliases?: readonly AliasRecord[];
  readonly removedAliases?: readonly AliasRecord[];
  readonly grants?: readonly GrantRecord[];
  readonly removedGrants?: readonly GrantRecord[];
  /** Removed as well; nobody used them any more, so that nobody is told. */
  readonly retiredGrants?: readonly GrantRecord[];
  readonly milestones?: readonly Milestone[];
  readonly lastUses?: readonly KeptUse[];
  /** What belongs to them goes with them. */
  readonly deletedKeys?: readonly { readonly key: KeyRecord; readonly deletedMs: number }[];
  readonly result: Result;
}

/** What a ring asks of its records. */
export type RingRecords = Pick<SealedRecords, 'uncertain' | 'commit' | 'reload'>;

export class KeyRing {
  readonly #records: RingRecords;
  readonly #log: Log;
  #keys = new Map<string, KeyRecord>();
  #aliases = new AliasIndex();
  #deleted = new Map<string, DeletedKey>();
  #grants = new GrantIndex();
  #milestones = new Map<string, Milestone>();
  /** By the ARN of the key. */
  #lastUses = new Map<string, KeptUse>();
  /** Where each entry is stored, by its name. */
  #recordIds = new Map<string, string>();
  readonly #listeners = new Set<KeyListener>();
  #watcher: (before: Iterable<KeyRecord>) => void = () => {};
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(records: RingRecords, contents: readonly OpenRecord[], log: Log) {
    this.#records = records;
    this.#log = log;
    this.#fill(contents);
  }

  /** The region tells related multi-Region keys apart, and is of no meaning for others. */
  key(keyId: string, region: string): KeyRecord | undefined {
    return this.#keys.get(keyName(keyId, region));
  }

  keys(): IterableIterator<KeyRecord> {
    return this.#keys.values();
  }

  deletedKey(keyId: string, region: string): DeletedKey | undefined {
    return this.#deleted.get(keyName(keyId, region));
  }

  alias(name: AliasName): AliasRecord | undefined {
    return this.#aliases.get(name);
  }

  aliases(): IterableIterator<AliasRecord> {
    return this.#aliases.all();
  }

  aliasesOf(key: { keyId: string; region: string }): readonly AliasRecord[] {
    return this.#aliases.of(key);
  }

  grant(keyArn: string, grantId: string): GrantRecord | undefined {
    return this.#grants.get(keyArn, grantId);
  }

  /** To be walked once, and at once; so are the others. */
  grantsOf(keyArn: string): Iterable<GrantRecord> {
    return this.#grants.of(keyArn);
  }

  grantCountOf(keyArn: string): number {
    return this.#grants.countOf(keyArn);
  }

  grantsRetirableBy(retiree: GrantPrincipal): Iterable<GrantRecord> {
    return this.#grants.retirableBy(retiree);
  }

  grantsHeldBy(holder: string): Iterable<GrantRecord> {
    return this.#grants.heldBy(holder);
  }

  milestone(name: string): Milestone | undefined {
    return this.#milestones.get(name);
  }

  lastUse(keyArn: string): KeptUse | undefined {
    return this.#lastUses.get(keyArn);
  }

  lastUses(): IterableIterator<KeptUse> {
    return this.#lastUses.values();
  }

  get closed(): boolean {
    return this.#closed;
  }

  onKeyChange(listener: KeyListener): () => void {
    // A wrapper of its own, so that the same function twice is two listeners.
    const own: KeyListener = (arn, change) => listener(arn, change);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** There is one, who is shown all keys as they were before each change, once it is durable. It must not throw. */
  watch(watcher: (before: Iterable<KeyRecord>) => void): void {
    this.#watcher = watcher;
  }

  /**
   * Runs `decide` when all changes before it are done, so that what it sees cannot change under it; then stores what it
   * wants, shows it, and tells the listeners. A refusal thrown by `decide` changes nothing.
   */
  change<Result>(decide: () => RingChange<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(new Outage('Closed'));
    const done = this.#last.then(() => this.#run(decide));
    this.#last = done.catch(() => {});
    return done;
  }

  /** Lets the changes under way finish; later ones are refused with Outage 'Closed'. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    this.#listeners.clear();
  }

  async #run<Result>(decide: () => RingChange<Result>): Promise<Result> {
    try {
      if (this.#records.uncertain) this.#refill(await this.#records.reload());
    } catch (cause) {
      throw unavailable(cause);
    }
    const change = decide();
    const { puts, removed } = entriesOf(change, this);
    if (puts.length === 0 && removed.length === 0) return change.result;
    const recordIds = new Map(this.#recordIds);
    const records = puts.map((entry): OpenRecord => {
      const id = recordIds.get(nameOf(entry)) ?? newRecordId();
      recordIds.set(nameOf(entry), id);
      return { id, kind: entry.kind, text: JSON.stringify(entry.value) };
    });
    const deletes: string[] = [];
    for (const entry of removed) {
      const id = recordIds.get(nameOf(entry));
      if (id !== undefined) deletes.push(id);
      recordIds.delete(nameOf(entry));
    }
    try {
      await this.#records.commit({ puts: records, deletes, erases: this.#erases(puts, removed) });
    } catch (cause) {
      throw unavailable(cause);
    }
    this.#recordIds = recordIds;
    const before = this.#states();
    for (const entry of puts) this.#show(entry);
    for (const entry of removed) this.#hide(entry);
    this.#tell(before, change.removedGrants);
    this.#watcher(before.values());
    return change.result;
  }

  /** True where a secret goes: with its key, or with imported material. */
  #erases(puts: readonly Entry[], removed: readonly Entry[]): boolean {
    if (removed.some(({ kind }) => kind === 'key')) return true;
    return puts.some((entry) => {
      if (entry.kind !== 'key') return false;
      const before = this.#keys.get(nameOfKey(entry.value));
      return before !== undefined && secretCount(before) > secretCount(entry.value);
    });
  }

  #fill(contents: readonly OpenRecord[]): void {
    for (const { id, kind, text } of contents) {
      const entry = { kind, value: JSON.parse(text) } as Entry;
      this.#recordIds.set(nameOf(entry), id);
      this.#show(entry);
    }
  }

  #refill(contents: readonly OpenRecord[]): void {
    const before = this.#states();
    this.#keys = new Map();
    this.#aliases = new AliasIndex();
    this.#deleted = new Map();
    this.#grants = new GrantIndex();
    this.#milestones = new Map();
    this.#lastUses = new Map();
    this.#recordIds = new Map();
    this.#fill(contents);
    this.#tell(before);
  }

  #show(entry: Entry): void {
    if (entry.kind === 'key') this.#keys.set(nameOfKey(entry.value), entry.value);
    else if (entry.kind === 'deleted-key') this.#deleted.set(nameOfKey(entry.value), entry.value);
    else if (entry.kind === 'grant') this.#grants.put(entry.value);
    else if (entry.kind === 'milestone') this.#milestones.set(entry.value.name, entry.value);
    else if (entry.kind === 'last-use') this.#lastUses.set(entry.value.keyArn, entry.value);
    else this.#aliases.put(entry.value);
  }

  #hide(entry: Entry): void {
    if (entry.kind === 'key') this.#keys.delete(nameOfKey(entry.value));
    else if (entry.kind === 'deleted-key') this.#deleted.delete(nameOfKey(entry.value));
    else if (entry.kind === 'grant') this.#grants.remove(entry.value);
    else if (entry.kind === 'milestone') this.#milestones.delete(entry.value.name);
    else if (entry.kind === 'last-use') this.#lastUses.delete(entry.value.keyArn);
    else this.#aliases.remove(entry.value);
  }

  #states(): Map<string, KeyRecord> {
    return new Map(this.#keys);
  }

  /** Of a key in another state, and of one whose policy or grants allow something else than before. */
  #tell(before: ReadonlyMap<string, KeyRecord>, revoked: readonly GrantRecord[] = []): void {
    const changes = new Map<string, KeyChange>();
    for (const { keyArn } of revoked) changes.set(keyArn, 'rights');
    for (const key of before.values()) {
      const now = this.#keys.get(nameOfKey(key));
      if (now?.policy !== key.policy) changes.set(key.arn, 'rights');
      if (now?.state !== key.state) changes.set(key.arn, 'state');
    }
    for (const [arn, change] of changes) {
      for (const listener of [...this.#listeners]) {
        try {
          listener(arn, change);
        } catch (fault) {
          // The change is durable: a listener that fails must not make it look undone, nor keep it from the others.
          this.#log.error({ keyArn: arn, fault }, 'A listener to key changes failed.');
        }
      }
    }
  }
}

function entriesOf(change: RingChange<unknown>, ring: KeyRing): { puts: Entry[]; removed: Entry[] } {
  const puts: Entry[] = [];
  const removed: Entry[] = [];
  for (const value of change.keys ?? []) puts.push({ kind: 'key', value });
  for (const value of change.aliases ?? []) puts.push({ kind: 'alias', value });
  for (const value of change.removedAliases ?? []) removed.push({ kind: 'alias', value });
  for (const value of change.grants ?? []) puts.push({ kind: 'grant', value });
  for (const value of change.milestones ?? []) puts.push({ kind: 'milestone', value });
  for (const value of change.lastUses ?? []) puts.push({ kind: 'last-use', value });
  for (const value of [...(change.removedGrants ?? []), ...(change.retiredGrants ?? [])]) {
    removed.push({ kind: 'grant', value });
  }
  for (const { key, deletedMs } of change.deletedKeys ?? []) {
    removed.push({ kind: 'key', value: key });
    for (const value of ring.aliasesOf(key)) removed.push({ kind: 'alias', value });
    for (const value of ring.grantsOf(key.arn)) removed.push({ kind: 'grant', value });
    const use = ring.lastUse(key.arn);
    if (use !== undefined) removed.push({ kind: 'last-use', value: use });
    puts.push({ kind: 'deleted-key', value: { keyId: key.keyId, arn: key.arn, deletedMs } });
  }
  return { puts, removed };
}

function nameOf(entry: Entry): string {
  if (entry.kind === 'grant') return `grant ${entry.value.keyArn} ${entry.value.grantId}`;
  if (entry.kind === 'milestone') return `milestone ${entry.value.name}`;
  if (entry.kind === 'last-use') return `last-use ${entry.value.keyArn}`;
  if (entry.kind !== 'alias') return `${entry.kind} ${nameOfKey(entry.value)}`;
  return `alias ${aliasKey(entry.value)}`;
}

function secretCount({ materials, pendingMaterial }: KeyRecord): number {
  return [...materials, pendingMaterial].filter((material) => material?.sealed !== undefined).length;
}

function nameOfKey({ keyId, arn }: { keyId: string; arn: string }): string {
  return keyName(keyId, regionOf(arn));
}

function unavailable(cause: unknown): unknown {
  if (cause instanceof IntegrityFault) return cause;
  return new Outage('KeyServiceUnavailable', { cause });
}
