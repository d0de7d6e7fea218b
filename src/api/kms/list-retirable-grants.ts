/** ListRetirableGrants: what a principal may retire, on keys of any account in the region. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { grantEntry, grantOrder } from './grant-entry.ts';
import { type ListInput, listAnswer } from './list-answer.ts';

const limitMax = 100;

interface ListRetirableGrantsInput extends ListInput {
  readonly RetiringPrincipal?: string;
  readonly RetiringServicePrincipal?: string;
}

export const listRetirableGrants = operation({
  name: 'ListRetirableGrants',
  run: (context: KmsContext, input: ListRetirableGrantsInput) => {
    const { RetiringPrincipal, RetiringServicePrincipal, Limit = 50, Marker } = input;
    const page = context.kms.page({
      caller: context.caller,
      list: `ListRetirableGrants ${RetiringPrincipal ?? RetiringServicePrincipal}`,
      items: retirable(context, input),
      nameOf: grantOrder,
      limit: Math.min(Limit, limitMax),
      marker: Marker,
    });
    return listAnswer(page, 'Grants', grantEntry);
  },
});

function retirable({ kms, caller }: KmsContext, input: ListRetirableGrantsInput) {
  const { RetiringPrincipal: arn, RetiringServicePrincipal: service } = input;
  if (arn !== undefined && service === undefined) return kms.grants.retirable(caller, arn);
  if (service !== undefined && arn === undefined) return kms.grants.retirableByService(caller, service);
  const message =
    arn === undefined
      ? "1 validation error detected: Value null at 'retiringPrincipal' failed to satisfy constraint: " +
        'Member must not be null'
      : 'Give RetiringPrincipal or RetiringServicePrincipal, not both.';
  throw new Refusal('Validation', { message });
}
