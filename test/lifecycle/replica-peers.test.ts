import { expect, test } from 'vitest';
import type { ReplicaPeer, ReplicaService } from '../../src/lifecycle/replica-peer.ts';
import { ReplicaPeers } from '../../src/lifecycle/replica-peers.ts';

const remote: ReplicaPeer = {
  region: 'sa-east-1',
  join: async () => {},
  pull: async () => ({ members: [] }),
};

function peersWith(asked: string[]) {
  const service: ReplicaService = {
    answerJoin: async (region) => void asked.push(`join ${region}`),
    answerPull: async (region) => {
      asked.push(`pull ${region}`);
      return { members: [] };
    },
  };
  return new ReplicaPeers({ service: () => service, remote: [remote] });
}

test('a region is served here unless the configuration names the process that serves it', async () => {
  const asked: string[] = [];
  const peers = peersWith(asked);
  expect(peers.find('sa-east-1', 'us-east-1')).toBe(remote);
  expect([peers.isHere('sa-east-1'), peers.isHere('eu-west-1')]).toEqual([false, true]);
  const here = peers.find('eu-west-1', 'us-east-1');
  expect(here?.isInProcess).toBe(true);
  await here?.join({} as Parameters<ReplicaPeer['join']>[0]);
  await here?.pull({} as Parameters<ReplicaPeer['pull']>[0]);
  expect(asked).toEqual(['join eu-west-1', 'pull eu-west-1']);
});

test('what cannot be the name of a region is none (R-SSRF-1)', () => {
  const peers = peersWith([]);
  for (const name of ['', 'EU', 'http://evil.example', '1-west', '../etc', 'a', `a${'b'.repeat(32)}`]) {
    expect(peers.find(name, 'us-east-1')).toBeUndefined();
    expect(peers.isHere(name)).toBe(false);
  }
});
