/** What a grant is: who may do which operations with one key, and under which constraints. */
import type { Naming, Principal } from '../../iam/principal.ts';
import type { EncryptionContext } from '../key-service.ts';
import { grantNaming } from './grant-principal.ts';

export const grantsPerKeyMax = 50_000;

export type GrantOperation =
  | 'Decrypt'
  | 'Encrypt'
  | 'GenerateDataKey'
  | 'GenerateDataKeyWithoutPlaintext'
  | 'ReEncryptFrom'
  | 'ReEncryptTo'
  | 'Sign'
  | 'Verify'
  | 'GetPublicKey'
  | 'CreateGrant'
  | 'RetireGrant'
  | 'DescribeKey'
  | 'GenerateDataKeyPair'
  | 'GenerateDataKeyPairWithoutPlaintext'
  | 'GenerateMac'
  | 'VerifyMac'
  | 'DeriveSharedSecret';

/** As they are stored: a list, so that no name of a pair means anything to an object. */
export type ContextPairs = readonly (readonly [name: string, value: string])[];

export interface GrantConstraints {
  /** The request's encryption context is these pairs. */
  readonly equals?: ContextPairs | undefined;
  /** The request's encryption context has these pairs, and maybe more. */
  readonly subset?: ContextPairs | undefined;
  /** The request is made on behalf of this resource. */
  readonly sourceArn?: string | undefined;
}

/** A person's ARN, or the name of a service. */
export interface GrantPrincipal {
  readonly kind: 'arn' | 'service';
  readonly name: string;
}

export interface GrantTerms {
  /** Empty where it was given none. */
  readonly name: string;
  readonly grantee: GrantPrincipal;
  readonly retiree?: GrantPrincipal | undefined;
  readonly operations: readonly GrantOperation[];
  readonly constraints: GrantConstraints;
}

export interface GrantRecord extends GrantTerms {
  /** The store that it was made for, where the table service made it for one of its tables. */
  readonly holder?: string;
  /** 64 lower-case hex digits. */
  readonly grantId: string;
  readonly keyArn: string;
  /** Of whoever made it. */
  readonly issuingAccount: string;
  readonly createdMs: number;
}

/** What a caller wants to do with a key. */
export interface GrantedUse {
  readonly action: string;
  readonly context: EncryptionContext;
  /** What the request is made on behalf of. */
  readonly sourceArn?: string | undefined;
}

/**
 * How the grant names the caller it lets do it; undefined where it does not. A constraint on the encryption context does
 * not bind operations that have none; a further grant is held to it when it is made (isWithin).
 */
export function allows(grant: GrantRecord, principal: Principal, use: GrantedUse): Naming {
  if (!grant.operations.some((operation) => operation === use.action)) return undefined;
  return fits(grant.constraints, use) ? grantNaming(grant.grantee, principal) : undefined;
}

function fits({ equals, subset, sourceArn }: GrantConstraints, use: GrantedUse): boolean {
  const { action, context } = use;
  if (action === 'RetireGrant') return true;
  if (sourceArn !== undefined && sourceArn !== use.sourceArn) return false;
  if (action === 'DescribeKey' || action === 'CreateGrant') return true;
  if (equals !== undefined && !(isPart(equals, context) && equals.length === context.size)) return false;
  return subset === undefined || isPart(subset, context);
}

/** A grant made by right of another one allows no more than that. */
export function isWithin(child: GrantTerms, parent: GrantTerms): boolean {
  if (!child.operations.every((operation) => parent.operations.includes(operation))) return false;
  const { equals, subset, sourceArn } = parent.constraints;
  if (sourceArn !== undefined && child.constraints.sourceArn !== sourceArn) return false;
  if (equals !== undefined && !isSame(child.constraints.equals, equals)) return false;
  return subset === undefined || isAtLeast(child.constraints, subset);
}

/** Two requests for one and the same grant; the order of operations and pairs is of no meaning. */
export function hasSameTerms(one: GrantTerms, other: GrantTerms): boolean {
  const [mine, theirs] = [one.constraints, other.constraints];
  return (
    one.name === other.name &&
    areOne(one.grantee, other.grantee) &&
    areOne(one.retiree, other.retiree) &&
    one.operations.length === other.operations.length &&
    one.operations.every((operation) => other.operations.includes(operation)) &&
    mine.sourceArn === theirs.sourceArn &&
    areSame(mine.equals, theirs.equals) &&
    areSame(mine.subset, theirs.subset)
  );
}

function areOne(one: GrantPrincipal | undefined, other: GrantPrincipal | undefined): boolean {
  return one?.kind === other?.kind && one?.name === other?.name;
}

function areSame(pairs: ContextPairs | undefined, others: ContextPairs | undefined): boolean {
  return pairs === undefined || others === undefined ? pairs === others : isSame(pairs, others);
}

function isPart(pairs: ContextPairs, context: EncryptionContext): boolean {
  return pairs.every(([name, value]) => context.get(name) === value);
}

function isSame(pairs: ContextPairs | undefined, others: ContextPairs): boolean {
  if (pairs?.length !== others.length) return false;
  // Few pairs, and thousands of grants to compare them with.
  return pairs.every(([name, value]) => others.some(([other, theirs]) => other === name && theirs === value));
}

/** Whatever fits the constraints has these pairs. */
function isAtLeast({ equals = [], subset = [] }: GrantConstraints, pairs: ContextPairs): boolean {
  return isPart(pairs, new Map(equals)) || isPart(pairs, new Map(subset));
}
