/** What policies may ask of a request to the key service: of its caller, the key, the time, and how the caller came. */
import { type Principal, principalOf } from '../../iam/principal.ts';
import {
  type FactValue,
  mergedFacts,
  principalFacts,
  type RequestFacts,
  requestFacts,
  timeFacts,
} from '../../iam/request-facts.ts';
import type { Caller, EncryptionContext } from '../key-service.ts';
import { isMultiRegion, type KeyRecord } from './key.ts';
import { specOf, usageOf } from './key-spec.ts';

type Entry = readonly [key: string, value: FactValue];

/** Where the caller sits says nothing of a request that a service makes for them. */
const factsOfTheWay = [
  'aws:sourceip',
  'aws:vpcsourceip',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourcevpcarn',
];

/** Whose right is asked for: a person's, also where a service works for them, or the service's own. */
export function principalIn({ identity, arn, account, service }: Caller): Principal {
  if (identity !== undefined) return identity.principal;
  return arn === service ? { kind: 'service', arn, account } : principalOf(arn, account);
}

/** The name under which a service works in a region, as grants and kms:ViaService have it. */
export function regionalName({ service, region }: Pick<Caller, 'service' | 'region'>): string | undefined {
  return service?.replace('.', `.${region}.`);
}

/** What a service asks for where the right is to be its own; a person's request is made on behalf of nothing. */
export function sourceIn(caller: Caller): string | undefined {
  return principalIn(caller).kind === 'service' ? caller.sourceArn : undefined;
}

export function callerFacts(caller: Caller, nowMs: number): RequestFacts {
  const { identity, service, account, region } = caller;
  const source = sourceIn(caller);
  const principal = principalIn(caller);
  const own = new Map(identity?.facts ?? principalFacts(principal));
  const forwarded = service !== undefined && principal.kind !== 'service';
  if (forwarded) for (const fact of factsOfTheWay) own.delete(fact);
  const calledVia = forwarded ? service : undefined;
  return mergedFacts(
    own,
    timeFacts(nowMs),
    requestFacts([
      // Who reads a table of another account asks in that account's names, and is still of his own.
      ['kms:CallerAccount', principal.account],
      ['kms:ViaService', forwarded ? regionalName(caller) : undefined],
      ['aws:ViaAWSService', forwarded],
      ['aws:CalledVia', calledVia === undefined ? undefined : [calledVia]],
      ['aws:CalledViaFirst', calledVia],
      ['aws:CalledViaLast', calledVia],
      ['aws:RequestedRegion', region],
      ['aws:SourceArn', source],
      ['aws:SourceAccount', source === undefined ? undefined : account],
    ]),
  );
}

export function keyFacts(key: KeyRecord, aliases: readonly string[]): RequestFacts {
  const { keyId, region, origin, account, primaryRegion, tags } = key;
  const multiRegion = isMultiRegion(keyId);
  const regionType = primaryRegion === region ? 'PRIMARY' : 'REPLICA';
  return requestFacts([
    ['kms:KeyOrigin', origin],
    ['kms:KeySpec', specOf(key)],
    ['kms:KeyUsage', usageOf(key)],
    ['kms:CustomerMasterKeySpec', specOf(key)],
    ['kms:CustomerMasterKeyUsage', usageOf(key)],
    ['kms:MultiRegion', multiRegion],
    ['kms:MultiRegionKeyType', multiRegion ? regionType : undefined],
    ['kms:ResourceAliases', aliases],
    ['aws:ResourceAccount', account],
    ...tags.map((tag): Entry => [`aws:ResourceTag/${tag.key}`, tag.value]),
  ]);
}

/** Pair by pair, and the names of all. Two pairs whose names differ by case alone are one key of two values. */
export function contextFacts(context: EncryptionContext): RequestFacts {
  const values = new Map<string, string[]>();
  for (const [name, value] of context) {
    const folded = `kms:encryptioncontext:${name.toLowerCase()}`;
    values.set(folded, [...(values.get(folded) ?? []), value]);
  }
  return requestFacts([...values, ['kms:EncryptionContextKeys', [...context.keys()]]]);
}

export function tagFacts(tags: readonly { readonly key: string; readonly value?: string }[]): RequestFacts {
  return requestFacts([
    ['aws:TagKeys', tags.map(({ key }) => key)],
    ...tags.map(({ key, value }): Entry => [`aws:RequestTag/${key}`, value]),
  ]);
}
