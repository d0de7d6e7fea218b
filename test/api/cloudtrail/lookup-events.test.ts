import { expect, test } from 'vitest';
import { lookupEvents } from '../../../src/api/cloudtrail/lookup-events.ts';
import { encodeBody, parseJsonBody } from '../../../src/api/json.ts';
import { parseInput } from '../../../src/api/shape.ts';
import type { EventPage, EventQuery } from '../../../src/audit/query.ts';
import { account, entryOf, keyArn, region } from '../../audit/support.ts';

const caller = { arn: `arn:aws:iam::${account}:root`, account, region };
const entry = { ...entryOf(1, 1999), number: 1 };

function asked(input: object, page: EventPage = { entries: [] }) {
  const queries: EventQuery[] = [];
  const history = {
    lookUp: async (query: EventQuery) => {
      queries.push(query);
      return page;
    },
  };
  const answer = (async () => {
    const checked = parseInput('cloudtrail', 'LookupEvents', parseJsonBody(encodeBody(input)));
    return parseJsonBody(encodeBody(await lookupEvents.run({ history, caller }, checked)));
  })();
  return { answer, queries };
}

test('events are answered as CloudTrail does, the record as a text', async () => {
  const { answer } = asked({}, { entries: [entry], nextToken: 'next' });
  expect(await answer).toEqual({
    Events: [
      {
        EventId: entry.event.eventID,
        EventName: 'Decrypt',
        ReadOnly: 'true',
        AccessKeyId: 'AKID1',
        EventTime: 1,
        EventSource: 'kms.amazonaws.com',
        Username: 'user-1',
        Resources: [{ ResourceType: 'AWS::KMS::Key', ResourceName: keyArn }],
        CloudTrailEvent: JSON.stringify(entry.event),
      },
    ],
    NextToken: 'next',
  });
});

test('what is asked for is of the caller’s account and region, 50 at once', async () => {
  const { answer, queries } = asked({
    LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'Decrypt' }],
    StartTime: 10,
    EndTime: 20.5,
    NextToken: 'token',
  });
  await answer;
  expect(queries).toEqual([
    {
      account,
      region,
      attribute: { name: 'EventName', value: 'Decrypt' },
      fromMs: 10_000,
      toMs: 20_500,
      limit: 50,
      nextToken: 'token',
    },
  ]);
});

test('nothing is unusual here', async () => {
  const { answer, queries } = asked({ EventCategory: 'insight' });
  expect(await answer).toEqual({ Events: [] });
  expect(queries).toEqual([]);
});

const attribute = { AttributeKey: 'EventName', AttributeValue: 'x' };
test.each<[object, string]>([
  [{ MaxResults: 0 }, 'LookupCountWrong'],
  [{ MaxResults: 51 }, 'LookupCountWrong'],
  [{ StartTime: 2, EndTime: 1 }, 'LookupTimeWrong'],
  [{ EventCategory: 'Management' }, 'LookupCategoryWrong'],
  [{ LookupAttributes: [{ ...attribute, AttributeKey: 'Colour' }] }, 'LookupAttributeWrong'],
  [{ LookupAttributes: [attribute, attribute] }, 'LookupAttributeWrong'],
  [{ LookupAttributes: [{ ...attribute, AttributeValue: '' }] }, 'Validation'],
  [{ LookupAttributes: 'x' }, 'Serialization'],
])('%j is refused: %s', async (input, code) => {
  await expect(asked(input).answer).rejects.toMatchObject({ code });
});
