/** The lines between the regions of a lab: cut and mended by a test, as a network that parts them. */
import { Outage } from '../base/errors.ts';
import type { ReplicaPeer } from '../lifecycle/replica-peer.ts';

export class RegionLines {
  readonly #cut = new Set<string>();

  /** Neither hears of the other until `mend`. With one region alone, it is cut off from all. */
  cut(region: string, other?: string): void {
    this.#cut.add(other === undefined ? region : lineOf(region, other));
  }

  /** All of them. */
  mend(): void {
    this.#cut.clear();
  }

  /** For `OpenParts.between`. What was under way as a line was cut is lost on its way back. */
  readonly between = (peer: ReplicaPeer, from: string): ReplicaPeer => {
    const over = async <T>(call: () => Promise<T>): Promise<T> => {
      this.#requireLine(from, peer.region);
      const answer = await call();
      this.#requireLine(from, peer.region);
      return answer;
    };
    return {
      region: peer.region,
      ...(peer.isInProcess && { isInProcess: true }),
      join: (request) => over(() => peer.join(request)),
      pull: (request) => over(() => peer.pull(request)),
    };
  };

  #requireLine(from: string, to: string): void {
    if ([from, to, lineOf(from, to)].some((cut) => this.#cut.has(cut))) throw new Outage('PeerUnavailable');
  }
}

function lineOf(one: string, other: string): string {
  return [one, other].sort().join(' ');
}
