/** Builds the table and the buffers of a PageBatch from a list of pages, with room between them that must stay as it is. */
import { type PageBatch, sealedPageOverheadBytes } from '../../src/crypto/core.ts';

export interface PagePlan {
  readonly input: Uint8Array;
  readonly aad?: Uint8Array;
  /** Bytes left free before the page's input, output and associated data. */
  readonly inGap?: number;
  readonly outGap?: number;
  readonly aadGap?: number;
}

/** What nothing may have written to. */
export const untouched = 0xa5;

/** A batch that seals the inputs or opens them, by how much longer or shorter an output is than its input. */
export function batchOf(plans: readonly PagePlan[], growth: number): PageBatch {
  const pages = new Uint32Array(plans.length * 5);
  let [inAt, outAt, aadAt] = [0, 0, 0];
  for (const [index, { input, aad, inGap = 0, outGap = 0, aadGap = 0 }] of plans.entries()) {
    inAt += inGap;
    outAt += outGap;
    aadAt += aadGap;
    pages.set([inAt, input.length, outAt, aadAt, aad?.length ?? 0], index * 5);
    inAt += input.length;
    outAt += Math.max(0, input.length + growth);
    aadAt += aad?.length ?? 0;
  }
  const input = new Uint8Array(inAt);
  const aad = new Uint8Array(aadAt);
  for (const [index, plan] of plans.entries()) {
    input.set(plan.input, pages[index * 5]);
    if (plan.aad !== undefined) aad.set(plan.aad, pages[index * 5 + 3]);
  }
  return { input, output: new Uint8Array(outAt).fill(untouched), aad, pages };
}

export function sealBatch(plans: readonly PagePlan[]): PageBatch {
  return batchOf(plans, sealedPageOverheadBytes);
}

export function openBatch(plans: readonly PagePlan[]): PageBatch {
  return batchOf(plans, -sealedPageOverheadBytes);
}

/** The outputs of a batch, by page. */
export function outputsOf({ output, pages }: PageBatch, growth: number): Uint8Array[] {
  const outputs: Uint8Array[] = [];
  for (let at = 0; at < pages.length; at += 5) {
    const [, inBytes = 0, outAt = 0] = pages.subarray(at);
    outputs.push(output.subarray(outAt, outAt + inBytes + growth));
  }
  return outputs;
}

/** True where every byte between the outputs is as it was. */
export function gapsUntouched(batch: PageBatch, growth: number): boolean {
  const copy = Uint8Array.from(batch.output);
  for (const output of outputsOf({ ...batch, output: copy }, growth)) output.fill(untouched);
  return copy.every((byte) => byte === untouched);
}
