/** Who called, as CloudTrail writes it. */
import { createHash } from 'node:crypto';
import type { Caller } from '../kms/key-service.ts';

interface SessionContext {
  readonly sessionIssuer: {
    readonly type: 'Role';
    readonly principalId: string;
    readonly arn: string;
    readonly accountId: string;
    readonly userName: string;
  };
  readonly attributes: { readonly mfaAuthenticated: 'false'; readonly creationDate?: string };
}

export interface UserIdentity {
  readonly type?:
    | 'Root'
    | 'IAMUser'
    | 'AssumedRole'
    | 'Role'
    | 'FederatedUser'
    | 'AWSAccount'
    | 'AWSService'
    | 'Unknown';
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly sessionContext?: SessionContext;
  readonly invokedBy?: string;
}

export interface IdentityHints {
  readonly accessKeyId?: string | undefined;
  /** The service that called for the caller. */
  readonly invokedBy?: string | undefined;
}

export function identityOf(
  caller: Pick<Caller, 'arn' | 'account' | 'identity'>,
  { accessKeyId, invokedBy }: IdentityHints,
): UserIdentity {
  return {
    ...kindOf(caller),
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...nameOf(caller),
    ...(invokedBy === undefined ? {} : { invokedBy }),
  };
}

/** A service that acts for itself. */
export function serviceIdentity(invokedBy: string): UserIdentity {
  return { type: 'AWSService', invokedBy };
}

/** What the service does on its own with what it keeps for an account. */
export function internalIdentity(accountId: string): UserIdentity {
  return { accountId, invokedBy: 'AWS Internal' };
}

/** As LookupEvents names it; undefined for services. */
export function userNameOf({ type, userName, principalId }: UserIdentity): string | undefined {
  if (type === 'Root') return 'root';
  return userName ?? principalId?.split(':')[1];
}

type Known = Pick<Caller, 'arn' | 'account' | 'identity'>;

function kindOf(caller: Known): UserIdentity {
  const { arn } = caller;
  const accountId = accountOf(caller);
  const [, , , , , ...rest] = arn.split(':');
  const [kind = '', name = ''] = rest.join(':').split(/\/(.*)/s);
  const known = { arn, accountId };
  const own = factOf(caller, 'aws:userid');
  switch (kind) {
    case 'root':
      return { type: 'Root', principalId: accountId, ...known };
    case 'user':
      return { type: 'IAMUser', principalId: own ?? idOf('AIDA', arn), ...known };
    case 'assumed-role': {
      const session = name.split('/')[1] ?? '';
      return {
        type: 'AssumedRole',
        principalId: own ?? `${idOf('AROA', roleArnOf(caller))}:${session}`,
        ...known,
      };
    }
    case 'role':
      return { type: 'Role', principalId: own ?? idOf('AROA', arn), ...known };
    case 'federated-user':
      return { type: 'FederatedUser', principalId: own ?? `${accountId}:${name}`, ...known };
    default:
      return { type: 'Unknown', principalId: arn, ...known };
  }
}

/** What AWS puts behind the access key. */
function nameOf(caller: Known): Pick<UserIdentity, 'userName' | 'sessionContext'> {
  const { arn } = caller;
  const user = /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  if (user !== undefined) return { userName: user };
  const role = sessionRole.exec(arn)?.[1];
  if (role === undefined) return {};
  const issuer = roleArnOf(caller);
  const creationDate = factOf(caller, 'aws:tokenissuetime');
  return {
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: factOf(caller, 'aws:userid')?.split(':')[0] ?? idOf('AROA', issuer),
        arn: issuer,
        accountId: accountOf(caller),
        userName: role,
      },
      attributes: { mfaAuthenticated: 'false', ...(creationDate === undefined ? {} : { creationDate }) },
    },
  };
}

/** Of who calls: with tables of another account the caller's is that of the tables. */
function accountOf({ account, identity }: Known): string {
  return identity?.principal.account ?? account;
}

/** Of a caller whose policies are known, more is known too. */
function factOf({ identity }: Known, name: string): string | undefined {
  return identity?.facts.get(name)?.[0];
}

const sessionRole = /:assumed-role\/([^/]+)\//;

/** The role's own ARN has its path; that of a session has not. */
function roleArnOf({ arn, account, identity }: Known): string {
  return identity?.principal.roleArn ?? `arn:aws:iam::${account}:role/${sessionRole.exec(arn)?.[1] ?? ''}`;
}

/** Always the same for one ARN, in the form of AWS's unique ids. */
function idOf(prefix: 'AIDA' | 'AROA', arn: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const hash = createHash('sha256').update(arn).digest();
  let id: string = prefix;
  for (const byte of hash.subarray(0, 17)) id += alphabet.charAt(byte % 32);
  return id;
}
