/** How a denied request is answered, in AWS's words. */
import type { AccessRequest, Decision, PolicySource } from './evaluate.ts';

const names: Readonly<Record<PolicySource, string>> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
};

export function denialMessage(
  { principal, action, resource }: Pick<AccessRequest, 'principal' | 'action' | 'resource'>,
  { explicit, source }: Pick<Extract<Decision, { allowed: false }>, 'explicit' | 'source'>,
): string {
  const name = names[source];
  const article = source === 'identity' ? 'an' : 'a';
  const why = explicit
    ? `with an explicit deny in ${article} ${name}`
    : `because no ${name} allows the ${action} action`;
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}
