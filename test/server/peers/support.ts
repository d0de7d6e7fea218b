/** Peers on loopback, with certificates of one authority, and messages to send between them. */
import { systemClock } from '../../../src/base/clock.ts';
import type { Log } from '../../../src/base/log.ts';
import type {
  JoinRequest,
  PullAnswer,
  PullRequest,
  ReplicaPeer,
  ReplicaService,
} from '../../../src/lifecycle/replica-peer.ts';
import { connectPeers } from '../../../src/server/peers/connect-peers.ts';
import type { PeerOptions } from '../../../src/server/peers/peer-options.ts';
import { type PeerServer, servePeers } from '../../../src/server/peers/serve-peers.ts';
import type { AttributeValue, Item } from '../../../src/tables/attribute.ts';
import { encodeItem } from '../../../src/tables/item.ts';
import type { ReplicaMember } from '../../../src/tables/replication/replication-state.ts';
import { type Signed, type SignedFor, TestAuthority } from '../../support/certificates.ts';

export const authority = new TestAuthority();
/** The process of us-east-1 asks the one of eu-west-1. */
export const names = { asking: 'asking.test', asked: 'asked.test' } as const;
export const asking = authority.sign({ names: [names.asking] });
export const asked = authority.sign({ names: [names.asked] });

const account = '000000000000';

export const member: ReplicaMember = {
  region: 'us-east-1',
  state: 'ACTIVE',
  stamp: { ms: 1_700_000_000_000, count: 3, region: 'us-east-1' },
  encryption: 'customer',
  keyArn: `arn:aws:kms:us-east-1:${account}:key/1`,
  tableId: 'b7f1f8a2-0000-4000-8000-000000000000',
};
export const newcomer: ReplicaMember = {
  region: 'eu-west-1',
  state: 'CREATING',
  stamp: { ms: 1_700_000_000_001, count: 0, region: 'us-east-1' },
  encryption: 'customer',
  // Measured, and so with a fraction.
  sinceMs: 1_700_000_000_002.375,
  reason: 'none yet',
  askedBy: `arn:aws:iam::${account}:user/ann`,
};

export const pullRequest: PullRequest = {
  account,
  groupId: 'group-1',
  puller: 'us-east-1',
  position: { kind: 'copy', behind: Uint8Array.of(1, 0, 255), sequence: 7 },
  members: [member, newcomer],
};

/** One of each kind of value. */
const everything: Item = new Map<string, AttributeValue>([
  ['id', { S: 'é' }],
  ['long', { N: '12345678901234567890.5' }],
  ['small', { N: '-0.25' }],
  ['bytes', { B: Uint8Array.of(0, 255) }],
  ['strings', { SS: ['a', 'b'] }],
  ['numbers', { NS: ['1', '-7.5'] }],
  ['binaries', { BS: [Uint8Array.of(1)] }],
  ['list', { L: [{ NULL: true }, { BOOL: false }, { M: new Map([['in', { S: '' }]]) }] }],
]);

export const pullAnswer: PullAnswer = {
  members: [member],
  page: {
    changes: [
      {
        key: Uint8Array.of(1, 2),
        stamp: { ms: 5, count: 6, region: 'eu-west-1' },
        item: encodeItem(everything),
      },
      { key: Uint8Array.of(3), stamp: { ms: 8, count: 0, region: 'us-east-1' }, item: undefined },
      { key: Uint8Array.of(4), stamp: undefined, item: encodeItem(new Map([['n', { N: '-1.50' }]])) },
    ],
    position: { kind: 'follow', sequence: 2 ** 40 },
    isWhole: true,
    high: { ms: 9, count: 1, region: 'eu-west-1' },
  },
};

export const joinRequest: JoinRequest = {
  account,
  groupId: 'group-1',
  definition: {
    name: 'notes',
    keySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    attributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
    ],
    billingMode: 'PROVISIONED',
    throughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
    warmThroughput: { ReadUnitsPerSecond: 100 },
    tableClass: 'STANDARD_INFREQUENT_ACCESS',
    deletionProtection: false,
    tags: [{ Key: 'team', Value: 'ä' }],
  },
  indexes: [
    {
      kind: 'local',
      name: 'by-kind',
      keySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['text'] },
    },
    {
      kind: 'global',
      name: 'by-number',
      keySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
      projection: { ProjectionType: 'KEYS_ONLY' },
      throughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
      warmThroughput: { WriteUnitsPerSecond: 10 },
    },
  ],
  stream: 'NEW_AND_OLD_IMAGES',
  timeToLive: { attribute: 'until', isEnabled: true, changedAtMs: 1_700_000_000_000 },
  encryption: { kind: 'customer', keyId: 'mrk-1' },
  members: [member, newcomer],
  caller: { arn: `arn:aws:iam::${account}:user/ann`, account },
};

/** Answers what it was told to, and keeps what it was asked. */
export class FakeService implements ReplicaService {
  readonly joins: { region: string; request: JoinRequest }[] = [];
  readonly pulls: { region: string; request: PullRequest }[] = [];
  answer: () => Promise<PullAnswer> = async () => pullAnswer;
  joined: () => Promise<void> = async () => {};

  answerJoin(region: string, request: JoinRequest): Promise<void> {
    this.joins.push({ region, request });
    return this.joined();
  }

  answerPull(region: string, request: PullRequest): Promise<PullAnswer> {
    this.pulls.push({ region, request });
    return this.answer();
  }
}

/** The lines of a log, as objects. */
export class LinesLog implements Log {
  readonly lines: { readonly sentence: string; readonly [field: string]: unknown }[] = [];
  readonly info = (fields: object, sentence: string) => this.#add(fields, sentence);
  readonly warn = (fields: object, sentence: string) => this.#add(fields, sentence);
  readonly error = (fields: object, sentence: string) => this.#add(fields, sentence);

  #add(fields: object, sentence: string): void {
    this.lines.push({ ...fields, sentence });
  }
}

/** What the process of eu-west-1 is told. */
export function askedOptions(own: Signed = asked, other: string = names.asking): PeerOptions {
  return {
    ...own,
    authority: authority.certificate,
    listen: { host: '127.0.0.1', port: 0 },
    regions: { 'us-east-1': { url: 'https://127.0.0.1:1', name: other } },
  };
}

/** What the process of us-east-1 is told. */
export function askingOptions(port: number, own: Signed = asking, other: string = names.asked): PeerOptions {
  const url = `https://127.0.0.1:${port}`;
  return { ...own, authority: authority.certificate, regions: { 'eu-west-1': { url, name: other } } };
}

export interface Pair {
  readonly service: FakeService;
  readonly log: LinesLog;
  readonly server: PeerServer;
  readonly peer: ReplicaPeer;
  close(): Promise<void>;
}

export interface PairOptions {
  readonly asked?: PeerOptions;
  readonly asking?: (port: number) => PeerOptions;
}

export async function openPair(options: PairOptions = {}): Promise<Pair> {
  const service = new FakeService();
  const log = new LinesLog();
  const clock = systemClock;
  const server = await servePeers({ peers: options.asked ?? askedOptions(), service, clock, log });
  const connected = connectPeers({ peers: (options.asking ?? askingOptions)(server.port), clock });
  const [peer] = connected.peers;
  if (peer === undefined) throw new TypeError('there is one peer');
  return {
    service,
    log,
    server,
    peer,
    async close() {
      connected.close();
      await server.close();
    },
  };
}

export const signedFor = (wanted: SignedFor): Signed => authority.sign(wanted);
