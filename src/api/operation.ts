/** What an operation of the API is: its name on the wire and what it does with checked input. */

/**
 * One operation. `run` gets input that has passed the constraints of the service's model (api/shape.ts): structures are
 * plain objects without prototype, maps are Maps, blobs Uint8Arrays, timestamps epoch seconds. What it returns is encoded
 * the same way back: Map to object, Uint8Array to base64, undefined left out; times are given as epoch seconds.
 */
export interface Operation<Context> {
  readonly name: string;
  readonly run: (context: Context, input: object) => object | Promise<object>;
}

/** What an operation gives that has no output: its answer is a body without a byte. */
export const noOutput: object = Object.freeze({});

/** Types the input of `run`; the dispatcher has checked it against the model by then. */
export function operation<Context, Input extends object>(definition: {
  name: string;
  run: (context: Context, input: Input) => object | Promise<object>;
}): Operation<Context> {
  return definition as Operation<Context>;
}
