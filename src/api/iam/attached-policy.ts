/** AttachUserPolicy, DetachUserPolicy, ListAttachedUserPolicies, boundaries, and the same of roles. */
import { Refusal } from '../../base/errors.ts';
import { arnOf, awsAccount } from '../../iam/entity.ts';
import { type Operation, operation } from '../operation.ts';
import type { IdentityContext } from './context.ts';
import { entityPage, isUnder, type PageInput } from './entity-page.ts';
import { type HolderInput, type HolderKind, holderName, nouns, requireHolder } from './holder.ts';
import { requirePolicyArn } from './policy-arn.ts';
import { requireQuota } from './quota.ts';

interface AttachInput extends HolderInput {
  readonly PolicyArn: string;
}

interface BoundaryInput extends HolderInput {
  readonly PermissionsBoundary: string;
}

export const attachedPolicyOperations = [
  ...attachingOf('user'),
  ...attachingOf('role'),
  ...boundingOf('user'),
  ...boundingOf('role'),
];

/** The ARN of a policy that may be attached here. Refuses EntityInput, and EntityNotFound: of another account it is none. */
export function attachable({ directory, caller }: IdentityContext, arn: string): string {
  requirePolicyArn(arn);
  const found = directory.policy(arn);
  if (found !== undefined && (found.account === caller.account || found.account === awsAccount)) return arn;
  const message = `Policy ${arn} does not exist or is not attachable.`;
  throw new Refusal('EntityNotFound', { message });
}

function attachingOf(kind: HolderKind): readonly Operation<IdentityContext>[] {
  const noun = nouns[kind];
  return [
    operation({
      name: `Attach${noun}Policy`,
      run: (context: IdentityContext, input: AttachInput) =>
        context.directory.change(() => {
          const before = requireHolder(context, kind, holderName(kind, input));
          const arn = attachable(context, input.PolicyArn);
          if (before.attached.includes(arn)) return { answer: {} };
          requireQuota(`PoliciesPer${noun}`, before.attached.length + 1);
          return { puts: [{ ...before, attached: [...before.attached, arn] }], answer: {} };
        }),
    }),
    operation({
      name: `Detach${noun}Policy`,
      run: (context: IdentityContext, input: AttachInput) =>
        context.directory.change(() => {
          const before = requireHolder(context, kind, holderName(kind, input));
          requirePolicyArn(input.PolicyArn);
          if (!before.attached.includes(input.PolicyArn)) {
            throw new Refusal('EntityNotFound', { message: `Policy ${input.PolicyArn} was not found.` });
          }
          const attached = before.attached.filter((arn) => arn !== input.PolicyArn);
          return { puts: [{ ...before, attached }], answer: {} };
        }),
    }),
    operation({
      name: `ListAttached${noun}Policies`,
      run: (context: IdentityContext, input: HolderInput & PageInput) => {
        const { attached } = requireHolder(context, kind, holderName(kind, input));
        const found = attached.flatMap((arn) => context.directory.policy(arn) ?? { arn });
        const shown = found.map((policy) =>
          'arn' in policy
            ? { PolicyName: policy.arn.split('/').at(-1) ?? '', PolicyArn: policy.arn, path: '/' }
            : { PolicyName: policy.name, PolicyArn: arnOf(policy), path: policy.path },
        );
        const { items, frame } = entityPage(
          shown.filter((policy) => isUnder(policy, input)),
          ({ PolicyArn }) => PolicyArn,
          input,
        );
        const AttachedPolicies = items.map(({ PolicyName, PolicyArn }) => ({ PolicyName, PolicyArn }));
        return { AttachedPolicies, ...frame };
      },
    }),
  ];
}

function boundingOf(kind: HolderKind): readonly Operation<IdentityContext>[] {
  const noun = nouns[kind];
  return [
    operation({
      name: `Put${noun}PermissionsBoundary`,
      run: (context: IdentityContext, input: BoundaryInput) =>
        context.directory.change(() => {
          const before = requireHolder(context, kind, holderName(kind, input));
          const boundary = attachable(context, input.PermissionsBoundary);
          return { puts: [{ ...before, boundary }], answer: {} };
        }),
    }),
    operation({
      name: `Delete${noun}PermissionsBoundary`,
      run: (context: IdentityContext, input: HolderInput) =>
        context.directory.change(() => {
          const before = requireHolder(context, kind, holderName(kind, input));
          return { puts: [{ ...before, boundary: undefined }], answer: {} };
        }),
    }),
  ];
}
