/** Answers the questions of one peer: whatever it asks for is held against what the operator lets it be. */
import { loggedFault } from '../../api/wire-errors.ts';
import type { Log } from '../../base/log.ts';
import type { ReplicaService } from '../../lifecycle/replica-peer.ts';
import { encodeRefusal } from './fault-codec.ts';
import { decodeJoin } from './join-codec.ts';
import { encodeFramed, type PeerQuestion, peerStatus } from './peer-message.ts';
import type { PeerOptions } from './peer-options.ts';
import { decodePull, encodePullAnswer } from './pull-codec.ts';
import { WireFault } from './wire-fault.ts';

export interface PeerAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** The peer asks for what is not its own, or of whom is not here. */
class NotYours extends Error {
  override readonly name = 'NotYours';
}

const nothing = new Uint8Array(0);

export class PeerAnswers {
  readonly #options: PeerOptions;
  readonly #service: ReplicaService;
  readonly #log: Log;

  constructor(options: PeerOptions, service: ReplicaService, log: Log) {
    this.#options = options;
    this.#service = service;
    this.#log = log;
  }

  /** `theirs`: the regions of whoever asks. Never rejects. */
  async answer(question: PeerQuestion, body: Uint8Array, theirs: ReadonlySet<string>): Promise<PeerAnswer> {
    try {
      const done = question === 'join' ? this.#join(body, theirs) : this.#pull(body, theirs);
      return { status: peerStatus.done, body: await done };
    } catch (fault) {
      return this.#answerOf(fault, [...theirs]);
    }
  }

  async #join(body: Uint8Array, theirs: ReadonlySet<string>): Promise<Uint8Array> {
    const { region, request } = decodeJoin(body);
    this.#requireOurs(region);
    // The replica it is made from is one of theirs.
    if (!request.members.some((member) => theirs.has(member.region))) throw new NotYours();
    await this.#service.answerJoin(region, request);
    const { account, definition, caller } = request;
    const { name: table } = definition;
    // Nobody of this process asked for it.
    this.#log.info({ region, account, table, askedBy: caller.arn }, 'a peer had a replica made here');
    return encodeFramed({});
  }

  async #pull(body: Uint8Array, theirs: ReadonlySet<string>): Promise<Uint8Array> {
    const { region, request } = decodePull(body);
    this.#requireOurs(region);
    if (!theirs.has(request.puller)) throw new NotYours();
    return encodePullAnswer(await this.#service.answerPull(region, request));
  }

  /** Nothing is passed on to a third process. */
  #requireOurs(region: string): void {
    if (Object.hasOwn(this.#options.regions, region)) throw new NotYours();
  }

  #answerOf(fault: unknown, regions: readonly string[]): PeerAnswer {
    if (fault instanceof WireFault) {
      this.#log.warn({ regions, place: fault.place }, 'a peer sent what this version cannot read');
      return { status: peerStatus.unreadable, body: nothing };
    }
    if (fault instanceof NotYours) {
      this.#log.warn(
        { regions },
        'a peer asked for a region that is not its own, or not one of this process',
      );
      return { status: peerStatus.notYours, body: nothing };
    }
    const refusal = encodeRefusal(fault);
    if (refusal !== undefined) return { status: peerStatus.refused, body: refusal };
    this.#log.error({ regions, ...loggedFault(fault) }, 'a peer could not be answered');
    return { status: peerStatus.unavailable, body: nothing };
  }
}
