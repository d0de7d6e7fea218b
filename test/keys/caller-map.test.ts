import { beforeEach, describe, expect, test } from 'vitest';
import { askerName, CallerMap, callersPerConnectionMax } from '../../src/keys/caller-map.ts';
import { boundCaller } from '../support/bound-caller.ts';
import { account, user } from '../support/embedded-kms.ts';
import { connect } from './support.ts';

describe('values by caller and connection', () => {
  let map: CallerMap<number>;
  const one = connect();
  const other = { ...connect(), id: one.id };

  beforeEach(() => {
    map = new CallerMap();
    map.set({ connection: one, arn: 'ada' }, 1);
    map.set({ connection: one, arn: 'bob' }, 2);
    map.set({ connection: other, arn: 'ada' }, 3);
  });

  const left = () => [map.get(one, 'ada'), map.get(one, 'bob'), map.get(other, 'ada')];

  test('are apart for each caller, and for each connection even of the same number', () => {
    expect(left()).toEqual([1, 2, 3]);
    expect(map.get(other, 'bob')).toBeUndefined();
    expect(map.get(connect(), 'ada')).toBeUndefined();
  });

  test('set again replace', () => {
    map.set({ connection: one, arn: 'ada' }, 4);
    expect(left()).toEqual([4, 2, 3]);
  });

  test('are deleted one by one', () => {
    map.delete({ connection: one, arn: 'ada' });
    map.delete({ connection: one, arn: 'eve' });
    map.delete({ connection: connect(), arn: 'ada' });
    expect(left()).toEqual([undefined, 2, 3]);
  });

  test('of a connection go together, and it tells whether there were any', () => {
    expect(map.deleteConnection(one)).toBe(true);
    expect(map.deleteConnection(one)).toBe(false);
    expect(left()).toEqual([undefined, undefined, 3]);
  });

  test('are gone with their last caller', () => {
    map.delete({ connection: other, arn: 'ada' });
    expect(map.deleteConnection(other)).toBe(false);
  });

  test('stay where they are wanted', () => {
    map.retain((value) => value === 2);
    expect(left()).toEqual([undefined, 2, undefined]);
    expect(map.deleteConnection(other)).toBe(false);
  });

  test('are all gone after clear', () => {
    map.clear();
    expect(left()).toEqual([undefined, undefined, undefined]);
  });

  test('are bounded for a connection: the one set longest ago makes room', () => {
    for (let i = 2; i < callersPerConnectionMax; i++) map.set({ connection: one, arn: `user ${i}` }, i);
    expect(left()).toEqual([1, 2, 3]);
    map.set({ connection: one, arn: 'ada' }, 5);
    map.set({ connection: one, arn: 'one more' }, 6);
    expect(left()).toEqual([5, undefined, 3]);
    expect(map.get(one, 'one more')).toBe(6);
  });
});

test('sessions of one name are told apart by their credentials, where policies bind them (R-POL-1)', () => {
  const session = boundCaller(`arn:aws:sts::${account}:assumed-role/reader/monday`, []);
  const names = ['ASIA1', 'ASIA2'].map((accessKeyId) => askerName({ ...session, accessKeyId }));
  expect(names[0]).not.toBe(names[1]);
  expect(askerName(session)).toBe(session.arn);
  // Nothing binds whoever is trusted: one right is as good as the other.
  expect(askerName({ ...user, accessKeyId: 'AKIA1' })).toBe(user.arn);
});
