import { describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { KeyAccess } from '../../../src/kms/embedded/access.ts';
import type { EmbeddedKms } from '../../../src/kms/embedded/embedded-kms.ts';
import { grantsPerKeyMax } from '../../../src/kms/embedded/grant.ts';
import { GrantBook } from '../../../src/kms/embedded/grant-book.ts';
import type { GrantRequest } from '../../../src/kms/embedded/grant-terms.ts';
import { GrantTokens } from '../../../src/kms/embedded/grant-token.ts';
import { defaultPolicy } from '../../../src/kms/embedded/key-policy.ts';
import { KeyRing } from '../../../src/kms/embedded/key-ring.ts';
import { KmsMeter } from '../../../src/kms/embedded/meter.ts';
import type { Caller } from '../../../src/kms/key-service.ts';
import { account, openKms, region, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

/** Of another account: whatever she may do, a grant lets her. */
const eve: Caller = { arn: 'arn:aws:iam::444455556666:user/eve', account: '444455556666', region };
const mallory: Caller = { ...eve, arn: 'arn:aws:iam::444455556666:user/mallory' };
const decrypting: GrantRequest = { grantee: eve.arn, operations: ['Decrypt'] };
const context = new Map([['table', 'Books']]);

async function withKey() {
  const opened = await openKms();
  const { arn } = await opened.kms.keys.create(user, {});
  const { ciphertext } = opened.kms.use.encrypt(user, { keyId: arn, context, plaintext: Buffer.from('x') });
  const grant = (request: GrantRequest, caller = user) =>
    opened.kms.grants.create(caller, { ...request, keyId: arn });
  const decrypt = (caller: Caller, kms = opened.kms) =>
    refusalOf(() => kms.use.decrypt(caller, { ciphertext, context }));
  return { ...opened, arn, ciphertext, grant, decrypt };
}

const idsOf = (kms: EmbeddedKms, arn: string) =>
  kms.grants.list(user, arn, {}).grants.map(({ grantId }) => grantId);

describe('a grant', () => {
  test('lets another account use the key from then on, also after a restart, until it is revoked (R-REV-1)', async () => {
    const { kms, arn, grant, decrypt, reopen } = await withKey();
    expect(await decrypt(eve)).toMatch(/^KeyAccessDenied: The ciphertext refers to/);
    const { grantId } = await grant({ ...decrypting, subset: context });
    expect([await decrypt(eve), await decrypt(mallory)]).toEqual([
      'answered',
      expect.stringMatching(/^KeyAccessDenied/),
    ]);
    expect(idsOf(kms, arn)).toEqual([grantId]);
    const again = await reopen();
    expect(await decrypt(eve, again)).toBe('answered');
    await again.grants.revoke(user, { keyId: arn, grantId });
    expect(await decrypt(eve, again)).toMatch(/^KeyAccessDenied/);
    const last = await reopen();
    expect(await decrypt(eve, last)).toMatch(/^KeyAccessDenied/);
  });

  test('lets use by key as far as its constraint reaches', async () => {
    const { kms, arn, grant } = await withKey();
    await grant({ ...decrypting, operations: ['Encrypt'], equals: context });
    const encrypt = (bound: ReadonlyMap<string, string>) =>
      refusalOf(() => kms.use.encrypt(eve, { keyId: arn, context: bound, plaintext: Buffer.from('x') }));
    expect(await encrypt(context)).toBe('answered');
    for (const other of [new Map(), new Map([...context, ['more', '1']]), new Map([['table', 'books']])]) {
      expect(await encrypt(other)).toMatch(/^KeyAccessDenied: User: .*kms:Encrypt/);
    }
  });

  test('lets describe a key, and manage nothing', async () => {
    const { kms, arn, grant } = await withKey();
    await grant({ ...decrypting, operations: ['DescribeKey'] });
    expect((await kms.keys.describe(eve, arn)).arn).toBe(arn);
    for (const call of [
      () => kms.keys.disable(eve, arn),
      () => kms.grants.list(eve, arn, {}),
      () => kms.keys.read(eve, 'GetKeyPolicy', arn),
    ]) {
      expect(await refusalOf(call)).toMatch(/^KeyAccessDenied/);
    }
  });

  test('goes with its key', async () => {
    const { kms, arn, grant, clock } = await withKey();
    await grant({ ...decrypting, retiree: user.arn });
    await kms.keys.scheduleDeletion(user, arn, 7);
    expect(kms.grants.retirable(user, user.arn)).toHaveLength(1);
    await clock.advanceAndSettle(7 * 86_400_000);
    expect(kms.grants.retirable(user, user.arn)).toEqual([]);
  });
});

describe('making grants', () => {
  test('with one name and the same terms gives the one that is there, and another token', async () => {
    const { kms, arn, grant } = await withKey();
    const made = [await grant({ ...decrypting, name: 'n' }), await grant({ ...decrypting, name: 'n' })];
    expect(made[0]?.grantId).toBe(made[1]?.grantId);
    expect(made[0]?.token).not.toBe(made[1]?.token);
    await grant({ ...decrypting, name: 'n', operations: ['Encrypt'] });
    await grant(decrypting);
    await grant(decrypting);
    expect(new Set(idsOf(kms, arn)).size).toBe(4);
  });

  test('by right of a grant gives no more than that (R-DEP-1)', async () => {
    const { arn, kms, grant } = await withKey();
    await grant({ ...decrypting, operations: ['Decrypt', 'CreateGrant'], subset: context });
    const handOn = (request: Partial<GrantRequest>) =>
      refusalOf(() => grant({ grantee: mallory.arn, operations: ['Decrypt'], ...request }, eve));
    for (const wider of [{}, { operations: ['Encrypt' as const], subset: context }, { subset: new Map() }]) {
      expect(await handOn(wider)).toMatch(/^KeyAccessDenied: User: .*kms:CreateGrant/);
    }
    expect(await handOn({ equals: context })).toBe('answered');
    expect(kms.grants.list(user, arn, {}).grants.map(({ issuingAccount }) => issuingAccount)).toEqual([
      account,
      eve.account,
    ]);
  });

  test('in rehearsal makes none, and is refused as the real thing would be', async () => {
    const { kms, arn, grant } = await withKey();
    expect(
      await refusalOf(() => kms.grants.create(user, { ...decrypting, keyId: arn, dryRun: true })),
    ).toMatch(/^DryRun/);
    expect(
      await refusalOf(() => kms.grants.create(eve, { ...decrypting, keyId: arn, dryRun: true })),
    ).toMatch(/^KeyAccessDenied/);
    expect(idsOf(kms, arn)).toEqual([]);
    await grant(decrypting);
    expect(idsOf(kms, arn)).toHaveLength(1);
  });
});

describe('retiring', () => {
  const cases: [string, Caller, Partial<GrantRequest>, boolean][] = [
    ['the account that made it', user, {}, true],
    ['the principal it names for that', mallory, { retiree: mallory.arn }, true],
    ['a grantee who may', eve, { operations: ['Decrypt', 'RetireGrant'] }, true],
    [
      'a grantee who may, whatever the constraint',
      eve,
      { operations: ['RetireGrant'], equals: context },
      true,
    ],
    ['a grantee who may not', eve, {}, false],
    ['a stranger', mallory, { operations: ['RetireGrant'] }, false],
  ];
  for (const [who, caller, change, allowed] of cases) {
    test(`is ${allowed ? '' : 'not '}for ${who}, by token and by id`, async () => {
      const { kms, arn, grant } = await withKey();
      for (const way of ['token', 'id']) {
        const { grantId, token } = await grant({ ...decrypting, ...change });
        const which = way === 'token' ? { token } : { keyId: arn, grantId };
        const rehearsed = await refusalOf(() => kms.grants.retire(caller, { ...which, dryRun: true }));
        expect(rehearsed).toMatch(allowed ? /^DryRun/ : /^KeyAccessDenied: User: .*kms:RetireGrant/);
        expect(idsOf(kms, arn)).toContain(grantId);
        const refusal = await refusalOf(() => kms.grants.retire(caller, which));
        expect(refusal).toMatch(allowed ? /^answered/ : /^KeyAccessDenied/);
        expect(idsOf(kms, arn).includes(grantId)).toBe(!allowed);
      }
    });
  }

  test('tells a stranger nothing of grants that are not there, and the owner that they are not', async () => {
    const { kms, arn } = await withKey();
    const which = { keyId: arn, grantId: '0'.repeat(64) };
    expect(await refusalOf(() => kms.grants.retire(eve, which))).toMatch(/^KeyAccessDenied/);
    for (const call of [() => kms.grants.retire(user, which), () => kms.grants.revoke(user, which)]) {
      expect(await refusalOf(call)).toBe(`GrantNotFound: Grant ID ${which.grantId} not found`);
    }
  });
});

test('a token counts in the region of its key, as long as its grant stands (E8)', async () => {
  const { kms, arn, grant } = await withKey();
  const { grantId, token } = await grant(decrypting);
  const ask = (caller = user) => refusalOf(() => kms.grants.requireTokens(caller, [token]));
  expect(await ask()).toBe('answered');
  expect(await ask({ ...user, region: 'eu-west-1' })).toBe('InvalidGrantToken');
  await kms.grants.revoke(user, { keyId: arn, grantId });
  expect(await ask()).toBe('InvalidGrantToken');
  expect(await refusalOf(() => kms.grants.retire(user, { token }))).toBe('InvalidGrantToken');
});

describe('what a principal may retire', () => {
  test('is listed over all keys of the region, those of other accounts too', async () => {
    const { kms, grant } = await withKey();
    const other = await kms.keys.create(eve, {});
    const elsewhere = await kms.keys.create({ ...user, region: 'eu-west-1' }, {});
    await grant({ ...decrypting, retiree: user.arn });
    await grant({ ...decrypting, retiree: eve.arn });
    await kms.grants.create(eve, { ...decrypting, retiree: user.arn, keyId: other.arn });
    const abroad = { ...user, region: 'eu-west-1' };
    await kms.grants.create(abroad, { ...decrypting, retiree: user.arn, keyId: elsewhere.arn });
    expect(kms.grants.retirable(user, user.arn)).toHaveLength(2);
    expect(kms.grants.retirable(abroad, user.arn)).toHaveLength(1);
  });

  test('is for its own account to ask', async () => {
    const { kms } = await withKey();
    expect(await refusalOf(() => kms.grants.retirable(eve, user.arn))).toMatch(
      /^KeyAccessDenied: User: .*kms:ListRetirableGrants on resource: /,
    );
    expect(await refusalOf(() => kms.grants.retirable(eve, 'ada'))).toMatch(/^InvalidArn/);
  });

  test('is for a service itself to ask', async () => {
    const { kms, grant } = await withKey();
    const service = 'dynamodb.amazonaws.com';
    await grant({ ...decrypting, retireeService: service });
    expect(kms.grants.retirableByService({ ...user, service }, service)).toHaveLength(1);
    expect(kms.grants.retirableByService(user, service)).toEqual([]);
  });
});

test('a key has 50 000 grants, and the next is refused, but not one that is there (E9)', async () => {
  const { ring, book, clock, arn } = await bareBook();
  const { grantId } = await book.create(user, { ...decrypting, keyId: arn, name: 'first' });
  const [first] = ring.grantsOf(arn);
  if (first === undefined) throw new Error('the grant is not there');
  const grants = Array.from({ length: grantsPerKeyMax - 1 }, (_, n) => ({
    ...first,
    name: '',
    grantId: n.toString(16).padStart(64, '0'),
  }));
  await ring.change(() => ({ grants, result: undefined }));
  expect(await refusalOf(() => book.create(user, { ...decrypting, keyId: arn }))).toMatch(
    /^KeyLimitExceeded: .* has 50000 grants already/,
  );
  const again = await book.create(user, { ...decrypting, keyId: arn, name: 'first' });
  expect([again.grantId, clock.timers]).toEqual([grantId, 0]);
});

/** A book over records that a test can fill by the thousand: nothing is sealed. */
async function bareBook() {
  const core = createFallbackCore();
  const clock = new VirtualClock();
  const records = { uncertain: false, commit: async () => {}, reload: async () => [] };
  const ring = new KeyRing(records, [], silentLog);
  const tokens = new GrantTokens(core, core.importKey(new Uint8Array(32)));
  const arn = `arn:aws:kms:${region}:${account}:key/${keyId}`;
  const key = {
    keyId,
    arn,
    account,
    region,
    owner: 'CUSTOMER',
    state: 'Enabled',
    origin: 'AWS_KMS',
  } as const;
  const rest = { description: '', createdMs: 0, policy: defaultPolicy(account), tags: [], materials: [] };
  await ring.change(() => ({ keys: [{ ...key, ...rest }], result: undefined }));
  const access = new KeyAccess({ ring, clock });
  return { ring, clock, arn, book: new GrantBook({ clock, access, ring, meter: new KmsMeter(), tokens }) };
}
