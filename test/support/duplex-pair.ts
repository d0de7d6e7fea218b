/** Two streams, each of which reads what the other writes: a pipe between processes, within one. */
import { Duplex, PassThrough } from 'node:stream';

export function duplexPair(): readonly [Duplex, Duplex] {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const one = Duplex.from({ writable: there, readable: back });
  const other = Duplex.from({ writable: back, readable: there });
  // As with a pipe: where one end goes, the other does.
  one.once('close', () => other.destroy());
  other.once('close', () => one.destroy());
  // What is cut off in the middle fails, and so would a test that listens to one end only.
  for (const end of [one, other]) end.on('error', () => {});
  return [one, other];
}
