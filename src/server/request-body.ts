/** Reads the body of an HTTP request, up to a limit and no further. */
import type { IncomingMessage } from 'node:http';

/** `gone`: its sender went away before it was complete. */
export type RequestBody = Uint8Array | 'too large' | 'gone';

/** What is over the limit stays unread, where its length is told before it comes. Never rejects. */
export function readBody(message: IncomingMessage, bytesMax: number): Promise<RequestBody> {
  // The parser has refused whatever is not a number.
  if (Number(message.headers['content-length'] ?? 0) > bytesMax) return Promise.resolve('too large');
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    const end = (body: RequestBody) => {
      message.off('data', take);
      resolve(body);
    };
    const take = (piece: Uint8Array) => {
      bytes += piece.length;
      if (bytes > bytesMax) end('too large');
      else pieces.push(piece);
    };
    message.on('data', take);
    message.once('end', () => end(joined(pieces, bytes)));
    message.once('close', () => end('gone'));
    message.once('error', () => end('gone'));
  });
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const [first = new Uint8Array(0)] = pieces;
  return pieces.length <= 1 ? first : Buffer.concat(pieces, bytes);
}
