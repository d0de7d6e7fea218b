/** Who may be meant by a policy: accounts, users, roles and their sessions, services; and whom it names. */

export type PrincipalKind = 'root' | 'user' | 'assumed-role' | 'federated-user' | 'service';

/** Whoever makes a request. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** Of a service its name. */
  readonly arn: string;
  /** Of a service the one that it works for. */
  readonly account: string;
  /** Of the role whose session it is, with its path; where it is not known, any role of that name is meant. */
  readonly roleArn?: string | undefined;
}

/** What a statement names. */
export interface PolicyPrincipals {
  /** Account ids, ARNs, and `*` for everyone. */
  readonly accounts: readonly string[];
  readonly services: readonly string[];
}

/** `account`: only as one of its account, whose own policies decide further. */
export type Naming = 'self' | 'account' | undefined;

const arnForm =
  /^arn:aws[a-z-]*:(iam|sts)::([0-9]{12}):(root|user\/.+|role\/.+|federated-user\/.+|assumed-role\/.+\/.+)$/;
const iamResources = /^(root$|user\/|role\/)/;
const kinds: readonly (readonly [form: RegExp, kind: PrincipalKind])[] = [
  [/^root$/, 'root'],
  [/^user\//, 'user'],
  [/^assumed-role\//, 'assumed-role'],
  [/^federated-user\//, 'federated-user'],
];
const everyone = '*';

/** The account that a principal is of. Undefined for what is no ARN of a principal. */
export function accountOf(arn: string): string | undefined {
  const [, service, account, resource] = arnForm.exec(arn) ?? [];
  if (account === undefined || resource === undefined) return undefined;
  return iamResources.test(resource) === (service === 'iam') ? account : undefined;
}

/** The kind is read from the ARN. What is the ARN of nobody who could ask is the name of a service. */
export function principalOf(arn: string, account: string, roleArn?: string): Principal {
  const resource = resourceOf(arn) ?? '';
  const [, kind = 'service'] = kinds.find(([form]) => form.test(resource)) ?? [];
  return { kind, arn, account, ...(roleArn === undefined ? {} : { roleArn }) };
}

export function rootArn(account: string): string {
  return `arn:aws:iam::${account}:root`;
}

/** How these names name the principal. */
export function namingOf({ accounts, services }: PolicyPrincipals, principal: Principal): Naming {
  if (accounts.includes(everyone)) return 'self';
  if (principal.kind === 'service') return services.includes(principal.arn) ? 'self' : undefined;
  let naming: Naming;
  for (const name of accounts) {
    const found = namingBy(name, principal);
    if (found === 'self') return found;
    naming ??= found;
  }
  return naming;
}

/** How one name names the principal; `*` is none. */
export function namingBy(name: string, principal: Principal): Naming {
  const { kind, arn, account, roleArn } = principal;
  if (kind === 'service') return undefined;
  if (name === arn || (roleArn === undefined ? isRoleOf(name, arn) : name === roleArn)) return 'self';
  if (name !== account && name !== rootArn(account)) return undefined;
  return kind === 'root' ? 'self' : 'account';
}

/**
 * True where NotPrincipal leaves the principal out. As AWS asks for it, everything that the principal is has to be
 * named: the account, the role, and the session. Whatever is named in part only stays meant by a Deny.
 */
export function isExempt(names: PolicyPrincipals, principal: Principal): boolean {
  const { accounts, services } = names;
  if (accounts.includes(everyone)) return true;
  if (principal.kind === 'service') return services.includes(principal.arn);
  const { kind, arn, account, roleArn } = principal;
  const isNamed = (wanted: string) => accounts.includes(wanted);
  if (!isNamed(account) && !accounts.some((name) => isRootOf(name, account))) return false;
  if (kind === 'root') return true;
  if (!isNamed(arn)) return false;
  if (kind !== 'assumed-role') return true;
  return roleArn === undefined ? accounts.some((name) => isRoleOf(name, arn)) : isNamed(roleArn);
}

function isRootOf(name: string, account: string): boolean {
  return resourceOf(name) === 'root' && accountOf(name) === account;
}

/** A role's ARN has its path; that of a session has not. */
function isRoleOf(roleArn: string, arn: string): boolean {
  // Names first: of a key's thousands of grants few are of the caller's role, and taking each apart takes long.
  if (!arn.includes(`:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/`)) return false;
  const role = resourceOf(roleArn);
  const session = resourceOf(arn);
  if (!role?.startsWith('role/') || !session?.startsWith('assumed-role/')) return false;
  if (accountOf(roleArn) !== accountOf(arn)) return false;
  return role.slice(role.lastIndexOf('/') + 1) === session.split('/')[1];
}

function resourceOf(arn: string): string | undefined {
  return accountOf(arn) === undefined ? undefined : arnForm.exec(arn)?.[3];
}
