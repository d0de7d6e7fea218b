/** The log of the server and its workers, as JSON lines: of errors what they say and where, and never what hangs on them. */
import { type Logger, pino } from 'pino';
import { IntegrityFault } from '../base/errors.ts';

export interface ServerLogOptions {
  readonly level: string;
  /** A process of several says which one it is. */
  readonly worker?: number;
  /** The file descriptor: that of standard error unless said otherwise. */
  readonly fd?: number;
}

/** Causes of causes that are shown. */
const depthMax = 4;

export function serverLog({ level, worker, fd = 2 }: ServerLogOptions): Logger {
  const serializers = { fault: shown, cause: shown };
  const base = worker === undefined ? null : { worker };
  return pino({ level, base, serializers }, pino.destination({ fd, sync: true }));
}

/** What is no error stays as it is. */
function shown(fault: unknown, depth = 0): unknown {
  if (!(fault instanceof Error)) return fault;
  const { name, stack, cause } = fault;
  return {
    name,
    ...('code' in fault && typeof fault.code === 'string' ? { code: fault.code } : {}),
    ...(fault instanceof IntegrityFault ? { place: fault.place } : {}),
    stack,
    ...(cause instanceof Error && depth < depthMax ? { cause: shown(cause, depth + 1) } : {}),
  };
}
