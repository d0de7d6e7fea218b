/** LookupEvents: the management events of the caller's account and region, newest first. */
import { type LookupAttribute, lookupAttributes } from '../../audit/query.ts';
import type { NumberedEntry } from '../../audit/trail-reader.ts';
import { userNameOf } from '../../audit/user-identity.ts';
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { CloudTrailContext } from './context.ts';

interface LookupEventsInput {
  readonly LookupAttributes?: readonly { readonly AttributeKey: string; readonly AttributeValue: string }[];
  /** Epoch seconds, as all times. */
  readonly StartTime?: number;
  readonly EndTime?: number;
  readonly EventCategory?: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

const resultsMax = 50;

export const lookupEvents = operation({
  name: 'LookupEvents',
  run: async ({ history, caller }: CloudTrailContext, input: LookupEventsInput) => {
    const { StartTime, EndTime, EventCategory, MaxResults = resultsMax, NextToken } = input;
    const attribute = attributeIn(input);
    if (EventCategory !== undefined && EventCategory !== 'insight') {
      const message = `Value '${EventCategory}' at 'eventCategory' is not valid: it can be insight.`;
      throw new Refusal('LookupCategoryWrong', { message });
    }
    if (MaxResults < 1 || MaxResults > resultsMax) {
      const message = `Max results ${MaxResults} is not valid: it can be from 1 to ${resultsMax}.`;
      throw new Refusal('LookupCountWrong', { message });
    }
    if (StartTime !== undefined && EndTime !== undefined && StartTime > EndTime) {
      throw new Refusal('LookupTimeWrong', { message: 'The start time is after the end time.' });
    }
    // Nobody looks for what is unusual here, so that there is nothing of the kind.
    if (EventCategory === 'insight') return { Events: [] };
    const { entries, nextToken } = await history.lookUp({
      account: caller.account,
      region: caller.region,
      attribute,
      fromMs: StartTime === undefined ? undefined : StartTime * 1000,
      toMs: EndTime === undefined ? undefined : EndTime * 1000,
      limit: MaxResults,
      nextToken: NextToken,
    });
    return { Events: entries.map(entryOf), NextToken: nextToken };
  },
});

/** Refuses LookupAttributeWrong for more than one, and for one there is not. */
function attributeIn({ LookupAttributes: given = [] }: LookupEventsInput) {
  const [first, second] = given;
  if (second !== undefined) {
    const message = 'One lookup attribute can be given, no more.';
    throw new Refusal('LookupAttributeWrong', { message });
  }
  if (first === undefined) return undefined;
  const name = lookupAttributes.find((known) => known === first.AttributeKey);
  if (name === undefined) throw unknownAttribute(first.AttributeKey);
  return { name, value: first.AttributeValue } satisfies { name: LookupAttribute; value: string };
}

function unknownAttribute(given: string): Refusal {
  const message = `'${given}' is no lookup attribute: there are ${lookupAttributes.join(', ')}.`;
  return new Refusal('LookupAttributeWrong', { message });
}

function entryOf({ event, atMs }: NumberedEntry): object {
  const { userIdentity, resources = [] } = event;
  return {
    EventId: event.eventID,
    EventName: event.eventName,
    ReadOnly: String(event.readOnly),
    AccessKeyId: userIdentity.accessKeyId,
    EventTime: Math.floor(atMs / 1000),
    EventSource: event.eventSource,
    Username: userNameOf(userIdentity),
    Resources: resources.map(({ type, ARN }) => ({ ResourceType: type, ResourceName: ARN })),
    CloudTrailEvent: JSON.stringify(event),
  };
}
