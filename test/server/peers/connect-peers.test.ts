import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { Refusal } from '../../../src/base/errors.ts';
import { connectPeers } from '../../../src/server/peers/connect-peers.ts';
import type { PeerOptions } from '../../../src/server/peers/peer-options.ts';
import { TestAuthority } from '../../support/certificates.ts';
import {
  asked,
  askedOptions,
  asking,
  askingOptions,
  joinRequest,
  names,
  openPair,
  type Pair,
  type PairOptions,
  pullAnswer,
  pullRequest,
  signedFor,
} from './support.ts';

const opened: Pair[] = [];
afterEach(async () => {
  for (const pair of opened.splice(0)) await pair.close();
});
async function paired(options?: PairOptions): Promise<Pair> {
  const pair = await openPair(options);
  opened.push(pair);
  return pair;
}

test('what is asked of a peer is asked of the service of its region, over mutual TLS', async () => {
  const { peer, service } = await paired();
  expect(peer.region).toBe('eu-west-1');
  expect(await peer.pull(pullRequest)).toEqual(pullAnswer);
  await peer.join(joinRequest);
  expect(service.pulls).toEqual([{ region: 'eu-west-1', request: pullRequest }]);
  expect(service.joins).toEqual([{ region: 'eu-west-1', request: joinRequest }]);
});

test('what the peer refuses is refused in its words', async () => {
  const { peer, service } = await paired();
  const refusal = new Refusal('TableKeyRefused', { message: 'KMS key disabled error', denied: false });
  service.joined = () => Promise.reject(refusal);
  await expect(peer.join(joinRequest)).rejects.toThrow(refusal);
});

describe('nothing is asked of one who is not the configured peer:', () => {
  const foreign = new TestAuthority().sign({ names: [names.asked] });
  const cases: readonly (readonly [string, PairOptions])[] = [
    ['another authority', { asked: { ...askedOptions(), ...foreign } }],
    ['another name', { asked: { ...askedOptions(), ...signedFor({ names: ['other.test'] }) } }],
    ['a name with a star', { asked: { ...askedOptions(), ...signedFor({ names: ['*.test'] }) } }],
    ['an expired certificate', { asked: askedOptions(signedFor({ names: [names.asked], toSeconds: -1 })) }],
    ['its own certificate, sent back', { asked: askedOptions(asking) }],
  ];
  for (const [title, options] of cases) {
    test(title, async () => {
      const { peer, service } = await paired(options);
      await expect(peer.pull(pullRequest)).rejects.toMatchObject({ code: 'PeerUnavailable' });
      expect(service.pulls).toEqual([]);
    });
  }
});

test('a peer that does not know us does not answer', async () => {
  const { peer, service } = await paired({ asked: askedOptions(asked, 'third.test') });
  await expect(peer.pull(pullRequest)).rejects.toMatchObject({ code: 'PeerUnavailable' });
  expect(service.pulls).toEqual([]);
});

test('regions of one process share its connections, others have their own', async () => {
  const { server, service } = await paired({
    asked: {
      ...askedOptions(),
      regions: { 'us-east-1': { url: 'https://127.0.0.1:1', name: names.asking } },
    },
  });
  const place = { url: `https://127.0.0.1:${server.port}`, name: names.asked };
  const peers: PeerOptions = {
    ...askingOptions(server.port),
    regions: { 'eu-west-1': place, 'eu-west-2': place },
  };
  const connected = connectPeers({ peers, clock: systemClock });
  for (const peer of connected.peers) await peer.pull(pullRequest);
  expect(service.pulls.map(({ region }) => region)).toEqual(['eu-west-1', 'eu-west-2']);
  connected.close();
  await expect(connected.peers[0]?.pull(pullRequest)).rejects.toMatchObject({ code: 'Closed' });
});

test('wrong options are told at once', () => {
  expect(() => connectPeers({ peers: { ...askingOptions(1), key: asked.key }, clock: systemClock })).toThrow(
    /^peers: /,
  );
});
