import { expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { RegionLines } from '../../src/lab/region-lines.ts';
import type { PullRequest, ReplicaPeer } from '../../src/lifecycle/replica-peer.ts';

function peerIn(region: string, during = () => {}): ReplicaPeer {
  return {
    region,
    isInProcess: true,
    join: async () => {},
    pull: async () => {
      during();
      return { members: [] };
    },
  };
}

const request = {} as PullRequest;

test('a line that is cut lets nothing through, in either direction, until it is mended', async () => {
  const lines = new RegionLines();
  const asked = (from: string, to: string) => lines.between(peerIn(to), from).pull(request);
  expect(lines.between(peerIn('b'), 'a')).toMatchObject({ region: 'b', isInProcess: true });
  lines.cut('a', 'b');
  await expect(asked('a', 'b')).rejects.toThrow(Outage);
  await expect(asked('b', 'a')).rejects.toThrow(Outage);
  expect(await asked('a', 'c')).toEqual({ members: [] });
  lines.cut('c');
  await expect(asked('a', 'c')).rejects.toThrow(Outage);
  await expect(asked('c', 'b')).rejects.toThrow(Outage);
  lines.mend();
  for (const to of ['b', 'c']) expect(await asked('a', to)).toEqual({ members: [] });
});

test('what was asked before the cut is done, but no answer comes back', async () => {
  const lines = new RegionLines();
  let isDone = false;
  const peer = peerIn('b', () => {
    isDone = true;
    lines.cut('a', 'b');
  });
  await expect(lines.between(peer, 'a').pull(request)).rejects.toThrow(Outage);
  expect(isDone).toBe(true);
});
