/** What a grant is asked to say, held to what one may say about its key. */
import { Refusal } from '../../base/errors.ts';
import type { EncryptionContext } from '../key-service.ts';
import { isWellFormed } from './encryption-context.ts';
import type { ContextPairs, GrantOperation, GrantPrincipal, GrantTerms } from './grant.ts';
import { arnPrincipal, servicePrincipal } from './grant-principal.ts';

const symmetricSpec = 'SYMMETRIC_DEFAULT';
const constraintPairsMax = 8;
const constraintValueLengthMax = 384;

/** As the API names them; a principal by its ARN or as a service, never both. */
export interface GrantRequest {
  readonly name?: string | undefined;
  readonly grantee?: string | undefined;
  readonly granteeService?: string | undefined;
  readonly retiree?: string | undefined;
  readonly retireeService?: string | undefined;
  readonly operations: readonly GrantOperation[];
  readonly equals?: EncryptionContext | undefined;
  readonly subset?: EncryptionContext | undefined;
  readonly sourceArn?: string | undefined;
}

/** What decides which operations a key has. */
export interface GrantedKey {
  readonly arn: string;
  readonly spec?: string | undefined;
  readonly usage?: string | undefined;
}

const ofEveryKey: readonly GrantOperation[] = ['CreateGrant', 'RetireGrant', 'DescribeKey'];
const ofSymmetricKeys: readonly GrantOperation[] = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
];
/** Of the other kinds, by what they are for. */
const ofUsage: Readonly<Record<string, readonly GrantOperation[]>> = {
  ENCRYPT_DECRYPT: ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GetPublicKey'],
  SIGN_VERIFY: ['Sign', 'Verify', 'GetPublicKey'],
  GENERATE_VERIFY_MAC: ['GenerateMac', 'VerifyMac'],
  KEY_AGREEMENT: ['DeriveSharedSecret', 'GetPublicKey'],
};

/** Refuses InvalidArn, and Validation for what does not fit the key or itself. */
export function grantTerms(request: GrantRequest, key: GrantedKey): GrantTerms {
  const { name = '', operations, equals, subset, sourceArn } = request;
  const grantee = principal('Grantee', request.grantee, request.granteeService);
  const retiree = principal('Retiring', request.retiree, request.retireeService);
  if (grantee === undefined) {
    throw invalid(
      "1 validation error detected: Value null at 'granteePrincipal' failed to satisfy constraint: " +
        'Member must not be null',
    );
  }
  if (grantee.kind === 'service' && (sourceArn === undefined || retiree === undefined)) {
    throw invalid('A grant to a service principal has a SourceArn constraint and a retiring principal.');
  }
  requireOperations(operations, key);
  if (equals !== undefined || subset !== undefined) requireConstrainable(key);
  const constraints = { equals: pairsOf(equals), subset: pairsOf(subset), sourceArn };
  return { name, grantee, retiree, operations: [...new Set(operations)], constraints };
}

/** Refuses Validation for a key whose use has no encryption context that a grant could be bound to. */
export function requireConstrainable(key: GrantedKey): void {
  if (isSymmetric(key)) return;
  throw invalid(
    'EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.',
  );
}

function principal(
  role: 'Grantee' | 'Retiring',
  arn: string | undefined,
  service: string | undefined,
): GrantPrincipal | undefined {
  if (arn !== undefined && service !== undefined) {
    throw invalid(`Give ${role}Principal or ${role}ServicePrincipal, not both.`);
  }
  if (service !== undefined) return servicePrincipal(service);
  return arn === undefined ? undefined : arnPrincipal(arn);
}

function requireOperations(operations: readonly GrantOperation[], key: GrantedKey): void {
  if (operations.length === 0) {
    throw invalid(
      "1 validation error detected: Value '[]' at 'operations' failed to satisfy constraint: " +
        'Member must have length greater than or equal to 1',
    );
  }
  const own = isSymmetric(key) ? ofSymmetricKeys : (ofUsage[key.usage ?? ''] ?? []);
  const foreign = operations.filter(
    (operation) => !ofEveryKey.includes(operation) && !own.includes(operation),
  );
  if (foreign.length > 0) {
    throw invalid(`${key.arn} does not support these operations of a grant: [${foreign.join(', ')}].`);
  }
}

function isSymmetric({ spec = symmetricSpec }: GrantedKey): boolean {
  return spec === symmetricSpec;
}

function pairsOf(context: EncryptionContext | undefined): ContextPairs | undefined {
  if (context === undefined) return undefined;
  if (!isWellFormed(context)) throw invalid('A grant constraint must be well-formed Unicode text.');
  if (context.size > constraintPairsMax) {
    throw invalid(`A grant constraint has at most ${constraintPairsMax} encryption context pairs.`);
  }
  for (const value of context.values()) {
    if (value.length > constraintValueLengthMax) {
      const message = `A value of a grant constraint has at most ${constraintValueLengthMax} characters.`;
      throw invalid(message);
    }
  }
  return [...context];
}

function invalid(message: string): Refusal<'Validation'> {
  return new Refusal('Validation', { message });
}
