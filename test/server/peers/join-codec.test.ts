import { describe, expect, test } from 'vitest';
import { principalOf } from '../../../src/iam/principal.ts';
import type { JoinRequest } from '../../../src/lifecycle/replica-peer.ts';
import { decodeJoin, encodeJoin } from '../../../src/server/peers/join-codec.ts';
import { decodeFramed, encodeFramed } from '../../../src/server/peers/peer-message.ts';
import { WireFault } from '../../../src/server/peers/wire-fault.ts';
import { joinRequest } from './support.ts';

const region = 'eu-west-1';

const { stream: _, timeToLive: __, ...plain } = joinRequest;
const { throughput: ___, warmThroughput: ____, ...definition } = joinRequest.definition;
const onDemand: JoinRequest = {
  ...plain,
  definition: {
    ...definition,
    billingMode: 'PAY_PER_REQUEST',
    onDemandThroughput: { MaxReadRequestUnits: 5 },
    tags: [],
  },
  indexes: [],
  encryption: { kind: 'managed' },
};

test('a join comes back as it was', () => {
  for (const request of [joinRequest, onDemand, { ...onDemand, encryption: { kind: 'owned' } as const }]) {
    expect(decodeJoin(encodeJoin({ region, request }))).toEqual({ region, request });
  }
});

test('the policies of who asked stay where they bind', () => {
  const { arn, account } = joinRequest.caller;
  const identity = { principal: principalOf(arn, account), policies: [], facts: new Map() };
  const request = { ...joinRequest, caller: { arn, account, identity } };
  expect(decodeJoin(encodeJoin({ region, request })).request.caller).toEqual({ arn, account });
});

describe('refused is a join', () => {
  const { head } = decodeFramed(encodeJoin({ region, request: joinRequest }));
  const table = head.table as object;
  const cases: readonly (readonly [string, object])[] = [
    ['of no table', { table: undefined }],
    ['of a table that CreateTable would refuse', { table: { ...table, KeySchema: [] } }],
    ['of a table with a member of another type', { table: { ...table, Tags: 'none' } }],
    [
      'of a table of elsewhere',
      { table: { ...table, TableName: `arn:aws:dynamodb:us-east-1:000000000000:table/notes` } },
    ],
    ['of nobody', { caller: undefined }],
    ['of a caller with policies', { caller: { ...joinRequest.caller, identity: {} } }],
    ['with a time to live that is none', { timeToLive: { attribute: 1 } }],
    ['with more than this version knows', { more: 1 }],
  ];
  for (const [title, change] of cases) {
    test(title, () => expect(() => decodeJoin(encodeFramed({ ...head, ...change }))).toThrow(WireFault));
  }
});
