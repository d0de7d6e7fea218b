import { describe, expect, test } from 'vitest';
import type { GrantPrincipal, GrantRecord } from '../../../src/kms/embedded/grant.ts';
import { GrantIndex } from '../../../src/kms/embedded/grant-index.ts';

const ada: GrantPrincipal = { kind: 'arn', name: 'ada' };
const service: GrantPrincipal = { kind: 'service', name: 'ada' };

function grant(keyArn: string, grantId: string, retiree?: GrantPrincipal): GrantRecord {
  return {
    ...{ keyArn, grantId, name: '', grantee: ada, operations: ['Decrypt'], constraints: {} },
    ...{ issuingAccount: '1', createdMs: 0 },
    ...(retiree === undefined ? {} : { retiree }),
  };
}

const idsOf = (grants: Iterable<GrantRecord>) => [...grants].map(({ grantId }) => grantId).sort();

describe('an index of grants', () => {
  test('finds them by key and by whoever may retire them, and no others', () => {
    const index = new GrantIndex();
    for (const each of [
      grant('k', '1', ada),
      grant('k', '2', service),
      grant('l', '1', ada),
      grant('l', '3'),
    ]) {
      index.put(each);
    }
    expect([idsOf(index.of('k')), idsOf(index.of('l')), idsOf(index.of('m'))]).toEqual([
      ['1', '2'],
      ['1', '3'],
      [],
    ]);
    expect([...index.retirableBy(ada)].map(({ keyArn }) => keyArn)).toEqual(['k', 'l']);
    expect(idsOf(index.retirableBy(service))).toEqual(['2']);
    expect(idsOf(index.retirableBy({ kind: 'arn', name: 'eve' }))).toEqual([]);
    expect([index.countOf('k'), index.countOf('m')]).toEqual([2, 0]);
  });

  test('finds those that are held for a store', () => {
    const index = new GrantIndex();
    const held = { ...grant('k', '1', service), holder: 'one' };
    for (const each of [held, { ...grant('l', '2'), holder: 'other' }, grant('k', '3', ada)]) index.put(each);
    expect([idsOf(index.heldBy('one')), idsOf(index.heldBy('none'))]).toEqual([['1'], []]);
    index.remove(held);
    expect([idsOf(index.heldBy('one')), idsOf(index.retirableBy(service))]).toEqual([[], []]);
    expect(idsOf(index.heldBy('other'))).toEqual(['2']);
  });

  test('forgets what is removed or replaced, wherever it was found', () => {
    const index = new GrantIndex();
    index.put(grant('k', '1', ada));
    index.put(grant('k', '1', service));
    expect([idsOf(index.retirableBy(ada)), idsOf(index.retirableBy(service))]).toEqual([[], ['1']]);
    // By its names alone: another object of the same grant.
    index.remove(grant('k', '1', ada));
    index.remove(grant('k', '9'));
    expect([idsOf(index.of('k')), idsOf(index.retirableBy(service))]).toEqual([[], []]);
    expect(index.get('k', '1')).toBeUndefined();
  });
});
