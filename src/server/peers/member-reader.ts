/** Reads the JSON of a peer into exact types: whatever is missing, too much, or of another kind is a WireFault. */
import { WireFault } from './wire-fault.ts';

export const accountForm = /^\d{12}$/;

type Json = Readonly<Record<string, unknown>>;

/** The members of one object, each asked for by name; `end` refuses those that nobody asked for. */
export class MemberReader {
  readonly #members: Json;
  readonly #place: string;
  readonly #asked = new Set<string>();

  constructor(value: unknown, place = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new WireFault(place);
    this.#members = value as Json;
    this.#place = place;
  }

  /** A member is as absent where it is null as where it is not there. */
  has(name: string): boolean {
    this.#asked.add(name);
    const value = Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
    return value !== undefined && value !== null;
  }

  text(name: string, { max = 256, form }: { readonly max?: number; readonly form?: RegExp } = {}): string {
    const value = this.#value(name);
    const isText =
      typeof value === 'string' && value.length <= max && (form === undefined || form.test(value));
    return isText ? value : this.#wrong(name);
  }

  oneOf<const Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.#value(name);
    return words.find((word) => word === value) ?? this.#wrong(name);
  }

  /** A whole number from zero on that a double holds exactly. */
  count(name: string): number {
    const value = this.#value(name);
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : this.#wrong(name);
  }

  /** A time in milliseconds since 1970: what was measured has fractions. */
  moment(name: string): number {
    const value = this.#value(name);
    const isMoment = typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
    return isMoment ? value : this.#wrong(name);
  }

  flag(name: string): boolean {
    const value = this.#value(name);
    return typeof value === 'boolean' ? value : this.#wrong(name);
  }

  /** Base64, as encodeBody writes it. */
  bytes(name: string, bytesMax: number): Uint8Array {
    const text = this.text(name, { max: Math.ceil(bytesMax / 3) * 4 });
    const bytes = Buffer.from(text, 'base64');
    const isExact = bytes.length <= bytesMax && bytes.toString('base64') === text;
    return isExact ? new Uint8Array(bytes) : this.#wrong(name);
  }

  object(name: string): MemberReader {
    return new MemberReader(this.#value(name), this.#placeOf(name));
  }

  /** As it is, for a reader of its own. */
  whole(name: string): Json {
    const value = this.#value(name);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Json) : this.#wrong(name);
  }

  objects<T>(name: string, countMax: number, read: (reader: MemberReader) => T): readonly T[] {
    const value = this.#value(name);
    if (!Array.isArray(value) || value.length > countMax) return this.#wrong(name);
    return value.map((element: unknown, index) => {
      const reader = new MemberReader(element, `${this.#placeOf(name)}.${index}`);
      const one = read(reader);
      reader.end();
      return one;
    });
  }

  /** A member that was not asked for means something that this version does not know. */
  end(): void {
    for (const name of Object.keys(this.#members)) {
      // A peer may say anything: its words are not repeated.
      if (!this.#asked.has(name)) throw new WireFault(this.#placeOf('a member of an unknown name'));
    }
  }

  #value(name: string): unknown {
    this.#asked.add(name);
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  #placeOf(name: string): string {
    return this.#place === '' ? name : `${this.#place}.${name}`;
  }

  #wrong(name: string): never {
    throw new WireFault(this.#placeOf(name));
  }
}
