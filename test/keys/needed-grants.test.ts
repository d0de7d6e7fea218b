import { expect, test } from 'vitest';
import { grantUseMs, NeededGrants } from '../../src/keys/needed-grants.ts';
import type { TableGrant, TableGrants } from '../../src/kms/key-service.ts';
import { account, region } from '../support/embedded-kms.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const keyArn = `arn:aws:kms:${region}:${account}:key/k`;
const grantOf = (name: string, on = keyArn): TableGrant => ({
  keyArn: on,
  grantId: `${name} on ${on}`,
  name,
  account,
});

function keeper(held: readonly TableGrant[], tables: Readonly<Record<string, string>>) {
  const clock = new VirtualClock();
  const retired: string[] = [];
  let refused: string | undefined;
  const refuse = (name: string) => {
    refused = name;
  };
  const tableGrants: TableGrants = {
    create: async () => undefined,
    adopt: async () => undefined,
    retire: async (service, grant) => {
      if (grant.name === refused) throw new Error('refused');
      retired.push(`${service.arn} ${service.region} ${grant.grantId}`);
    },
    heldBy: (holder) => (holder === 'store' ? held : []),
  };
  const needed = new NeededGrants({
    service: { tableGrants },
    clock,
    holder: 'store',
    keyArnOf: (tableId) => tables[tableId],
  });
  return { needed, clock, retired, refuse };
}

test('a grant stays while its table is under its key, and no other does', async () => {
  const other = `${keyArn}2`;
  const { needed, retired } = keeper([grantOf('a'), grantOf('a', other), grantOf('b')], { a: keyArn });
  await needed.retireOthers();
  expect(retired).toEqual([
    `dynamodb.amazonaws.com ${region} a on ${other}`,
    `dynamodb.amazonaws.com ${region} b on ${keyArn}`,
  ]);
});

test('a grant that was just asked for stays until its table is known, or never came', async () => {
  const { needed, clock, retired } = keeper([grantOf('a'), grantOf('b')], {});
  needed.note('a');
  needed.note('b');
  await needed.retireOthers();
  expect(retired).toEqual([]);
  needed.forget('a');
  await needed.retireOthers();
  expect(retired).toHaveLength(1);
  await clock.advance(grantUseMs);
  await needed.retireOthers();
  expect(retired.at(-1)).toContain('b on');
});

test('a grant that cannot be given back keeps no other one', async () => {
  const { needed, retired, refuse } = keeper([grantOf('a'), grantOf('b')], {});
  refuse('a');
  await expect(needed.retireOthers()).rejects.toThrow('refused');
  expect(retired).toEqual([`dynamodb.amazonaws.com ${region} b on ${keyArn}`]);
});

test('a service without grants has none to give back', async () => {
  const needed = new NeededGrants({
    service: {},
    clock: new VirtualClock(),
    holder: 'store',
    keyArnOf: () => undefined,
  });
  await expect(needed.retireOthers()).resolves.toBeUndefined();
});
