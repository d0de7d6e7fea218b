/** What a load knows of what it wrote, acknowledged or not, and so what may be found after a crash. */

/** A thing's whole content in one word; undefined: it is not there. */
export type Content = string | undefined;

interface Write {
  readonly content: Content;
  readonly sentAt: number;
  /** Undefined until it is. */
  acknowledgedAt: number | undefined;
}

export class Ledger {
  readonly #writes = new Map<string, Write[]>();
  readonly #now: () => number;
  acknowledged = 0;

  /** `now` tells how far a recording has come, where a crash may be tried at any point of it. */
  constructor(now: () => number = () => 0) {
    this.#now = now;
  }

  /** Sends one write; rejects as it does: then nobody knows. One write at a time of one thing. */
  async write(id: string, content: Content, send: () => Promise<unknown>): Promise<void> {
    await this.writeAll(new Map([[id, content]]), send);
  }

  /** One request that writes many things. */
  async writeAll(contents: ReadonlyMap<string, Content>, send: () => Promise<unknown>): Promise<void> {
    const sentAt = this.#now();
    const writes = [...contents].map(([id, content]) => {
      const write: Write = { content, sentAt, acknowledgedAt: undefined };
      this.#of(id).push(write);
      return write;
    });
    await send();
    const acknowledgedAt = this.#now();
    for (const write of writes) write.acknowledgedAt = acknowledgedAt;
    this.acknowledged += writes.length;
  }

  /** When the first acknowledgement came. */
  get firstAcknowledgedAt(): number {
    const times = [...this.#writes.values()].flatMap((writes) =>
      writes.map((write) => write.acknowledgedAt ?? Infinity),
    );
    return Math.min(...times);
  }

  /** The content that was sent last, acknowledged or not. */
  last(id: string): Content {
    return this.#writes.get(id)?.at(-1)?.content;
  }

  /** Each thing that is not as it may be after a crash at that point: lost, half done, or never sent. */
  contradictions(found: ReadonlyMap<string, string>, at = Infinity): readonly string[] {
    const ids = new Set([...this.#writes.keys(), ...found.keys()]);
    return [...ids].flatMap((id) => {
      const possible = this.#possible(id, at);
      const content = found.get(id);
      if (possible.includes(content)) return [];
      return [
        `${id} is ${content ?? 'gone'} and must be ${possible.map((one) => one ?? 'gone').join(' or ')}`,
      ];
    });
  }

  /** Takes what was found after a crash for certain: a second crash must not change it. */
  settle(found: ReadonlyMap<string, string>): void {
    const at = this.#now();
    for (const id of new Set([...this.#writes.keys(), ...found.keys()])) {
      this.#writes.set(id, [{ content: found.get(id), sentAt: at, acknowledgedAt: at }]);
    }
  }

  #possible(id: string, at: number): readonly Content[] {
    const sent = (this.#writes.get(id) ?? []).filter((write) => write.sentAt <= at);
    const certain = sent.findLastIndex(
      ({ acknowledgedAt }) => acknowledgedAt !== undefined && acknowledgedAt <= at,
    );
    const contents = sent.slice(Math.max(certain, 0)).map(({ content }) => content);
    return certain < 0 ? [undefined, ...contents] : contents;
  }

  #of(id: string): Write[] {
    const known = this.#writes.get(id);
    if (known !== undefined) return known;
    const writes: Write[] = [];
    this.#writes.set(id, writes);
    return writes;
  }
}
