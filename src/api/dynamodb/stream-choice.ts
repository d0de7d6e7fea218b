/** The stream that a request asks a table to have. */
import { Refusal } from '../../base/errors.ts';
import type { StreamViewType } from '../../tables/stream/stream-state.ts';
import type { StreamChoice } from '../../tables/stream/table-streams.ts';

export interface StreamSpecification {
  readonly StreamEnabled: boolean;
  readonly StreamViewType?: StreamViewType;
}

/** Refuses a stream without a view, and a view without a stream. */
export function streamChoice({ StreamEnabled, StreamViewType }: StreamSpecification): StreamChoice {
  if (!StreamEnabled) {
    if (StreamViewType === undefined) return 'off';
    refuse('StreamViewType cannot be specified when StreamEnabled is false');
  }
  if (StreamViewType === undefined) refuse('StreamViewType must be specified when StreamEnabled is true');
  return { view: StreamViewType };
}

function refuse(why: string): never {
  throw new Refusal('Validation', {
    message: `One or more parameter values were invalid: StreamSpecification: ${why}`,
  });
}
