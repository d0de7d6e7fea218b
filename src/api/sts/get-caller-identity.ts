/** GetCallerIdentity: who asks. Needs no right. */
import { operation } from '../operation.ts';
import type { SessionContext } from './context.ts';

export const getCallerIdentity = operation({
  name: 'GetCallerIdentity',
  run: ({ caller }: SessionContext) => {
    const [UserId = caller.account] = caller.identity?.facts.get('aws:userid') ?? [];
    return { UserId, Account: caller.account, Arn: caller.arn };
  },
});
