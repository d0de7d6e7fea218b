/** Replication between the regions of a store, and with those of other processes: started, and closed in the right order. */
import type { Closing } from './closing.ts';
import { Replication, type ReplicationOptions } from './lifecycle/replication.ts';
import { connectPeers } from './server/peers/connect-peers.ts';
import type { PeerOptions } from './server/peers/peer-options.ts';
import { servePeers } from './server/peers/serve-peers.ts';

export interface OpenReplicasOptions extends Omit<ReplicationOptions, 'remote'> {
  /** Without them, every region is one of this process. */
  readonly peers: PeerOptions | undefined;
}

/** Throws a TypeError for peers that are configured wrongly, and the system's error where they cannot be listened to. */
export async function openReplicas(
  { peers, ...options }: OpenReplicasOptions,
  closing: Closing,
): Promise<Replication> {
  const { clock, log } = options;
  const connected = peers && connectPeers({ peers, clock });
  const remote = connected?.peers ?? [];
  const replication = closing.add(new Replication({ ...options, remote }), async (started) => {
    const stopped = started.stop();
    // A peer that does not answer would be waited for.
    connected?.close();
    await stopped;
  });
  await replication.start();
  if (peers?.listen !== undefined) {
    const { service } = replication;
    closing.add(await servePeers({ peers, service, clock, log }), (opened) => opened.close());
  }
  return replication;
}
