/** Writes counts, texts and byte strings one after another into a buffer that grows. */

/** One is enough for everyone, since encoding never waits. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafeSlow(64 * 1024);
  private at = 0;

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }

  /** Forgets what was written before. */
  begin(): void {
    this.at = 0;
  }

  finish(): Uint8Array {
    return new Uint8Array(this.buffer.subarray(0, this.at));
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.at++] = value;
  }

  /** Any safe integer from zero: division, since shifts stop at 32 bits. */
  count(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest > 127) {
      this.buffer[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.at++] = rest;
  }

  /** Zigzag: small either way of zero is short. */
  integer(value: number): void {
    this.count(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** Writes a short text of ASCII alone, for which a call into the runtime would cost more than the loop. */
  private ascii(text: string): boolean {
    const start = this.at + 1;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      this.buffer[start + i] = code;
    }
    this.buffer[this.at] = text.length;
    this.at = start + text.length;
    return true;
  }

  text(text: string): void {
    // Few characters surely take a one-byte length, which is filled in after writing: no measuring pass.
    if (text.length * 3 < 128) {
      this.reserve(1 + text.length * 3);
      if (this.ascii(text)) return;
      const written = this.buffer.write(text, this.at + 1, 'utf8');
      this.buffer[this.at] = written;
      this.at += 1 + written;
      return;
    }
    const bytes = Buffer.byteLength(text);
    this.count(bytes);
    this.reserve(bytes);
    // As many bytes as characters is ASCII, which is copied and not converted.
    this.at += this.buffer.write(text, this.at, bytes === text.length ? 'latin1' : 'utf8');
  }

  bytes(bytes: Uint8Array): void {
    this.count(bytes.length);
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** What `write` writes, with its length in front. */
  measured(write: () => void): void {
    this.reserve(4);
    const start = this.at;
    this.at += 4;
    write();
    this.buffer.writeUInt32LE(this.at - start - 4, start);
  }
}
