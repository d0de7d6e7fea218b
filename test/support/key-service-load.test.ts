import { expect, test } from 'vitest';
import { Site } from '../sdk/way.ts';
import { inProcessCall, type JsonCall } from './json-call.ts';
import { keyService } from './key-service-load.ts';
import { Ledger } from './ledger.ts';

/** Writes until there are so many acknowledgements, opens again what was closed, and reads. */
async function loaded(writes: number, spoil: (call: JsonCall) => Promise<unknown>) {
  const site = await Site.open('in process');
  try {
    const call: JsonCall = (operation, input) => inProcessCall(site.database)(operation, input);
    const path = await keyService.prepare(call);
    const ledger = new Ledger();
    ledger.settle(await path.read(call));
    await path.load({ call, ledger, seed: 1, isOver: () => ledger.acknowledged >= writes });
    await spoil(call);
    await site.restart();
    return ledger.contradictions(await path.read(call));
  } finally {
    await site.end();
  }
}

test('all that the load wrote is there when the store is opened again', async () => {
  expect(await loaded(150, async () => {})).toEqual([]);
});

test('a grant too many is found', async () => {
  const spoiled = await loaded(20, async (call) => {
    const { Keys } = await call('ListKeys', {});
    const input = {
      GranteePrincipal: 'arn:aws:iam::123456789012:root',
      Operations: ['Encrypt'],
      Name: 'extra',
    };
    for (const { KeyArn } of Keys) await call('CreateGrant', { KeyId: KeyArn, ...input });
  });
  expect(spoiled).toEqual(['grant extra is there and must be gone']);
});
