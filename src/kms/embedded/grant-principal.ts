/** Who a grant may name, and which callers are meant. */
import { Refusal } from '../../base/errors.ts';
import { accountOf, type Naming, namingBy, type Principal } from '../../iam/principal.ts';
import type { GrantPrincipal } from './grant.ts';

const serviceForm = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/;
/** A service in one region; without it the name means the service in whatever region the key is. */
const regionForm = /\.[a-z]{2}(-[a-z]+)+-\d+(?=\.amazonaws\.com)/;

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

/**
 * How it names the caller: as such, as one of an account, or not. A service at work for a person is that person here, and
 * has nothing of what was granted to the service. A grant is of one key, and that of one region: so is the service.
 */
export function grantNaming({ kind, name }: GrantPrincipal, principal: Principal): Naming {
  if (kind === 'arn') return namingBy(name, principal);
  if (principal.kind !== 'service') return undefined;
  return name.replace(regionForm, '') === principal.arn ? 'self' : undefined;
}

export function invalidPrincipal(): Refusal<'InvalidArn'> {
  return new Refusal('InvalidArn', { message: 'ARN does not refer to a valid principal' });
}
