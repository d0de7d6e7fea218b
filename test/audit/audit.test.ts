import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Audit, type AuditOptions } from '../../src/audit/audit.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { account, keyArn, MemoryAnchor, region } from './support.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const user = { arn: `arn:aws:iam::${account}:user/ada`, account, region };
const service = 'dynamodb.amazonaws.com';
const itself = { arn: service, account, region, service };
const finder = { arnOf: () => keyArn, arnOfCiphertext: () => keyArn, grantOf: () => undefined };

async function opened(options: Partial<AuditOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-audit-'));
  folders.push(folder);
  const core = createFallbackCore();
  const clock = new VirtualClock();
  const anchor = new MemoryAnchor();
  const path = join(folder, 'audit');
  const audit = await Audit.open({
    folder: path,
    core,
    key: core.generateKey(),
    anchor,
    finder,
    clock,
    ...options,
  });
  return { audit, clock, path };
}

const decrypt = (caller: { arn: string; connection?: number }) => ({
  operation: 'Decrypt' as const,
  caller: { account, region, service, ...caller },
  keyArn,
  context: new Map([['aws:dynamodb:tableName', 'Books']]),
  requestParameters: null,
});
const encrypt = {
  ...{ api: 'kms' as const, operation: 'Encrypt', caller: user, input: { KeyId: 'k' } },
  ...{ outcome: { output: {} }, requestId: 'r' },
};

async function namesOf(audit: Audit): Promise<string[]> {
  const names: string[] = [];
  for await (const { event } of audit.entries()) names.push(event.eventName);
  return names;
}

test('calls of the API and of the table service are recorded, counted and found', async () => {
  const { audit } = await opened();
  await audit.apiCall(encrypt);
  await audit.serviceCall(decrypt({ arn: user.arn, connection: 3 }));
  await audit.apiCall({
    ...encrypt,
    api: 'dynamodb',
    operation: 'CreateTable',
    input: { TableName: 'Books' },
  });
  expect(await namesOf(audit)).toEqual(['CreateTable', 'Decrypt', 'Encrypt']);
  expect(audit.usage.rows()).toEqual([
    { operation: 'Encrypt', keyArn, account, region, calls: 1, saved: 0 },
    { operation: 'Decrypt', keyArn, table: 'Books', connection: 3, account, region, calls: 1, saved: 0 },
  ]);
  const found = await audit.lookUp({
    account,
    region,
    limit: 50,
    attribute: { name: 'EventName', value: 'Decrypt' },
  });
  expect(found.entries).toHaveLength(1);
  expect(JSON.stringify(found.entries[0]?.event)).not.toContain('connection');
  await audit.close();
});

test('the same calls are counted from the trail, between two times', async () => {
  const { audit, clock } = await opened();
  const fromMs = clock.nowMs();
  for (const connection of [1, 2, 3]) {
    await audit.serviceCall(decrypt({ arn: user.arn, connection }));
    clock.advance(1000);
  }
  const whole = await audit.usageOf({ fromMs, toMs: clock.nowMs() });
  expect(whole.rows()).toEqual(audit.usage.rows());
  expect(whole.rows().map(({ saved }) => saved)).toEqual([0, 1, 1]);
  const part = await audit.usageOf({ fromMs: fromMs + 1000, toMs: fromMs + 2000 });
  expect(part.rows().map(({ connection }) => connection)).toEqual([2]);
  await audit.close();
});

test('a call with a key of another account is recorded for both, and counted once', async () => {
  const { audit, clock } = await opened();
  const [own, other] = ['444455556666', account];
  const eve = { arn: `arn:aws:iam::${own}:user/eve`, account: own, region };
  await audit.apiCall({ ...encrypt, caller: eve });
  await audit.apiCall({
    ...encrypt,
    caller: eve,
    outcome: { error: { code: 'DisabledException', message: '' } },
  });
  await audit.serviceCall(decrypt({ ...eve, connection: 3 }));
  await audit.serviceCall(decrypt({ ...itself, account: own } as typeof itself));
  const found = async (of: string) => (await audit.lookUp({ account: of, region, limit: 50 })).entries;
  const [ofOwn, ofOther] = [await found(own), await found(other)];
  expect(ofOwn.map(({ event }) => event.eventName)).toEqual(['Decrypt', 'Decrypt', 'Encrypt', 'Encrypt']);
  expect(ofOther.map(({ event }) => [event.eventName, event.userIdentity.type])).toEqual([
    ['Decrypt', 'AWSService'],
    ['Decrypt', 'AWSAccount'],
    ['Encrypt', 'AWSAccount'],
  ]);
  for (const { event } of ofOther) {
    const twin = ofOwn.filter(({ event: { sharedEventID } }) => sharedEventID === event.sharedEventID);
    expect(twin).toHaveLength(1);
  }
  const rows = audit.usage.rows();
  expect(rows.map(({ operation, calls }) => [operation, calls])).toEqual([
    ['Encrypt', 2],
    ['Decrypt', 1],
    ['Decrypt', 1],
  ]);
  expect(new Set(rows.map((row) => row.account))).toEqual(new Set([own]));
  const fromTrail = await audit.usageOf({ fromMs: 0, toMs: clock.nowMs() + 1 });
  expect(fromTrail.rows()).toEqual(rows);
  await audit.close();
});

test('where the service asks for itself nobody waits, and the record is written in its turn', async () => {
  const { audit } = await opened();
  expect(audit.serviceCall(decrypt({ ...itself }))).toBeUndefined();
  await audit.apiCall(encrypt);
  expect(await namesOf(audit)).toEqual(['Encrypt', 'Decrypt']);
  audit.keyEvent({ name: 'DeleteKey', keyArn, account, region, keyId: 'k' });
  expect((await audit.verify()).records).toBe(3);
  await audit.close();
});

test('switched off it writes nothing, and counts even so', async () => {
  const { audit, path } = await opened({ isOff: true });
  expect(audit.ready()).toBeUndefined();
  expect(audit.apiCall(encrypt)).toBeUndefined();
  expect(audit.serviceCall(decrypt({ arn: user.arn }))).toBeUndefined();
  audit.keyEvent({ name: 'DeleteKey', keyArn, account, region, keyId: 'k' });
  await audit.close();
  expect(() => readdirSync(path)).toThrow('ENOENT');
  expect(audit.usage.rows()).toHaveLength(2);
});
