/** Opens the audit of a store: its trail beside the pages, its anchor beside the keys. */
import { join } from 'node:path';
import { Audit } from './audit/audit.ts';
import { type Delivery, deliveryTo, FolderDelivery } from './audit/delivery.ts';
import { recalledUses } from './audit/recalled-use.ts';
import { RecordedKeyService } from './audit/recorded-key-service.ts';
import type { NumberedEntry } from './audit/trail-reader.ts';
import { type Clock, dayMs } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Closing } from './closing.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import { keptEveryMs } from './kms/embedded/last-use.ts';
import type { KeyService } from './kms/key-service.ts';
import { keyDirectoryOf, type PlaceOptions } from './places.ts';
import { errorOf } from './server/audited-calls.ts';
import { anchorFile } from './store/anchor-file.ts';

export interface AuditSettings {
  /**
   * What becomes of a call whose record cannot be written: `refuse`, the default, refuses it and all others until records can
   * be written again; `go on` lets it pass, and logs that its record is missing.
   */
  readonly whenUnwritable?: 'refuse' | 'go on';
  /** Records are dropped after so many days, a whole segment at a time; 90 unless said otherwise. */
  readonly retentionDays?: number;
  /** Where events go as JSON lines besides: a folder, or whoever takes lines. They are in clear there. */
  readonly deliverTo?: string | ((line: string) => void);
}

/** `off`: calls leave no record, though older ones can be looked up. */
export type AuditOption = 'on' | 'off' | AuditSettings;

interface AuditParts {
  readonly dir: string;
  readonly places: PlaceOptions;
  readonly kms: EmbeddedKms;
  readonly option: AuditOption | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

const auditFolder = 'audit';
const anchorName = 'audit-anchor';
/** From a use to its record, and from the time it is to be kept until it is. */
const uncertaintyMs = 10_000;

export async function openAudit(
  { dir, places, kms, option = 'on', clock, log }: AuditParts,
  closing: Closing,
): Promise<Audit> {
  const settings = typeof option === 'object' ? option : {};
  const { retentionDays, whenUnwritable, deliverTo } = settings;
  if (retentionDays !== undefined && !(Number.isSafeInteger(retentionDays) && retentionDays > 0)) {
    throw new TypeError('audit records are kept for a whole number of days above 0');
  }
  const delivery = closing.add(deliveryOf(deliverTo, log), (opened) => opened?.close());
  const key = closing.add(kms.deriveKey('audit'), (opened) => opened.destroy());
  const audit = await Audit.open({
    folder: join(dir, auditFolder),
    core: kms.core,
    key,
    anchor: anchorFile(join(keyDirectoryOf(dir, places), anchorName)),
    finder: kms.finder,
    clock,
    log,
    isOff: option === 'off',
    goOnUnrecorded: whenUnwritable === 'go on',
    ...(retentionDays === undefined ? {} : { retentionMs: retentionDays * dayMs }),
    ...(delivery === undefined ? {} : { onDurable: (entries) => delivery.deliver(entries) }),
  });
  closing.add(audit, (opened) => opened.close());
  kms.events.listen((event) => audit.keyEvent(event));
  if (delivery !== undefined) await deliverMissing(audit, delivery);
  await recallUses(audit, kms);
  return audit;
}

/** The key service as the table engine is to use it: its calls are recorded. */
export function recordedService(service: KeyService, kms: EmbeddedKms, audit: Audit): KeyService {
  const { finder } = kms;
  return new RecordedKeyService({
    service,
    recorder: audit,
    finder,
    isOwned: (keyArn) => finder.isOwned(keyArn),
    errorOf: (fault) => errorOf(fault, 'kms'),
  });
}

/** What keys were used for right before a crash. */
async function recallUses(audit: Audit, { lastUses }: EmbeddedKms): Promise<void> {
  const bounds = { keptUntilMs: lastUses.keptUntilMs, keptWithinMs: keptEveryMs + uncertaintyMs };
  for await (const use of recalledUses(audit.entries(), bounds)) lastUses.recall(use);
}

function deliveryOf(deliverTo: AuditSettings['deliverTo'], log: Log): Delivery | undefined {
  if (deliverTo === undefined) return undefined;
  return typeof deliverTo === 'string' ? new FolderDelivery(deliverTo, log) : deliveryTo(deliverTo, log);
}

/** What a crash kept from being delivered. */
async function deliverMissing(audit: Audit, delivery: Delivery): Promise<void> {
  const last = await delivery.last();
  if (last === undefined) return;
  const missing: NumberedEntry[] = [];
  for await (const entry of audit.entries()) {
    if (entry.number <= last) break;
    missing.push(entry);
  }
  delivery.deliver(missing.reverse());
}
