/** Users and roles as an operator looks at them. */
import type { Directory } from './iam/directory.ts';
import { arnOf } from './iam/entity.ts';

export interface PrincipalSummary {
  readonly arn: string;
  /** Names of inline policies and ARNs of managed ones. */
  readonly policies: readonly string[];
  readonly boundary?: string;
  /** Ids of keys that let in. */
  readonly accessKeys: readonly string[];
}

/** In the order of their ARNs. */
export function principalSummaries(directory: Directory): readonly PrincipalSummary[] {
  return directory
    .everyone()
    .map((principal) => {
      const { kind, account, name, policies, attached, boundary } = principal;
      const keys = kind === 'user' ? directory.accessKeys(account, name) : [];
      return {
        arn: arnOf(principal),
        policies: [...policies.map((policy) => policy.name), ...attached],
        ...(boundary === undefined ? {} : { boundary }),
        accessKeys: keys.filter(({ active }) => active).map(({ id }) => id),
      };
    })
    .sort((a, b) => (a.arn < b.arn ? -1 : 1));
}
