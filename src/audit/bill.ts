/** What KMS would charge for a month, or a part of one. */
import type { PriceTable } from './price.ts';
import type { UsageRow } from './usage.ts';

/** A key, as far as it costs something. */
export interface BilledKey {
  readonly arn: string;
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly state: string;
  readonly createdMs: number;
  readonly rotations: number;
}

export interface BillParts {
  readonly rows: readonly UsageRow[];
  readonly keys: readonly BilledKey[];
  readonly prices: PriceTable;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface RequestCharge {
  readonly operation: string;
  readonly calls: number;
  /** Of these a client would have saved that keeps its connection. */
  readonly saved: number;
  /** Before what is free. */
  readonly price: number;
}

export interface KeyCharge {
  readonly keyArn: string;
  readonly hours: number;
  readonly price: number;
}

export interface Bill {
  readonly currency: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly requests: readonly RequestCharge[];
  /** What the requests cost that are free. */
  readonly freeRequests: { readonly calls: number; readonly price: number };
  readonly keys: readonly KeyCharge[];
  readonly total: number;
  /** What the saved calls come to, if no request were free. */
  readonly savable: { readonly calls: number; readonly price: number };
}

const hourMs = 3_600_000;
/** AWS counts a month as so many hours. */
const monthHours = 730;
const priceUnit = 10_000;

/** Keys of the service cost nothing but their requests; those that wait for deletion cost nothing at all. */
export function billOf({ rows, keys, prices, fromMs, toMs }: BillParts): Bill {
  const requests = requestCharges(rows, prices);
  const plain = requests.filter(({ operation }) => prices.operations[operation] === undefined);
  const freeCalls = Math.min(
    prices.freeRequests,
    sum(plain, ({ calls }) => calls),
  );
  const freeRequests = { calls: freeCalls, price: (freeCalls * prices.requests) / priceUnit };
  const keyCharges = keys
    .filter(({ manager, state }) => manager === 'CUSTOMER' && !state.startsWith('Pending'))
    .map((key) => keyCharge(key, { prices, fromMs, toMs }))
    .filter(({ hours }) => hours > 0);
  const savedCalls = sum(requests, ({ saved }) => saved);
  return {
    currency: prices.currency,
    fromMs,
    toMs,
    requests,
    freeRequests,
    keys: keyCharges,
    total: sum(requests, priceOf) - freeRequests.price + sum(keyCharges, priceOf),
    savable: {
      calls: savedCalls,
      price: sum(requests, ({ operation, saved }) => saved * unitPrice(operation, prices)),
    },
  };
}

function requestCharges(rows: readonly UsageRow[], prices: PriceTable): readonly RequestCharge[] {
  const charges = new Map<string, { operation: string; calls: number; saved: number }>();
  for (const { operation, calls, saved } of rows) {
    const charge = charges.get(operation) ?? { operation, calls: 0, saved: 0 };
    charges.set(operation, { operation, calls: charge.calls + calls, saved: charge.saved + saved });
  }
  return [...charges.values()]
    .sort((a, b) => b.calls - a.calls || (a.operation < b.operation ? -1 : 1))
    .map((charge) => ({ ...charge, price: charge.calls * unitPrice(charge.operation, prices) }));
}

function unitPrice(operation: string, { operations, requests }: PriceTable): number {
  return (operations[operation] ?? requests) / priceUnit;
}

/** By the hour, from when it was made. */
function keyCharge(
  { arn, createdMs, rotations }: BilledKey,
  { prices, fromMs, toMs }: Pick<BillParts, 'prices' | 'fromMs' | 'toMs'>,
): KeyCharge {
  const hours = Math.max(0, Math.ceil((toMs - Math.max(fromMs, createdMs)) / hourMs));
  const month = prices.keyMonth + sum(prices.rotationMonths.slice(0, rotations), (price) => price);
  return { keyArn: arn, hours, price: (Math.min(hours, monthHours) / monthHours) * month };
}

function priceOf({ price }: { readonly price: number }): number {
  return price;
}

function sum<Item>(items: readonly Item[], numberOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}
