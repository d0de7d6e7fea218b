/** Opened pages in memory, within a byte bound: frames made once and used again, second chance for what is read. */
import { AssertionFault, assert } from '../base/errors.ts';
import { plainPageBytes } from './layout.ts';

/** Memory for one opened page. Its bytes change hands; the frame stays. */
export interface Frame {
  owner: CachedPages | undefined;
  id: number;
  bytes: Uint8Array;
  /** Read since the clock's hand last passed. */
  used: boolean;
  /** The step that works with these bytes now. */
  heldIn: number;
}

/** The cached pages of one tree by their id. */
export type CachedPages = Map<number, Frame>;

const slabFrames = 64;
/** A path through a tree, its neighbours and what is read ahead must fit at once. */
const framesMin = 64;

/** Buffers for pages, cut from slabs and used again. A returned buffer is wiped. */
export class PageBuffers {
  readonly #free: Uint8Array[] = [];

  take(): Uint8Array {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const slab = new ArrayBuffer(slabFrames * plainPageBytes);
    for (let i = slabFrames - 1; i > 0; i--) {
      this.#free.push(new Uint8Array(slab, i * plainPageBytes, plainPageBytes));
    }
    return new Uint8Array(slab, 0, plainPageBytes);
  }

  giveBack(bytes: Uint8Array): void {
    bytes.fill(0);
    this.#free.push(bytes);
  }
}

export class PageCache {
  readonly buffers = new PageBuffers();
  readonly framesMax: number;
  readonly #frames: Frame[] = [];
  readonly #unused: Frame[] = [];
  #hand = 0;
  #step = 0;

  /** `cacheBytes` bounds what is kept between operations; a running commit has its own bound. */
  constructor(cacheBytes: number) {
    this.framesMax = Math.max(framesMin, Math.floor(cacheBytes / plainPageBytes));
  }

  get cachedBytes(): number {
    return (this.#frames.length - this.#unused.length) * plainPageBytes;
  }

  /** Begins a step: a stretch of synchronous work, in which no frame that it has asked for is taken away. */
  beginStep(): void {
    this.#step++;
  }

  get(pages: CachedPages, id: number): Uint8Array | undefined {
    const frame = pages.get(id);
    if (frame === undefined) return undefined;
    frame.used = true;
    frame.heldIn = this.#step;
    return frame.bytes;
  }

  /** A frame's bytes for a page that is not cached, to be filled at once. */
  add(pages: CachedPages, id: number): Uint8Array {
    assert(!pages.has(id), 'a page is cached once');
    const frame = this.#unused.pop() ?? this.#newFrame() ?? this.#evicted();
    frame.owner = pages;
    frame.id = id;
    frame.used = false;
    frame.heldIn = this.#step;
    pages.set(id, frame);
    return frame.bytes;
  }

  /** Puts a page's next bytes in place, by taking the buffer itself; the old ones are wiped. */
  replace(pages: CachedPages, id: number, bytes: Uint8Array): void {
    if (!pages.has(id)) this.add(pages, id);
    const frame = pages.get(id);
    assert(frame !== undefined, 'a page that was added is there');
    this.buffers.giveBack(frame.bytes);
    frame.bytes = bytes;
    frame.used = true;
  }

  remove(pages: CachedPages, id: number): void {
    const frame = pages.get(id);
    if (frame === undefined) return;
    pages.delete(id);
    this.#retire(frame);
  }

  /** Wipes and drops every page of a tree at once. */
  evict(pages: CachedPages): void {
    for (const frame of pages.values()) this.#retire(frame);
    pages.clear();
  }

  #retire(frame: Frame): void {
    frame.bytes.fill(0);
    frame.owner = undefined;
    frame.used = false;
    this.#unused.push(frame);
  }

  #newFrame(): Frame | undefined {
    if (this.#frames.length >= this.framesMax) return undefined;
    const frame: Frame = { owner: undefined, id: 0, bytes: this.buffers.take(), used: false, heldIn: 0 };
    this.#frames.push(frame);
    return frame;
  }

  #evicted(): Frame {
    // Once around clears every mark; a second time around finds a frame unless all are held.
    for (let turns = 2 * this.#frames.length; turns >= 0; turns--) {
      const frame = this.#frames[this.#hand] as Frame;
      this.#hand = (this.#hand + 1) % this.#frames.length;
      if (frame.heldIn === this.#step) continue;
      if (frame.used) {
        frame.used = false;
        continue;
      }
      frame.owner?.delete(frame.id);
      return frame;
    }
    throw new AssertionFault('a step holds fewer frames than the cache has');
  }
}
