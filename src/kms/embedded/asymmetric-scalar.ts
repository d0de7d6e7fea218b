/** Arithmetic modulo the order of a curve, on numbers that can be wiped and in a time that does not depend on them. */
import { assert } from '../../base/errors.ts';

/*
 * A number is limbs of 24 bits, the lowest first, in doubles: the sums below stay under 2^53 and are exact. Multiplication
 * is Montgomery's (Handbook of Applied Cryptography, 14.36): a·b/R modulo the order, R being 2^(24·limbs).
 */
const limbBits = 24;
const limbBase = 2 ** limbBits;

type Limbs = Float64Array<ArrayBuffer>;

export class ScalarField {
  readonly #order: Limbs;
  /** −1/order modulo 2^24. */
  readonly #inverseOfOrder: number;
  /** R² modulo the order: brings a number into Montgomery's form. */
  readonly #square: Limbs;
  readonly #orderMinus2: bigint;
  readonly bytes: number;

  /** `order` is an odd prime. */
  constructor(order: bigint) {
    const bits = order.toString(2).length;
    const count = Math.ceil((bits + 1) / limbBits);
    this.bytes = Math.ceil(bits / 8);
    this.#order = limbsOf(order, count);
    this.#square = limbsOf(2n ** BigInt(2 * limbBits * count) % order, count);
    this.#orderMinus2 = order - 2n;
    let inverse = 1n;
    // Newton's step doubles the bits that are right.
    for (let right = 1; right < limbBits; right *= 2) inverse *= 2n - order * inverse;
    this.#inverseOfOrder = Number(BigInt.asUintN(limbBits, -inverse));
  }

  /** (a + b·c)/d modulo the order; all big endian, of `bytes` bytes and below it. d is not zero. */
  sumOfProductOver(a: Uint8Array, b: Uint8Array, c: Uint8Array, d: Uint8Array): Buffer {
    const secrets: Limbs[] = [];
    const kept = (limbs: Limbs): Limbs => {
      secrets.push(limbs);
      return limbs;
    };
    try {
      const product = kept(this.#product(kept(this.#inForm(b)), kept(this.#read(c))));
      const sum = kept(this.#sum(product, kept(this.#read(a))));
      const inverse = kept(this.#inverse(kept(this.#inForm(d))));
      return this.#written(kept(this.#product(sum, inverse)));
    } finally {
      for (const limbs of secrets) limbs.fill(0);
    }
  }

  #inForm(bytes: Uint8Array): Limbs {
    const plain = this.#read(bytes);
    const formed = this.#product(plain, this.#square);
    plain.fill(0);
    return formed;
  }

  /** Of and in Montgomery's form: the power order − 2 (Fermat). The exponent is public. */
  #inverse(base: Limbs): Limbs {
    let power = base.slice();
    for (const bit of this.#orderMinus2.toString(2).slice(1)) {
      power = replaced(power, this.#product(power, power));
      if (bit === '1') power = replaced(power, this.#product(power, base));
    }
    return power;
  }

  #product(a: Limbs, b: Limbs): Limbs {
    const order = this.#order;
    const count = order.length;
    const sum = new Float64Array(count + 1);
    for (let i = 0; i < count; i++) {
      const factor = at(a, i);
      // What makes the lowest limb of the sum zero, so that it can be dropped.
      const lowest = low(at(sum, 0) + factor * at(b, 0));
      const multiple = low(lowest * this.#inverseOfOrder);
      let carry = 0;
      for (let j = 0; j < count; j++) {
        const limb = at(sum, j) + factor * at(b, j) + multiple * at(order, j) + carry;
        carry = Math.floor(limb / limbBase);
        if (j > 0) sum[j - 1] = limb - carry * limbBase;
      }
      const top = at(sum, count) + carry;
      sum[count - 1] = low(top);
      sum[count] = Math.floor(top / limbBase);
    }
    return this.#reduced(sum);
  }

  #sum(a: Limbs, b: Limbs): Limbs {
    const count = this.#order.length;
    const sum = new Float64Array(count + 1);
    let carry = 0;
    for (let i = 0; i < count; i++) {
      const limb = at(a, i) + at(b, i) + carry;
      carry = Math.floor(limb / limbBase);
      sum[i] = limb - carry * limbBase;
    }
    sum[count] = carry;
    return this.#reduced(sum);
  }

  /** Takes the order off once where the sum, below twice the order, reaches it. Wipes the sum. */
  #reduced(sum: Limbs): Limbs {
    const count = this.#order.length;
    const difference = new Float64Array(count);
    let borrow = 0;
    for (let i = 0; i < count; i++) {
      const limb = at(sum, i) - at(this.#order, i) - borrow;
      borrow = limb < 0 ? 1 : 0;
      difference[i] = limb + borrow * limbBase;
    }
    const keep = borrow > at(sum, count) ? 1 : 0;
    // Both are computed and mixed, so that which one it is does not show in a branch.
    for (let i = 0; i < count; i++) difference[i] = keep * at(sum, i) + (1 - keep) * at(difference, i);
    sum.fill(0);
    return difference;
  }

  #read(bytes: Uint8Array): Limbs {
    assert(bytes.length === this.bytes, 'a scalar has the length of the order');
    const limbs = new Float64Array(this.#order.length);
    for (const [index, byte] of bytes.entries()) {
      const place = bytes.length - 1 - index;
      limbs[Math.floor(place / 3)] = at(limbs, Math.floor(place / 3)) + byte * 2 ** (8 * (place % 3));
    }
    return limbs;
  }

  #written(limbs: Limbs): Buffer {
    const bytes = Buffer.alloc(this.bytes);
    for (const index of bytes.keys()) {
      const place = bytes.length - 1 - index;
      bytes[index] = Math.floor(at(limbs, Math.floor(place / 3)) / 2 ** (8 * (place % 3))) % 256;
    }
    return bytes;
  }
}

function replaced(old: Limbs, next: Limbs): Limbs {
  old.fill(0);
  return next;
}

function at(limbs: Limbs, index: number): number {
  return limbs[index] ?? 0;
}

function low(value: number): number {
  return value % limbBase;
}

function limbsOf(value: bigint, count: number): Limbs {
  const limbs = new Float64Array(count);
  for (const index of limbs.keys()) {
    limbs[index] = Number(BigInt.asUintN(limbBits, value >> BigInt(limbBits * index)));
  }
  return limbs;
}
