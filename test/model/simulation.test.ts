/** Tables of three regions, and one with replicas in all of them, live through lost keys, faults of the key service, cut lines,
 * crashes and time; a naive model says what must hold. */
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import type { Duration } from '../../src/lab/duration.ts';
import { createLab, type Lab } from '../../src/lab/lab.ts';
import { seededRandom } from '../../src/lab/seeded-random.ts';
import { SharedLedger } from './shared-ledger.ts';

const runs = Number(process.env.CRYPTABLE_SIMULATIONS ?? 3);
const firstSeed = Number(process.env.CRYPTABLE_SEED ?? 1);
const stepsMax = 30;
const regions = ['us-east-1', 'eu-west-1', 'ap-south-1'] as const;
const watchMs = 15 * 60_000;
const archiveMs = 7 * 86_400_000;

interface Site {
  readonly region: (typeof regions)[number];
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly keyId: string;
  /** What was acknowledged. */
  readonly items: Map<string, string>;
  isEnabled: boolean;
  /** When that was last changed, or when a fault of the key service could have hidden it. */
  sinceMs: number;
  isArchived: boolean;
}

async function siteOf(lab: Lab, region: Site['region']): Promise<Site> {
  const config = { ...lab.clientConfig({ region }), maxAttempts: 1 };
  const [dynamodb, kms] = [new DynamoDBClient(config), new KMSClient(config)];
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const keyId = KeyMetadata?.KeyId ?? '';
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'Ledger',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyId },
    }),
  );
  const sinceMs = lab.now().getTime();
  return {
    region,
    dynamodb,
    kms,
    keyId,
    items: new Map(),
    isEnabled: true,
    sinceMs,
    isArchived: false,
  };
}

/** What must be true of a table whenever nothing is under way. */
async function judge(lab: Lab, site: Site, isFaulty: boolean): Promise<void> {
  const { Table } = await site.dynamodb.send(new DescribeTableCommand({ TableName: 'Ledger' }));
  const { TableStatus: status, SSEDescription: sse } = Table ?? {};
  const nowMs = lab.now().getTime();
  const heldMs = nowMs - site.sinceMs;
  const lostMs = sse?.InaccessibleEncryptionDateTime?.getTime();
  if (site.isArchived) expect(status).toBe('ARCHIVED');
  else if (status === 'ARCHIVED') {
    expect(site.isEnabled).toBe(false);
    site.isArchived = true;
  } else {
    if (lostMs !== undefined && !site.isEnabled && !isFaulty) expect(nowMs - lostMs).toBeLessThan(archiveMs);
    if (!isFaulty && heldMs > watchMs) {
      expect(status).toBe(site.isEnabled ? 'ACTIVE' : 'INACCESSIBLE_ENCRYPTION_CREDENTIALS');
    }
  }
  const table = lab.database.table('Ledger', { region: site.region });
  for (const [id, text] of site.items) {
    const reading = table.get({ id: { S: id } });
    // The key itself decides, whatever the status says by now.
    if (!site.isEnabled || site.isArchived) await expect(reading).rejects.toThrow();
    else if (!isFaulty) expect((await reading)?.get('text')).toEqual({ S: text });
    else await reading.catch(() => {});
  }
}

async function simulate(seed: number): Promise<void> {
  const draw = seededRandom(seed);
  const random = (count: number) => Math.floor(draw() * count);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const lab = await createLab({ seed });
  try {
    const sites = await Promise.all(regions.map((region) => siteOf(lab, region)));
    const shared = await SharedLedger.open(lab, sites);
    let faultEndMs = 0;
    let isCut = false;
    const texts: string[] = [];
    const steps: Readonly<Record<string, (site?: Site) => Promise<void>>> = {
      put: async () => {
        const site = pick(sites);
        const [id, text] = [`item-${random(8)}`, `secret text ${seed} ${texts.length}`];
        const put = lab.database
          .table('Ledger', { region: site.region })
          .put({ id: { S: id }, text: { S: text } });
        texts.push(text);
        await put.then(
          () => {
            expect(site.isEnabled).toBe(true);
            site.items.set(id, text);
          },
          (fault: Error) => {
            // Refused in full, or the fault of the world is why.
            const isExpected = !site.isEnabled || site.isArchived || lab.clock.nowMs() < faultEndMs;
            if (!isExpected) throw fault;
          },
        );
      },
      share: async () => {
        for (let count = 0; count < 5; count++) {
          const text = random(4) === 0 ? undefined : `shared text ${seed} ${texts.length}`;
          if (text !== undefined) texts.push(text);
          await shared.write(pick(sites), `item-${random(8)}`, text);
        }
      },
      cut: async () => {
        lab.lines.cut(pick(regions), pick<string | undefined>([undefined, ...regions]));
        isCut = true;
      },
      mend: async () => {
        lab.lines.mend();
        isCut = false;
        shared.troubled();
      },
      disable: async (site = pick(sites)) => {
        await site.kms.send(new DisableKeyCommand({ KeyId: site.keyId })).then(() => {
          if (site.isEnabled) site.sinceMs = lab.clock.nowMs();
          site.isEnabled = false;
          shared.keyChanged(site);
        }, mayFail);
      },
      enable: async (site = pick(sites)) => {
        await site.kms.send(new EnableKeyCommand({ KeyId: site.keyId })).then(() => {
          if (!site.isEnabled) site.sinceMs = lab.clock.nowMs();
          site.isEnabled = true;
          shared.keyChanged(site);
        }, mayFail);
      },
      fault: async () => {
        const length: Duration = pick(['1m', '10m', '2h']);
        lab.keyService.fail(pick(['throttle', 'outage']), { for: length, share: pick([0.5, 1]) });
        const lengthMs = { '1m': 60_000, '10m': 600_000, '2h': 7_200_000 }[length as '1m'];
        faultEndMs = Math.max(faultEndMs, lab.clock.nowMs() + lengthMs);
      },
      // A line that is cut is tried again all the time, which takes a while over days.
      pass: () =>
        lab.advance(pick<Duration>(['1s', '4m', '16m', '3h', ...(isCut ? [] : (['1d', '7d'] as const))])),
      restart: () => {
        heal();
        return lab.restart({ away: pick<Duration>(['0s', '1h', '6d', '8d']) });
      },
      crash: () => {
        heal();
        return lab.crash({ away: pick<Duration>(['0s', '1h', '2d']) });
      },
    };
    /** No store opens while its key service is silent: see the tests of the lab. */
    const heal = () => {
      lab.keyService.mend();
      faultEndMs = Math.min(faultEndMs, lab.clock.nowMs());
    };
    const mayFail = (fault: Error) => {
      if (lab.clock.nowMs() >= faultEndMs) throw fault;
    };
    const often = ['put', 'put', 'put', 'share', 'share', 'share', 'share', 'pass', 'pass', 'pass'];
    const names = [...often, 'disable', 'enable', 'fault', 'restart', 'crash', 'cut', 'mend'];
    const history: string[] = [];
    for (let step = 0; step < stepsMax; step++) {
      const name = pick(names);
      history.push(name);
      try {
        await steps[name]?.();
        const nowMs = lab.clock.nowMs();
        // What a fault has hidden is found with the next look after it, or with the one after the way back.
        const isFaulty = nowMs < faultEndMs + watchMs;
        // A store that was just opened looks at its keys, but nobody has waited for that.
        const isLooking = isFaulty || name === 'restart' || name === 'crash';
        if (isLooking) for (const site of sites) site.sinceMs = Math.max(site.sinceMs, nowMs);
        for (const site of sites) await judge(lab, site, isFaulty);
        if (isLooking || isCut || name === 'share') shared.troubled();
        await shared.judge(isFaulty || isLooking);
      } catch (fault) {
        throw new Error(`seed ${seed}, step ${step}, after ${history.join(' ')}`, { cause: fault });
      }
    }
    heal();
    lab.lines.mend();
    for (const site of sites) await steps.enable?.(site);
    await lab.advance('1h');
    await shared.judge(false);
    expect((await lab.database.verify()).faults).toEqual([]);
    if (texts.length > 0) lab.assertSealed(texts);
  } finally {
    await lab.close();
  }
}

for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
  test(`three regions through time and trouble, seed ${seed}`, () => simulate(seed), 480_000);
}
