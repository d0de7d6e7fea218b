/** Every region that a table can be replicated to: those of this process, and those that its configuration names. */
import type { JoinRequest, PullAnswer, PullRequest, ReplicaPeer, ReplicaService } from './replica-peer.ts';

export const regionForm = /^[a-z][a-z0-9-]{1,31}$/;

export interface ReplicaPeersOptions {
  /** Answers for the regions of this process. */
  readonly service: () => ReplicaService;
  /** Regions that other processes serve. */
  readonly remote: readonly ReplicaPeer[];
  /** For the lab, which cuts lines: stands between a region of this process and another one. */
  readonly between?: ((peer: ReplicaPeer, from: string) => ReplicaPeer) | undefined;
}

export class ReplicaPeers {
  readonly #options: ReplicaPeersOptions;
  readonly #remote: ReadonlyMap<string, ReplicaPeer>;

  constructor(options: ReplicaPeersOptions) {
    this.#options = options;
    this.#remote = new Map(options.remote.map((peer) => [peer.region, peer]));
  }

  /** The other region, as one region sees it; undefined for what cannot be the name of one. */
  find(region: string, from: string): ReplicaPeer | undefined {
    const { service, between } = this.#options;
    const remote = this.#remote.get(region);
    if (remote === undefined && !regionForm.test(region)) return undefined;
    const peer = remote ?? new PeerHere(region, service());
    return between === undefined ? peer : between(peer, from);
  }

  /** True for a region that this process serves itself. */
  isHere(region: string): boolean {
    return !this.#remote.has(region) && regionForm.test(region);
  }
}

class PeerHere implements ReplicaPeer {
  readonly region: string;
  readonly isInProcess = true;
  readonly #service: ReplicaService;

  constructor(region: string, service: ReplicaService) {
    this.region = region;
    this.#service = service;
  }

  join(request: JoinRequest): Promise<void> {
    return this.#service.answerJoin(this.region, request);
  }

  pull(request: PullRequest): Promise<PullAnswer> {
    return this.#service.answerPull(this.region, request);
  }
}
