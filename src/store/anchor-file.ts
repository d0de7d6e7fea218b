/** An anchor in a file of its own, always a whole one: a crash leaves the one before. */
import { open, readFile, rename } from 'node:fs/promises';
import { IntegrityFault } from '../base/errors.ts';

/** Where anchors are kept, sealed. Only the last one written is of use, and an older one does no harm. */
export interface AnchorPlace {
  read(): Promise<Uint8Array | undefined>;
  /** Resolves once durable. */
  write(sealed: Uint8Array): Promise<void>;
}

/** Some 60 bytes for each of the trees there can be. */
const anchorBytesMax = 128 * 2 ** 20;

export function anchorFile(path: string): AnchorPlace {
  return {
    async read() {
      try {
        const sealed = await readFile(path);
        if (sealed.length > anchorBytesMax) throw new IntegrityFault({ record: 'anchor' });
        return sealed;
      } catch (fault) {
        if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return undefined;
        throw fault;
      }
    },
    async write(sealed) {
      const unfinished = `${path}.new`;
      const file = await open(unfinished, 'w', 0o600);
      try {
        await file.writeFile(sealed);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
    },
  };
}
