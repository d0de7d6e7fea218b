/** What a command says, and its exit code, when it cannot go on: 1 for a fault, 2 for a wrong call. */
import { AssertionFault, IntegrityFault, Outage, Refusal } from '../base/errors.ts';

export const exitCodes = { clean: 0, fault: 1, usage: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a sentence on stderr and this exit code. */
export class CommandFault extends Error {
  override readonly name = 'CommandFault';
  readonly exitCode: ExitCode;

  constructor(sentence: string, exitCode: ExitCode, options: { cause?: unknown } = {}) {
    super(sentence, options);
    this.exitCode = exitCode;
  }
}

/** The command line is wrong. */
export function usageFault(sentence: string): CommandFault {
  return new CommandFault(sentence, exitCodes.usage);
}

/** One sentence for any fault; the stack of what nobody foresaw is shown only with CRYPTABLE_DEBUG=1. */
export function sentenceOf(fault: unknown): string {
  if (fault instanceof Outage) return withCause(fault.message, fault.cause);
  if (fault instanceof CommandFault || fault instanceof Refusal) return fault.message;
  if (fault instanceof IntegrityFault) return `${fault.message}${placeOf(fault)}`;
  if (fault instanceof AssertionFault) return `This is a bug in cryptable: ${fault.message}`;
  return fault instanceof Error ? fault.message : String(fault);
}

export function exitCodeOf(fault: unknown): ExitCode {
  return fault instanceof CommandFault ? fault.exitCode : exitCodes.fault;
}

// The system's own words ("EACCES: permission denied, open …") name the file to look at.
function withCause(sentence: string, cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? `${sentence} (${cause.message})` : sentence;
}

function placeOf({ place }: IntegrityFault): string {
  const words = Object.entries(place).map(([name, value]) => `${name} ${value}`);
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}
