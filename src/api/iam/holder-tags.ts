/** TagUser, UntagUser, ListUserTags, and the same of roles. */
import { type Operation, operation } from '../operation.ts';
import type { IdentityContext } from './context.ts';
import { entityPage, type PageInput } from './entity-page.ts';
import { type HolderInput, type HolderKind, holderName, nouns, requireHolder } from './holder.ts';
import { changedTags, type WireTag, withoutTags } from './tag-list.ts';

export const holderTagOperations = [...operationsOf('user'), ...operationsOf('role')];

function operationsOf(kind: HolderKind): readonly Operation<IdentityContext>[] {
  const noun = nouns[kind];
  return [
    operation({
      name: `Tag${noun}`,
      run: (context: IdentityContext, input: HolderInput & { readonly Tags: readonly WireTag[] }) =>
        context.directory.change(() => {
          const before = requireHolder(context, kind, holderName(kind, input));
          return { puts: [{ ...before, tags: changedTags(before.tags, input.Tags) }], answer: {} };
        }),
    }),
    operation({
      name: `Untag${noun}`,
      run: (context: IdentityContext, input: HolderInput & { readonly TagKeys: readonly string[] }) =>
        context.directory.change(() => {
          const before = requireHolder(context, kind, holderName(kind, input));
          return { puts: [{ ...before, tags: withoutTags(before.tags, input.TagKeys) }], answer: {} };
        }),
    }),
    operation({
      name: `List${noun}Tags`,
      run: (context: IdentityContext, input: HolderInput & PageInput) => {
        const { tags } = requireHolder(context, kind, holderName(kind, input));
        const { items, frame } = entityPage(tags, ({ key }) => key, input);
        return { Tags: items.map(({ key: Key, value: Value }) => ({ Key, Value })), ...frame };
      },
    }),
  ];
}
