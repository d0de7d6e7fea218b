/** What is wrong with bytes that came from another process: said by place, never by content. */

/** A message is not what a peer of this version sends. */
export class WireFault extends Error {
  override readonly name = 'WireFault';
  /** Names of members, as `members.2.stamp`. */
  readonly place: string;

  constructor(place: string) {
    super(`A message of a peer is wrong at ${place === '' ? 'its beginning' : place}.`);
    this.place = place;
  }
}
