import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attributeOf, type EventQuery, historyMs, lookUpEvents } from '../../src/audit/query.ts';
import { account, entryOf, keyArn, region, trailSite } from './support.ts';

const site = trailSite();
const startMs = site.clock.nowMs();
beforeAll(async () => {
  const trail = await site.open();
  for (let n = 1; n <= 6; n++) {
    const changes = {
      ...(n % 2 === 0 ? { eventName: 'Encrypt' } : {}),
      ...(n === 5 ? { awsRegion: 'eu-west-1' } : {}),
      ...(n === 6 ? { recipientAccountId: '444455556666' } : {}),
    };
    await trail.record(entryOf(n, site.clock.nowMs(), changes));
    site.clock.advance(1500);
  }
  await trail.close();
});
afterAll(() => site.end());

const parts = {
  folder: site.folder,
  key: site.key,
  tokens: site.key,
  written: () => undefined,
  nowMs: () => site.clock.nowMs(),
};
const own: EventQuery = { account, region, limit: 50 };
const numbers = async (query: Partial<EventQuery>) =>
  (await lookUpEvents(parts, { ...own, ...query })).entries.map(({ number }) => number);

describe('events are found', () => {
  test.each<[string, Partial<EventQuery>, number[]]>([
    ['of the account and region', {}, [4, 3, 2, 1]],
    ['of another region', { region: 'eu-west-1' }, [5]],
    ['of another account', { account: '444455556666' }, [6]],
    ['by name', { attribute: { name: 'EventName', value: 'Encrypt' } }, [4, 2]],
    ['by user', { attribute: { name: 'Username', value: 'user-3' } }, [3]],
    ['by access key', { attribute: { name: 'AccessKeyId', value: 'AKID2' } }, [2]],
    ['by key', { attribute: { name: 'ResourceName', value: keyArn } }, [4, 3, 2, 1]],
    ['by nothing that is there', { attribute: { name: 'EventSource', value: 'iam.amazonaws.com' } }, []],
    ['from a time on', { fromMs: startMs + 3000 }, [4, 3]],
    ['until a time, whole seconds counted', { toMs: startMs + 1000 }, [2, 1]],
  ])('%s', async (_, query, found) => {
    expect(await numbers(query)).toEqual(found);
  });

  test('no more once they are 90 days old', async () => {
    const later = { ...parts, nowMs: () => startMs + historyMs + 3000 };
    expect((await lookUpEvents(later, own)).entries.map(({ number }) => number)).toEqual([4, 3]);
  });
});

describe('pages', () => {
  test('follow each other to the end', async () => {
    const found: number[] = [];
    let nextToken: string | undefined;
    let pages = 0;
    do {
      const page = await lookUpEvents(parts, { ...own, limit: 2, nextToken });
      found.push(...page.entries.map(({ number }) => number));
      nextToken = page.nextToken;
      pages++;
    } while (nextToken !== undefined);
    expect([found, pages]).toEqual([[4, 3, 2, 1], 2]);
  });

  test('cost the same, the last as the first', async () => {
    const long = trailSite();
    const trail = await long.open({ segmentBytes: 4_096 });
    const shown = 120;
    for (let n = 1; n <= shown; n++) await trail.record(entryOf(n, long.clock.nowMs()));
    await trail.close();
    expect(long.segments().size).toBeGreaterThan(10);
    let reads = 0;
    const folder = {
      list: () => long.folder.list(),
      read: (segment: number) => {
        reads++;
        return long.folder.read(segment);
      },
    };
    const found: number[] = [];
    const costs: number[] = [];
    let nextToken: string | undefined;
    do {
      reads = 0;
      const page = await lookUpEvents({ ...parts, folder, key: long.key }, { ...own, limit: 2, nextToken });
      found.push(...page.entries.map(({ number }) => number));
      costs.push(reads);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    long.end();
    expect(found).toEqual(Array.from({ length: shown }, (_, index) => shown - index));
    // Its own segment, and the one before it where the page goes over the edge.
    expect(Math.max(...costs)).toBeLessThanOrEqual(2);
  });

  test('go on while new events come', async () => {
    const { nextToken } = await lookUpEvents(parts, { ...own, limit: 2 });
    expect(await numbers({ limit: 2, nextToken })).toEqual([2, 1]);
  });

  test.each<[string, Partial<EventQuery>]>([
    ['another name', { attribute: { name: 'EventName', value: 'Encrypt' } }],
    ['another time', { fromMs: 1 }],
    ['another account', { account: '444455556666' }],
    ['another region', { region: 'eu-west-1' }],
  ])('are refused for %s', async (_, changes) => {
    const { nextToken } = await lookUpEvents(parts, { ...own, limit: 2 });
    await expect(lookUpEvents(parts, { ...own, ...changes, nextToken })).rejects.toMatchObject({
      code: 'LookupTokenWrong',
    });
  });

  test('are refused for a token that nobody gave', async () => {
    for (const nextToken of ['', 'x', 'A'.repeat(400)]) {
      await expect(lookUpEvents(parts, { ...own, nextToken })).rejects.toMatchObject({
        code: 'LookupTokenWrong',
      });
    }
  });
});

test('every attribute says what the event has', () => {
  const { event } = entryOf(3, 0);
  expect(attributeOf(event, 'EventId')).toEqual([event.eventID]);
  expect(attributeOf(event, 'ReadOnly')).toEqual(['true']);
  expect(attributeOf(event, 'ResourceType')).toEqual(['AWS::KMS::Key']);
  expect(attributeOf(event, 'ResourceName')).toEqual([keyArn, keyArn.split('/')[1]]);
});
