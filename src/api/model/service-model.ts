/** What a generated table says of a service: the input shape of each operation, and the constraints of each shape. */

export interface ServiceModel {
  /** Operation to the name of its input shape. */
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export type Shape = ScalarShape | ListShape | MapShape | StructureShape;

/** Lengths of strings, blobs, lists and maps, values of numbers. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export interface ScalarShape extends Bounds {
  readonly type: 'string' | 'blob' | 'boolean' | 'integer' | 'long' | 'double' | 'timestamp';
  /** A regular expression, matched against the whole. */
  readonly pattern?: string;
  /** In the order in which AWS lists them. */
  readonly enum?: readonly string[];
  /** A value that no message may show. */
  readonly sensitive?: boolean;
}

export interface ListShape extends Bounds {
  readonly type: 'list';
  readonly member: string;
}

export interface MapShape extends Bounds {
  readonly type: 'map';
  readonly key: string;
  readonly value: string;
}

export interface StructureShape {
  readonly type: 'structure';
  readonly members: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
}
