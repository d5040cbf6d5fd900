/** Which part of a node or a model a problem is about: with it an editor marks a word, not a line. It is plain data. */

export type Part =
  /** The node as a whole, where no part of it says more. */
  | { readonly kind: 'node' }
  /** The operator's name. */
  | { readonly kind: 'operator' }
  /** An attribute that is there: its name, or its value. One that lacks is the operator's. */
  | { readonly kind: 'attribute'; readonly name: string }
  /** An input or an output of the node, counted from 0. */
  | { readonly kind: 'input' | 'output'; readonly index: number }
  /** The import of a domain, by the model or by a function; `''` is ai.onnx. */
  | { readonly kind: 'opset-import'; readonly domain: string; readonly function?: FunctionName }
  /** What a graph says of a value: as its input, output or constant, or its type in between. */
  | { readonly kind: 'value'; readonly name: string; readonly role: ValueRole; readonly graph: string }
  | { readonly kind: 'function'; readonly function: FunctionName }
  /** A graph as a whole, by its name. */
  | { readonly kind: 'graph'; readonly name: string }
  /** What the file says about itself: its IR version, its metadata. */
  | { readonly kind: 'header' };

export type ValueRole = 'input' | 'output' | 'initializer' | 'value-info';

export interface FunctionName {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
}
