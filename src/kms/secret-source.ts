/** A secret that an operator hands over: in itself, or as a file that is read each time it is needed. */
import { open } from 'node:fs/promises';

export type SecretSource = string | { readonly file: string };

const secretBytesMax = 8192;

/** Without the spaces and line ends around it; undefined where nothing is left. Rejects with the system's error. */
export async function readSecret(source: SecretSource): Promise<string | undefined> {
  const text = (typeof source === 'string' ? source : await readBounded(source.file)).trim();
  return text === '' ? undefined : text;
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path, 'r');
  // Not from the shared pool, so that it can be wiped.
  const bytes = Buffer.allocUnsafeSlow(secretBytesMax);
  try {
    const { bytesRead } = await file.read(bytes, 0, secretBytesMax, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    bytes.fill(0);
    await file.close();
  }
}
