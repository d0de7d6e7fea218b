/** The regions of other processes, as replication asks them. */
import type { Clock } from '../../base/clock.ts';
import type { ReplicaPeer } from '../../lifecycle/replica-peer.ts';
import { encodeJoin } from './join-codec.ts';
import { PeerClient } from './peer-client.ts';
import { type PeerOptions, requirePeerOptions, secureContextOf } from './peer-options.ts';
import { decodePullAnswer, encodePull } from './pull-codec.ts';

export interface ConnectedPeers {
  /** One a region. */
  readonly peers: readonly ReplicaPeer[];
  close(): void;
}

/** Connects to nobody until something is asked. Throws a TypeError for options that are wrong. */
export function connectPeers({
  peers: options,
  clock,
}: {
  readonly peers: PeerOptions;
  readonly clock: Clock;
}): ConnectedPeers {
  requirePeerOptions(options);
  const secureContext = secureContextOf(options);
  const clients = new Map<string, PeerClient>();
  const peers = Object.entries(options.regions).map(([region, place]) => {
    // Regions of one process share its connections.
    const id = JSON.stringify([place.url, place.name]);
    const client = clients.get(id) ?? new PeerClient({ place, secureContext, clock });
    clients.set(id, client);
    return httpsPeer(region, client);
  });
  return {
    peers,
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}

function httpsPeer(region: string, client: PeerClient): ReplicaPeer {
  return {
    region,
    join: (request) => client.ask('join', encodeJoin({ region, request }), () => undefined),
    pull: (request) => client.ask('pull', encodePull({ region, request }), decodePullAnswer),
  };
}
