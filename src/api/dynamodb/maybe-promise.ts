/** Values that are often there at once: what is cached answers without a promise. */
import type { MaybePromise } from '../../store/page-store.ts';

/** What `next` makes of the value: at once where it is there, else once it is. */
export function when<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
