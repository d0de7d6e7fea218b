/** Clocks that are set, and times that some count wrong: deadlines, expiry and signatures go on as they should (bad-inputs F8). */
import { afterEach, describe, expect, test } from 'vitest';
import { createLab, type Lab } from '../../src/lab/lab.ts';
import { listedCallers } from '../../src/server/listed-callers.ts';
import { SignatureVerifier, skewMsMax } from '../../src/server/signature.ts';
import { account, credentials, signed } from '../server/support.ts';
import { createTableInput, item } from '../support/item-load.ts';
import { inProcessCall, type JsonCall } from '../support/json-call.ts';
import { refusalOf } from '../support/refusal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const TableName = 'books';
const lost = 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';

let lab: Lab | undefined;
const zone = process.env.TZ;
afterEach(async () => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
  await lab?.close();
  lab = undefined;
});

interface Story {
  readonly lab: Lab;
  readonly call: JsonCall;
  readonly KeyId: string;
}

/** A table under a customer key, with an item that stays, and one whose time is up after a day. */
async function begun(start: Date): Promise<Story> {
  lab = await createLab({ start });
  const call = inProcessCall(lab);
  const { KeyMetadata } = await call('CreateKey', {});
  const { Arn: KeyId } = KeyMetadata;
  const SSESpecification = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: KeyId };
  await call('CreateTable', { ...createTableInput(TableName), SSESpecification });
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' };
  await call('UpdateTimeToLive', { TableName, TimeToLiveSpecification });
  const until = { N: String(Math.floor((start.getTime() + dayMs) / 1000)) };
  await call('PutItem', { TableName, Item: item('stays', '0.0.1') });
  await call('PutItem', { TableName, Item: { ...item('passes', '0.0.1'), until } });
  return { lab, call, KeyId };
}

async function described({ call }: Story) {
  return (await call('DescribeTable', { TableName })).Table;
}

async function idsOf({ call }: Story, table = TableName): Promise<readonly string[]> {
  const { Items } = await call('Scan', { TableName: table, ConsistentRead: true });
  return Items.map(({ id }: { readonly id: { readonly S: string } }) => id.S).toSorted();
}

/** Switches the key off and resolves with the moment from which the seven days count. */
async function withoutKey({ lab: its, call, KeyId }: Story): Promise<number> {
  await call('DisableKey', { KeyId });
  await its.advance('1m');
  const { Table } = await call('DescribeTable', { TableName });
  expect(Table.TableStatus).toBe(lost);
  return Math.round(Table.SSEDescription.InaccessibleEncryptionDateTime * 1000);
}

/** Days in a lab that is open have thousands of rounds of upkeep; in one that is closed, none. */
async function awayUntil(its: Lab, atMs: number): Promise<void> {
  await its.restart({ away: atMs - its.now().getTime() });
}

const starts: readonly (readonly [string, Date, string?])[] = [
  ['over the end of 31 bits of seconds, in 2038', new Date('2038-01-17T03:14:07Z')],
  ['over the end of 32 bits of seconds, in 2106', new Date('2106-02-05T06:28:15Z')],
  ['over a leap day', new Date('2028-02-27T12:00:00Z')],
  ['over a leap second', new Date('2016-12-30T23:59:30Z')],
  ['over the beginning of summer time', new Date('2026-03-27T12:00:00Z'), 'Europe/Zurich'],
  ['over the end of summer time', new Date('2026-10-23T12:00:00Z'), 'Europe/Zurich'],
];

describe('bad-inputs F8, R-LIFE-1: seven days are seven days, and a day a day,', () => {
  for (const [name, start, TZ] of starts) {
    test(name, async () => {
      if (TZ !== undefined) process.env.TZ = TZ;
      const story = await begun(start);
      await awayUntil(story.lab, start.getTime() + dayMs - 60_000);
      expect(await idsOf(story)).toEqual(['passes', 'stays']);
      await story.lab.advance('15m');
      expect(await idsOf(story)).toEqual(['stays']);
      const sinceMs = await withoutKey(story);
      await awayUntil(story.lab, sinceMs + 7 * dayMs - 60_000);
      await story.lab.advance(59_000);
      expect((await described(story)).TableStatus).toBe(lost);
      await story.lab.advance(1000);
      const { TableStatus, ArchivalSummary } = await described(story);
      expect(TableStatus).toBe('ARCHIVED');
      expect(Math.round(ArchivalSummary.ArchivalDateTime * 1000)).toBe(sinceMs + 7 * dayMs);
      await story.call('EnableKey', { KeyId: story.KeyId });
      const BackupArn = ArchivalSummary.ArchivalBackupArn;
      await story.call('RestoreTableFromBackup', { BackupArn, TargetTableName: 'again' });
      await expect
        .poll(async () => (await story.call('DescribeTable', { TableName: 'again' })).Table.TableStatus)
        .toBe('ACTIVE');
      expect(await idsOf(story, 'again')).toEqual(['stays']);
    });
  }
});

describe('bad-inputs F8, R-LIFE-1: a wall clock that is set', () => {
  test('back by an hour postpones nothing', async () => {
    const story = await begun(new Date('2026-01-01T00:00:00Z'));
    const sinceMs = await withoutKey(story);
    const leftMs = 2 * hourMs;
    await awayUntil(story.lab, sinceMs + 7 * dayMs - leftMs);
    story.lab.setClock(-hourMs);
    await story.lab.advance(leftMs - 1000);
    expect((await described(story)).TableStatus).toBe(lost);
    await story.lab.advance(1000);
    expect((await described(story)).TableStatus).toBe('ARCHIVED');
  });

  test('back by an hour revives no table that is archived', async () => {
    const story = await begun(new Date('2026-01-01T00:00:00Z'));
    await awayUntil(story.lab, (await withoutKey(story)) + 7 * dayMs);
    expect((await described(story)).TableStatus).toBe('ARCHIVED');
    story.lab.setClock(-hourMs);
    await story.call('EnableKey', { KeyId: story.KeyId });
    await story.lab.advance('1h');
    expect((await described(story)).TableStatus).toBe('ARCHIVED');
    await story.lab.restart();
    expect((await described(story)).TableStatus).toBe('ARCHIVED');
  });

  test('on by eight days archives nothing at once, and whoever sets it back meanwhile is spared', async () => {
    const story = await begun(new Date('2026-01-01T00:00:00Z'));
    await withoutKey(story);
    story.lab.setClock(8 * dayMs);
    await story.lab.advance('50s');
    expect((await described(story)).TableStatus).toBe(lost);
    story.lab.setClock(-8 * dayMs);
    await story.lab.advance('2h');
    expect((await described(story)).TableStatus).toBe(lost);
    await story.call('EnableKey', { KeyId: story.KeyId });
    await story.lab.advance('1m');
    expect((await described(story)).TableStatus).toBe('ACTIVE');
    expect(await idsOf(story)).toContain('stays');
  });

  test('on by eight days is believed once it was seen again twice, a minute apart', async () => {
    const story = await begun(new Date('2026-01-01T00:00:00Z'));
    await withoutKey(story);
    story.lab.setClock(8 * dayMs);
    await story.lab.advance('70m');
    expect((await described(story)).TableStatus).toBe('ARCHIVED');
  });
});

describe('bad-inputs F8: signatures', () => {
  for (const at of ['2028-02-29T23:59:59Z', '2038-01-19T03:14:08Z', '2106-02-07T06:28:16Z']) {
    test(`are judged by their time, also at ${at}`, async () => {
      const nowMs = Date.parse(at);
      const verifier = new SignatureVerifier({
        callers: listedCallers({ credentials: [credentials], account }),
        clock: new VirtualClock(nowMs),
      });
      const judged = async (atMs: number) =>
        refusalOf(async () => verifier.authenticate(await signed({ atMs }), 'dynamodb'));
      for (const offMs of [0, skewMsMax, -skewMsMax]) expect(await judged(nowMs + offMs)).toBe('answered');
      expect(await judged(nowMs - skewMsMax - 1000)).toContain('Signature expired');
      expect(await judged(nowMs + skewMsMax + 1000)).toContain('Signature not yet current');
    });
  }
});
