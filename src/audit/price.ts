/** What KMS charges, as a table that can be replaced (aws-behaviour §3.21). */

export interface PriceTable {
  readonly currency: string;
  /** For 10,000 requests. */
  readonly requests: number;
  /** For 10,000 requests of operations that cost something else. */
  readonly operations: Readonly<Record<string, number>>;
  /** Requests at the first price that are free each month. */
  readonly freeRequests: number;
  /** For a customer managed key and month. */
  readonly keyMonth: number;
  /** For each of the first rotations of a key and month, in their order; later ones are free. */
  readonly rotationMonths: readonly number[];
}

/** US Regions, as AWS lists them; to be replaced by who pays others. Key pairs at the price of RSA ones. */
export const listPrices: PriceTable = {
  currency: 'USD',
  requests: 0.03,
  operations: {
    GenerateDataKeyPair: 12,
    GenerateDataKeyPairWithoutPlaintext: 12,
    Sign: 0.15,
    Verify: 0.15,
    DeriveSharedSecret: 0.15,
  },
  freeRequests: 20_000,
  keyMonth: 1,
  rotationMonths: [1, 1],
};

/**
 * A table from JSON, in which what is left out is as in `listPrices`. Throws a TypeError that names the member for what is no
 * price, and for a member there is not.
 */
export function priceTable(json: unknown): PriceTable {
  if (!isRecord(json)) throw new TypeError('a price table is a JSON object');
  for (const member of Object.keys(json)) {
    if (!Object.hasOwn(listPrices, member)) throw new TypeError(`a price table has no member ${member}`);
  }
  const {
    currency = listPrices.currency,
    operations = {},
    rotationMonths = listPrices.rotationMonths,
  } = json;
  if (typeof currency !== 'string') throw new TypeError('currency is a text');
  if (!isRecord(operations)) throw new TypeError('operations is an object of prices');
  if (!Array.isArray(rotationMonths)) throw new TypeError('rotationMonths is a list of prices');
  const own = Object.entries(operations).map(([name, price]) => [name, priceOf(price, `operations.${name}`)]);
  return {
    currency,
    requests: priceOf(json.requests ?? listPrices.requests, 'requests'),
    operations: { ...listPrices.operations, ...Object.fromEntries(own) },
    freeRequests: priceOf(json.freeRequests ?? listPrices.freeRequests, 'freeRequests'),
    keyMonth: priceOf(json.keyMonth ?? listPrices.keyMonth, 'keyMonth'),
    rotationMonths: rotationMonths.map((price: unknown) => priceOf(price, 'rotationMonths')),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function priceOf(value: unknown, member: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new TypeError(`${member} is a number from 0 on`);
}
