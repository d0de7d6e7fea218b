/** `serve --virtual-clock`: time stands still until a test moves it over HTTP. */
import type { Command } from 'commander';
import { systemClock } from '../base/clock.ts';
import { type ClockServer, serveClock } from '../lab/clock-server.ts';
import { VirtualClock } from '../lab/virtual-clock.ts';
import { CommandFault, exitCodes, usageFault } from './exit-code.ts';
import { wholeNumber } from './option-parsers.ts';

export interface ServeClockOptions {
  readonly virtualClock?: number;
  readonly workers: number;
}

export interface ServedClock {
  readonly clock: VirtualClock;
  readonly server: ClockServer;
  /** What the start says of it. */
  readonly text: string;
}

export function withClockOption(command: Command): Command {
  return command.option(
    '--virtual-clock <port>',
    'for tests: time stands still, until POST /clock/advance {"by":"7d"} on this port moves it; 0 takes a free one',
    wholeNumber('--virtual-clock', 65_535),
  );
}

/** Undefined where the system's time is good enough. The clock begins at that time. Throws CommandFaults. */
export async function serveClockOf({
  virtualClock: port,
  workers,
}: ServeClockOptions): Promise<ServedClock | undefined> {
  if (port === undefined) return undefined;
  if (workers > 1) {
    throw usageFault('--virtual-clock goes with one process: --workers have no clock in common.');
  }
  const clock = new VirtualClock(systemClock.nowMs(), { patienceMs: 10_000 });
  try {
    const server = await serveClock(clock, port);
    return { clock, server, text: `  clock     virtual, http://${server.host}:${server.port}/clock\n` };
  } catch (cause) {
    const sentence = `Port ${port} cannot be taken for the clock; --virtual-clock chooses another.`;
    throw new CommandFault(sentence, exitCodes.fault, { cause });
  }
}
