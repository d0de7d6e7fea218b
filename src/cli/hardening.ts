/** Servers hold keys: their memory is kept out of core dumps and from debuggers, unless their operator wants to look into it. */
import type { Command } from 'commander';
import { hardenProcess, type Log } from '../index.ts';

export interface HardeningOptions {
  readonly allowCoreDumps?: true;
}

export function withHardeningOption(command: Command): Command {
  return command.option(
    '--allow-core-dumps',
    'let core dumps and debuggers see the memory of the server, with the keys and items in it',
  );
}

/** Says so where it cannot be done. */
export function harden({ allowCoreDumps }: HardeningOptions, log: Log, act = hardenProcess): void {
  if (allowCoreDumps === true || act()) return;
  log.warn({}, 'Here, core dumps and debuggers of the same user can see the memory of this process.');
}
