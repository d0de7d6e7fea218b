/** The bill of a store: its recorded calls and its keys, at the prices of KMS. */
import type { Audit } from './audit/audit.ts';
import { type Bill, billOf } from './audit/bill.ts';
import { listPrices, type PriceTable } from './audit/price.ts';
import type { UsageRow } from './audit/usage.ts';
import type { Clock } from './base/clock.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';

export interface BillOptions {
  /** From the beginning of this month to now, unless said otherwise. */
  readonly fromMs?: number;
  /** Calls of this moment are no longer on it. */
  readonly toMs?: number;
  readonly prices?: PriceTable;
}

export interface ItemisedBill extends Bill {
  /** The calls, by all that is known of them. */
  readonly rows: readonly UsageRow[];
}

interface BillingParts {
  readonly audit: Audit;
  readonly kms: EmbeddedKms;
  readonly clock: Clock;
}

/** Of all accounts and regions. What was called while calls left no record is not on it. */
export async function takeBill(
  { audit, kms, clock }: BillingParts,
  { toMs = clock.nowMs() + 1, fromMs = monthOf(toMs - 1), prices = listPrices }: BillOptions,
): Promise<ItemisedBill> {
  const rows = (await audit.usageOf({ fromMs, toMs })).rows();
  return { ...billOf({ rows, keys: kms.summaries(), prices, fromMs, toMs }), rows };
}

/** When the month of this moment began, in UTC. */
function monthOf(ms: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}
