/** Who a grant may name, and which callers are meant. */
import { Refusal } from '../../base/errors.ts';
import type { Caller } from '../key-service.ts';
import type { GrantPrincipal } from './grant.ts';

const arnForm =
  /^arn:aws[a-z-]*:(iam|sts)::([0-9]{12}):(root|user\/.+|role\/.+|federated-user\/.+|assumed-role\/.+\/.+)$/;
const iamResources = /^(root$|user\/|role\/)/;
const serviceForm = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/;

/** Refuses InvalidArn for an ARN that names no account, user, role or session. */
export function arnPrincipal(arn: string): GrantPrincipal {
  if (accountOf(arn) === undefined) throw invalidPrincipal();
  return { kind: 'arn', name: arn };
}

/** Refuses Validation for what is no name of a service. */
export function servicePrincipal(service: string): GrantPrincipal {
  if (serviceForm.test(service)) return { kind: 'service', name: service };
  throw new Refusal('Validation', { message: `${service} is not a service principal.` });
}

/** The account that a principal is of. Undefined for what is no principal. */
export function accountOf(arn: string): string | undefined {
  const [, service, account, resource] = arnForm.exec(arn) ?? [];
  if (account === undefined || resource === undefined) return undefined;
  return iamResources.test(resource) === (service === 'iam') ? account : undefined;
}

/** The principal itself; a session of the role; anyone of the account, whose own policies decide further. */
export function isMatchedBy({ kind, name }: GrantPrincipal, caller: Caller): boolean {
  if (kind === 'service') return caller.service === name;
  // A service at work for a person carries that person's ARN; the person's grants stay the person's.
  if (name === caller.arn) return true;
  const [, , account, resource] = arnForm.exec(name) ?? [];
  if (account === undefined || account !== caller.account) return false;
  return resource === 'root' || isSessionOf(name, caller.arn);
}

/** A role's ARN has its path; that of a session has not. */
function isSessionOf(roleArn: string, arn: string): boolean {
  const [, , , role] = arnForm.exec(roleArn) ?? [];
  const [, , , session] = arnForm.exec(arn) ?? [];
  if (!role?.startsWith('role/') || !session?.startsWith('assumed-role/')) return false;
  return role.slice(role.lastIndexOf('/') + 1) === session.split('/')[1];
}

function invalidPrincipal(): Refusal<'InvalidArn'> {
  return new Refusal('InvalidArn', { message: 'ARN does not refer to a valid principal' });
}
