import { beforeEach, describe, expect, test } from 'vitest';
import { IntegrityFault, Outage, Refusal } from '../../../src/base/errors.ts';
import { decodeRefusal } from '../../../src/server/peers/fault-codec.ts';
import { encodeJoin } from '../../../src/server/peers/join-codec.ts';
import { PeerAnswers } from '../../../src/server/peers/peer-answers.ts';
import { decodePullAnswer, encodePull } from '../../../src/server/peers/pull-codec.ts';
import {
  askedOptions,
  FakeService,
  joinRequest,
  LinesLog,
  member,
  pullAnswer,
  pullRequest,
} from './support.ts';

const theirs = new Set(['us-east-1']);
const region = 'eu-west-1';
const pull = encodePull({ region, request: pullRequest });
const join = encodeJoin({ region, request: joinRequest });

let service: FakeService;
let log: LinesLog;
let answers: PeerAnswers;
beforeEach(() => {
  service = new FakeService();
  log = new LinesLog();
  answers = new PeerAnswers(askedOptions(), service, log);
});

test('what a peer may ask is asked of the service, and its answer sent', async () => {
  const { status, body } = await answers.answer('pull', pull, theirs);
  expect([status, decodePullAnswer(body)]).toEqual([200, pullAnswer]);
  expect(service.pulls).toEqual([{ region, request: pullRequest }]);
  expect(await answers.answer('join', join, theirs)).toMatchObject({ status: 200 });
  expect(service.joins).toEqual([{ region, request: joinRequest }]);
  expect(log.lines).toEqual([
    {
      region,
      account: '000000000000',
      table: 'notes',
      askedBy: 'arn:aws:iam::000000000000:user/ann',
      sentence: 'a peer had a replica made here',
    },
  ]);
});

describe('not asked of the service, and a line in the log, is', () => {
  const other = new Set(['ap-south-1']);
  const cases: readonly (readonly [string, number, () => ReturnType<PeerAnswers['answer']>])[] = [
    ['a pull for a region that is not the peer’s', 403, () => answers.answer('pull', pull, other)],
    ['a join of a group that the peer is no part of', 403, () => answers.answer('join', join, other)],
    [
      'a pull from a region of another process, which nobody is passed on to',
      403,
      () => answers.answer('pull', encodePull({ region: 'us-east-1', request: pullRequest }), theirs),
    ],
    [
      'a join in a region of another process',
      403,
      () => answers.answer('join', encodeJoin({ region: 'us-east-1', request: joinRequest }), theirs),
    ],
    ['what is no pull', 400, () => answers.answer('pull', join, theirs)],
    ['what is no join', 400, () => answers.answer('join', pull, theirs)],
    ['nothing', 400, () => answers.answer('pull', new Uint8Array(0), theirs)],
  ];
  for (const [title, status, ask] of cases) {
    test(title, async () => {
      expect(await ask()).toEqual({ status, body: new Uint8Array(0) });
      expect([service.pulls, service.joins]).toEqual([[], []]);
      expect(log.lines).toHaveLength(1);
    });
  }
});

test('a refusal is sent as it is', async () => {
  service.joined = () =>
    Promise.reject(new Refusal('TableInUse', { message: 'Table already exists: notes' }));
  const { status, body } = await answers.answer('join', join, theirs);
  expect([status, decodeRefusal(body).message]).toEqual([422, 'Table already exists: notes']);
});

/** R-LOG-1: what is ours is in our log, and nowhere else. */
test('of every other fault the peer learns nothing but that it may ask again', async () => {
  const faults = [new Outage('StoreFull'), new IntegrityFault({ page: 7 }), new Error('bug')];
  for (const fault of faults) {
    service.answer = () => Promise.reject(fault);
    expect(await answers.answer('pull', pull, theirs)).toEqual({ status: 503, body: new Uint8Array(0) });
  }
  expect(log.lines.map((line) => line.fault)).toEqual(['StoreFull', 'IntegrityFault', 'Error']);
});

test('a member of the group is enough for a join', async () => {
  const request = { ...joinRequest, members: [member] };
  expect(await answers.answer('join', encodeJoin({ region, request }), theirs)).toMatchObject({
    status: 200,
  });
});
