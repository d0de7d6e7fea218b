/** PutUserPolicy, GetUserPolicy, ListUserPolicies, DeleteUserPolicy, and the same of roles. */
import { Refusal } from '../../base/errors.ts';
import type { InlinePolicy, Principal } from '../../iam/entity.ts';
import { type Operation, operation } from '../operation.ts';
import type { IdentityContext } from './context.ts';
import { entityPage, type PageInput } from './entity-page.ts';
import { givenPolicy } from './given-policy.ts';
import { type HolderInput, type HolderKind, holderName, nouns, requireHolder } from './holder.ts';
import { requireInlineSize } from './quota.ts';

interface PolicyInput extends HolderInput {
  readonly PolicyName: string;
}

export const inlinePolicyOperations = [...operationsOf('user'), ...operationsOf('role')];

function operationsOf(kind: HolderKind): readonly Operation<IdentityContext>[] {
  const noun = nouns[kind];
  return [
    operation({
      name: `Put${noun}Policy`,
      run: (context: IdentityContext, input: PolicyInput & { readonly PolicyDocument: string }) =>
        context.directory.change(() => {
          const { PolicyName: name, PolicyDocument: text } = input;
          const before = requireHolder(context, kind, holderName(kind, input));
          givenPolicy(text, 'identity');
          const others = before.policies.filter((policy) => policy.name !== name);
          const after = { ...before, policies: [...others, { name, text }] };
          requireInlineSize(after);
          return { puts: [after], answer: {} };
        }),
    }),
    operation({
      name: `Get${noun}Policy`,
      run: (context: IdentityContext, input: PolicyInput) => {
        const holder = requireHolder(context, kind, holderName(kind, input));
        const { name: PolicyName, text } = requirePolicy(holder, input.PolicyName);
        return { [`${noun}Name`]: holder.name, PolicyName, PolicyDocument: encodeURIComponent(text) };
      },
    }),
    operation({
      name: `List${noun}Policies`,
      run: (context: IdentityContext, input: HolderInput & PageInput) => {
        const { policies } = requireHolder(context, kind, holderName(kind, input));
        const names = policies.map(({ name }) => name);
        const { items, frame } = entityPage(names, (name) => name, input);
        return { PolicyNames: items, ...frame };
      },
    }),
    operation({
      name: `Delete${noun}Policy`,
      run: (context: IdentityContext, input: PolicyInput) =>
        context.directory.change(() => {
          const before = requireHolder(context, kind, holderName(kind, input));
          const gone = requirePolicy(before, input.PolicyName);
          const policies = before.policies.filter((policy) => policy !== gone);
          return { puts: [{ ...before, policies }], answer: {} };
        }),
    }),
  ];
}

function requirePolicy({ kind, policies }: Principal, name: string): InlinePolicy {
  const found = policies.find((policy) => policy.name === name);
  if (found !== undefined) return found;
  throw new Refusal('EntityNotFound', { message: `The ${kind} policy with name ${name} cannot be found.` });
}
