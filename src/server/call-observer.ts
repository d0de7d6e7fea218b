/** What the dispatcher lets others see of calls: who made them, with what, and what became of them. */
import type { Caller } from '../kms/key-service.ts';
import type { ServiceRequest } from './request.ts';
import type { QueryService, Service } from './service.ts';

export type ObservedModel = Service['model'] | QueryService['model'];

export interface ObservedCall {
  readonly model: ObservedModel;
  readonly operation: string;
  readonly caller: Caller;
  readonly request: ServiceRequest;
  readonly requestId: string;
}

/** Runs the call; `checked` hears of its input, once that is known to be sound. */
export type RunCall = (checked: (input: object) => void) => object | Promise<object>;

export interface CallObserver {
  /** Asked of every call: those of which this is false are not observed, at no cost. */
  observes(model: ObservedModel, operation: string): boolean;
  /** Runs the call, and answers as it did; or refuses, before or after. */
  observe(call: ObservedCall, run: RunCall): Promise<object>;
}
