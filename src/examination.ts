/** Looks at a store without changing it, and names what is wrong with it in one word of a closed list. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from './base/clock.ts';
import { IntegrityFault, isRefusal, Outage, Refusal } from './base/errors.ts';
import { silentLog } from './base/log.ts';
import { Closing } from './closing.ts';
import { openCryptoCore } from './crypto/open-core.ts';
import { advice, type Diagnosis, diagnosisOfFault, diagnosisOfKey, diagnosisOfOutage } from './diagnosis.ts';
import { examineIdentities } from './kept-identities.ts';
import { chosenKeyServices } from './key-service-choice.ts';
import { TableKeys } from './keys/table-keys.ts';
import { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import { MemoryRecordStorage } from './kms/embedded/record-storage.ts';
import type { KeyServices } from './kms/key-services.ts';
import { type OpenOptions, storeIsEmpty } from './open.ts';
import { PageEngine } from './pages/pages.ts';
import { anchorPlaceOf, keyDirectoryOf, keyFile, rootKeyOf } from './places.ts';
import { AnchoredStore } from './store/anchored-store.ts';
import { storeFile } from './store/sqlite.ts';
import { isTruncated, openPagesReadOnly, type ReadOnlyPages, readRecords } from './store/sqlite-read-only.ts';
import { catalogTree, rootTree } from './tables/catalog-root.ts';
import type { TreeOwner } from './tables/table-summary.ts';
import { Tables } from './tables/tables.ts';
import { type Fault, type Report, type SkippedTable, verifyTables } from './verification.ts';

export interface Finding {
  readonly diagnosis: Diagnosis;
  /** Absent: of the store as a whole. */
  readonly table?: string;
  readonly detail: string;
  readonly advice: string;
}

export interface Examination {
  /** The worst of the store itself; those of tables are beside it. */
  readonly store: Diagnosis;
  readonly tables: readonly { readonly table: string; readonly diagnosis: Diagnosis }[];
  readonly findings: readonly Finding[];
  /** Pages that opened. */
  readonly pages: number;
}

export interface ExamineOptions extends OpenOptions {
  readonly progress?: (done: number, total: number) => void;
}

/** A fault, and which part of the store was being opened. */
class StageFault extends Error {
  readonly diagnosis: Diagnosis;
  readonly detail: string;

  constructor(diagnosis: Diagnosis, cause: Error) {
    super(cause.message, { cause });
    this.diagnosis = diagnosis;
    this.detail = cause.message;
  }
}

/**
 * Examines the store in this folder, which must not be open elsewhere. Every finding is in the result; rejects only with
 * what is no matter of the store.
 */
export async function examine(dir: string, options: ExamineOptions = {}): Promise<Examination> {
  const closing = new Closing();
  try {
    return await examineOpened(dir, options, closing);
  } catch (fault) {
    if (!(fault instanceof StageFault)) throw fault;
    const { diagnosis, detail } = fault;
    const finding = { diagnosis, detail, advice: advice[diagnosis] };
    return { store: diagnosis, tables: [], findings: [finding], pages: 0 };
  } finally {
    await closing.close();
  }
}

async function examineOpened(dir: string, options: ExamineOptions, closing: Closing): Promise<Examination> {
  const store = await stage('StoreDamaged', () => openPages(dir));
  closing.add(store, (opened) => opened.close());
  const kms = await stage('KeyRecordsTampered', () => openKms(dir, options));
  closing.add(kms, (opened) => opened.close());
  await stage('AnchorTampered', () => compareWithAnchor({ dir, options, store, kms }));
  await stage('KeyRecordsTampered', () => examineIdentities({ kms, folder: keyDirectoryOf(dir, options) }));
  const { account = '000000000000', region = 'us-east-1', clock = systemClock } = options;
  const log = silentLog;
  const service = chosenKeyServices({ kms, choice: options, clock, log }, closing);
  const keys = new TableKeys({ core: kms.core, service, clock, log, onWiped: () => {} });
  closing.add(keys, (opened) => opened.close());
  const engine = PageEngine.open({ store, storeId: store.storeId, clock });
  closing.add(engine, (opened) => opened.close());
  const tables = await openTables(() => Tables.open({ engine, keys, clock, log, account, region }));
  const report = await verifyTables({ engine, keys, tables }, options.progress);
  const skipped = await skippedFindings(report.skipped, { tables, kms, service });
  return examinationOf(report, tables, skipped);
}

async function openPages(dir: string): Promise<ReadOnlyPages> {
  const path = join(dir, storeFile);
  if (existsSync(path) && isTruncated(path)) {
    throw new StageFault('Truncated', new Error(`${storeFile} is shorter than it says itself.`));
  }
  const store = openPagesReadOnly(dir, storeFile);
  if (!(await storeIsEmpty(store))) return store;
  await store.close();
  throw new Outage('StoreMissing', { hint: 'There is an empty one.' });
}

/** On a copy of the records in memory: what the service would change at its start is not changed. */
async function openKms(dir: string, options: ExamineOptions): Promise<EmbeddedKms> {
  const folder = keyDirectoryOf(dir, options);
  if (!existsSync(join(folder, keyFile))) {
    throw new StageFault('KeyServiceMissing', new Error(`There is no ${keyFile} in ${folder}.`));
  }
  const storage = new MemoryRecordStorage();
  await storage.commit({ puts: readRecords(folder, keyFile), deletes: [] });
  const core = openCryptoCore({ requireNative: options.requireNative === true, log: silentLog });
  const { clock = systemClock } = options;
  return EmbeddedKms.open({ core, storage, rootKey: rootKeyOf(dir, options), clock, create: false });
}

interface Comparison {
  readonly dir: string;
  readonly options: ExamineOptions;
  readonly store: ReadOnlyPages;
  readonly kms: EmbeddedKms;
}

async function compareWithAnchor({ dir, options, store, kms }: Comparison): Promise<void> {
  const place = anchorPlaceOf(dir, options);
  if (place === undefined) return;
  const key = kms.deriveKey('anchors');
  try {
    await AnchoredStore.open({
      store,
      storeId: store.storeId,
      lastingTrees: [rootTree, catalogTree],
      place: { read: () => place.read(), write: async () => {} },
      key: { core: kms.core, key },
      clock: options.clock ?? systemClock,
      log: silentLog,
      acceptRollback: false,
    });
  } finally {
    key.destroy();
  }
}

/** The first record of the catalogue is the first that needs a key of this key service. */
async function openTables(open: () => Promise<Tables>): Promise<Tables> {
  return stage('CatalogueTampered', async () => {
    try {
      return await open();
    } catch (fault) {
      if (!(fault instanceof IntegrityFault) || fault.place.tree === catalogTree) throw fault;
      throw new StageFault('WrongKey', new Error('Its catalogue does not open with this key service.'));
    }
  });
}

/** What fails in here is named: outages after their code, changed bytes as `tampered`. */
async function stage<T>(tampered: Diagnosis, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof Outage) throw new StageFault(diagnosisOfOutage(fault.code), fault);
    if (fault instanceof IntegrityFault) throw new StageFault(tampered, fault);
    throw fault;
  }
}

interface KeysOfTables {
  readonly tables: Tables;
  readonly kms: EmbeddedKms;
  readonly service: KeyServices;
}

async function skippedFindings(
  skipped: readonly SkippedTable[],
  { tables, kms, service }: KeysOfTables,
): Promise<readonly Finding[]> {
  const states = new Map(kms.summaries().map(({ arn, state }) => [arn, state]));
  const owners = [...tables.summaries(), ...tables.deletedSummaries()];
  const findings: Finding[] = [];
  for (const { table, reason, outage } of skipped) {
    const owner = owners.find(({ name }) => name === table);
    const keyArn = owner?.keyArn ?? '';
    const known = states.get(keyArn);
    let diagnosis = outage === undefined ? diagnosisOfKey(known) : diagnosisOfOutage(outage);
    if (outage === undefined && known === undefined && owner !== undefined) {
      diagnosis = await diagnosisOfRemoteKey(service, owner);
    }
    findings.push({ diagnosis, table, detail: `${keyArn}: ${reason}`, advice: advice[diagnosis] });
  }
  return findings;
}

/** Of a key that the embedded service does not know: a remote one may, where there is one. */
async function diagnosisOfRemoteKey(
  service: KeyServices,
  { keyArn, account, region }: TreeOwner,
): Promise<Diagnosis> {
  try {
    return diagnosisOfKey((await service.describeKey({ arn: 'cryptable', account, region }, keyArn)).state);
  } catch (fault) {
    if (fault instanceof Outage) return diagnosisOfOutage(fault.code);
    if (isRefusal(fault, 'KeyNotFound')) return 'KeyDeleted';
    if (fault instanceof Refusal) return 'KeyRefused';
    throw fault;
  }
}

function examinationOf(report: Report, tables: Tables, skipped: readonly Finding[]): Examination {
  const all = tables.summaries().toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const findings = [...report.faults.map(findingOf), ...skipped];
  return {
    store: findings.find(({ table }) => table === undefined)?.diagnosis ?? 'Healthy',
    tables: all.map(({ name }) => ({
      table: name,
      diagnosis: findings.find(({ table }) => table === name)?.diagnosis ?? 'Healthy',
    })),
    findings,
    pages: report.pages,
  };
}

function findingOf({ table, tree, page, problem }: Fault): Finding {
  const diagnosis = diagnosisOfFault(problem);
  const place = page === undefined ? `tree ${tree}` : `tree ${tree}, page ${page}`;
  return {
    diagnosis,
    ...(table === undefined ? {} : { table }),
    detail: `${place}: ${problem}`,
    advice: advice[diagnosis],
  };
}
