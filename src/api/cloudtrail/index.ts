/** Every operation of the CloudTrail API. */
import type { Operation } from '../operation.ts';
import type { CloudTrailContext } from './context.ts';
import { lookupEvents } from './lookup-events.ts';

export const cloudtrailOperations: readonly Operation<CloudTrailContext>[] = [lookupEvents];
