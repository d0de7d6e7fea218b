/** The thread that commits, so that waiting for the disk never holds up the event loop. Started by sqlite.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { Outage, type OutageCode } from '../base/errors.ts';
import type { PackedChange } from './sqlite-change.ts';
import { type CommitterOptions, createCommitter } from './sqlite-commit.ts';

export type WorkerStart = CommitterOptions;

export type WorkerRequest =
  | { readonly commit: PackedChange; readonly logBytesMax: number | undefined }
  | { readonly close: true };

/** Answers come in the order of the requests. */
export interface WorkerAnswer {
  /** The arena, to be used again. */
  readonly arena?: ArrayBuffer;
  readonly fault?: { readonly code: OutageCode; readonly sentence: string; readonly cause: string };
}

function faultOf(fault: unknown): NonNullable<WorkerAnswer['fault']> {
  const sentence = fault instanceof Error ? fault.message : '';
  const cause = fault instanceof Error && fault.cause instanceof Error ? fault.cause.message : sentence;
  return { code: fault instanceof Outage ? fault.code : 'StoreUnavailable', sentence, cause };
}

function serve(port: NonNullable<typeof parentPort>): void {
  const committer = createCommitter(workerData as WorkerStart);
  port.on('message', (request: WorkerRequest) => {
    if ('close' in request) {
      let answer: WorkerAnswer = {};
      try {
        committer.close();
      } catch (fault) {
        answer = { fault: faultOf(fault) };
      }
      port.postMessage(answer);
      return;
    }
    const { arena } = request.commit;
    let answer: WorkerAnswer = { arena };
    try {
      committer.commit(request.commit, request.logBytesMax);
    } catch (fault) {
      answer = { arena, fault: faultOf(fault) };
    }
    port.postMessage(answer, [arena]);
  });
}

if (parentPort !== null) serve(parentPort);
