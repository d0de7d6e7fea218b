/** How often an account may call the key service in one region: what goes beyond is throttled (aws-behaviour §3.20). */
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import type { Namespace } from '../../tables/table-name.ts';
import type { Operation } from '../operation.ts';

/**
 * `none`: no bound. `aws`: what AWS grants a new account. A number: so many cryptographic operations a second, for programs
 * that are to meet their bound; all else as on AWS.
 */
export type KeyRequestQuota = 'none' | 'aws' | number;

/** They share one quota in each region, whatever the keys are. */
const cryptographic = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GenerateRandom',
  'ReEncrypt',
  'VerifyMac',
] as const;

/** A second, as AWS documents it: the busiest regions, busy ones, and all others. */
const fastRegions: ReadonlySet<string> = new Set(['us-east-1', 'us-west-2', 'eu-west-1']);
const busyRegions: ReadonlySet<string> = new Set([
  'us-east-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'eu-central-1',
  'eu-west-2',
]);
const fastRate = 50_000;
const busyRate = 10_000;
const otherRate = 5_500;

/** A second, each operation for itself. */
const rates: Readonly<Record<string, number>> = {
  GetParametersForImport: 0.25,
  ...rated(5, [
    'CancelKeyDeletion',
    'CreateAlias',
    'CreateKey',
    'DeleteImportedKeyMaterial',
    'DisableKey',
    'DisableKeyRotation',
    'EnableKey',
    'ImportKeyMaterial',
    'ReplicateKey',
    'UntagResource',
    'UpdateAlias',
    'UpdateKeyDescription',
    'UpdatePrimaryRegion',
  ]),
  ...rated(10, ['TagResource']),
  ...rated(15, ['DeleteAlias', 'EnableKeyRotation', 'PutKeyPolicy', 'ScheduleKeyDeletion']),
  ...rated(30, ['RetireGrant', 'RevokeGrant']),
  ...rated(50, ['CreateGrant']),
  ...rated(100, ['ListGrants', 'ListKeyPolicies', 'ListRetirableGrants']),
  ...rated(500, ['ListAliases', 'ListKeys']),
  ...rated(1_000, ['DeriveSharedSecret', 'GetKeyPolicy', 'GetKeyRotationStatus', 'Sign', 'Verify']),
  ...rated(2_000, ['DescribeKey', 'GetPublicKey', 'ListResourceTags']),
};

function rated(rate: number, operations: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(operations.map((operation) => [operation, rate]));
}

/** What is left of a second's calls. */
interface Allowance {
  calls: number;
  atMs: number;
}

export class KeyRequests {
  readonly #clock: Clock;
  readonly #quota: Exclude<KeyRequestQuota, 'none'>;
  /** By account, region and what is counted together. */
  readonly #allowances = new Map<string, Allowance>();

  constructor(clock: Clock, quota: Exclude<KeyRequestQuota, 'none'>) {
    this.#clock = clock;
    this.#quota = quota;
  }

  /** Counts a call. Refuses KeyRequestsThrottled, which is not counted. */
  take({ account, region }: Namespace, operation: string): void {
    const isCryptographic = (cryptographic as readonly string[]).includes(operation);
    const rate = isCryptographic ? this.#cryptographicRate(region) : rates[operation];
    if (rate === undefined) return;
    const key = `${account} ${region} ${isCryptographic ? 'cryptographic' : operation}`;
    const most = Math.max(1, rate);
    const nowMs = this.#clock.monotonicMs();
    const before = this.#allowances.get(key) ?? { calls: most, atMs: nowMs };
    const calls = Math.min(most, before.calls + ((nowMs - before.atMs) / 1000) * rate);
    const isLeft = calls >= 1;
    this.#allowances.set(key, { calls: isLeft ? calls - 1 : calls, atMs: nowMs });
    if (!isLeft) throw new Refusal('KeyRequestsThrottled', {});
  }

  #cryptographicRate(region: string): number {
    if (this.#quota !== 'aws') return this.#quota;
    if (fastRegions.has(region)) return fastRate;
    return busyRegions.has(region) ? busyRate : otherRate;
  }
}

/** The same operations, each counted before it is run. */
export function withKeyRequestQuota<Context extends { readonly caller: Namespace }>(
  operations: readonly Operation<Context>[],
  clock: Clock,
  quota: KeyRequestQuota,
): readonly Operation<Context>[] {
  if (quota === 'none') return operations;
  const requests = new KeyRequests(clock, quota);
  return operations.map(({ name, run }) => ({
    name,
    run: (context, input) => {
      requests.take(context.caller, name);
      return run(context, input);
    },
  }));
}
