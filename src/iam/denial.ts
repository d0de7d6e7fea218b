/** How a denied request is answered, in AWS's words. */
import type { AccessRequest, Decision, PolicySource } from './evaluate.ts';

const names: Readonly<Record<PolicySource, string>> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
};

/** The key service tells other accounts nothing of a key that is not shared with them, not even whether it is there. */
const hiddenKey =
  'because the resource does not exist in this Region, no resource-based policies allow access, ' +
  'or a resource-based policy explicitly denies access';

type Asked = Pick<AccessRequest, 'principal' | 'action' | 'resource'>;

export function denialMessage(
  asked: Asked,
  { explicit, source }: Pick<Extract<Decision, { allowed: false }>, 'explicit' | 'source'>,
): string {
  const { principal, action, resource } = asked;
  const name = names[source];
  const article = source === 'identity' ? 'an' : 'a';
  const own = explicit
    ? `with an explicit deny in ${article} ${name}`
    : `because no ${name} allows the ${action} action`;
  const why = source === 'resource' && isForeignKey(asked) ? hiddenKey : own;
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

function isForeignKey({ principal, resource }: Asked): boolean {
  const account = /^arn:[^:]*:kms:[^:]*:(\d{12}):/.exec(resource)?.[1];
  return account !== undefined && principal.kind !== 'service' && principal.account !== account;
}
