/** For what goes on in the background of a store that a load is writing to. */

/** Asks again and again: whoever kills the process ends this too. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}
