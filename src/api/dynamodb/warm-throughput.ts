/** The throughput that a table or a global index is ready for at once: more of it can be asked for, less can not. */
import { refuse } from '../../base/errors.ts';
import type { Throughput, WarmThroughput } from '../../tables/throughput.ts';
import type { BillingMode } from './billing.ts';

export interface Warmed {
  readonly billingMode: BillingMode;
  readonly throughput?: Throughput | undefined;
  readonly warmThroughput?: WarmThroughput | undefined;
}

/** What a new table on demand is ready for, on AWS. */
const onDemandUnits: Required<WarmThroughput> = { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000 };

/** What was asked for, and at least what the billing brings with it. */
export function warmUnits({ billingMode, throughput, warmThroughput }: Warmed): Required<WarmThroughput> {
  const least =
    billingMode === 'PAY_PER_REQUEST' || throughput === undefined
      ? onDemandUnits
      : {
          ReadUnitsPerSecond: throughput.ReadCapacityUnits,
          WriteUnitsPerSecond: throughput.WriteCapacityUnits,
        };
  const most = (name: keyof WarmThroughput) => Math.max(least[name], warmThroughput?.[name] ?? 0);
  return {
    ReadUnitsPerSecond: most('ReadUnitsPerSecond'),
    WriteUnitsPerSecond: most('WriteUnitsPerSecond'),
  };
}

/** Refuses less than there is; `owner` as a sentence names it. The sentence is AWS's as far as it is remembered. */
export function checkWarmer(asked: WarmThroughput | undefined, current: Warmed, owner: string): void {
  const there = warmUnits(current);
  for (const name of ['ReadUnitsPerSecond', 'WriteUnitsPerSecond'] as const) {
    if ((asked?.[name] ?? there[name]) >= there[name]) continue;
    refuse(
      `One or more parameter values were invalid: Requested ${name} for WarmThroughput for ${owner} is lower ` +
        'than current WarmThroughput, decreasing WarmThroughput is not supported',
    );
  }
}
