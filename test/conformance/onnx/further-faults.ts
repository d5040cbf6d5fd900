/** Errors of ours that onnx.checker does not tell: the rows of "What is an error here and not for onnx" in docs/checking.md. */
import type { CheckerResult } from './checker.ts';

type Told = CheckerResult['errors'][number];

/** A code, and of which words its message is then. */
const FURTHER: readonly { readonly code: string; readonly words?: RegExp }[] = [
  { code: 'opset-unknown' },
  { code: 'opset-conflict' },
  { code: 'no-such-operator', words: /ai\.onnx\.preview/ },
  {
    code: 'wrong-arity',
    words: /but the function takes at most|in the function needs|neither scales nor sizes|lacks an input among its/,
  },
  { code: 'output-undefined', words: /no node, input or constant has that name/ },
  {
    code: 'attribute-malformed',
    words:
      /refers to|does not say of which type it is|[Ff]unction .* (has no name|twice|has data in|another type than it says|more than one value)/,
  },
  { code: 'attribute-malformed', words: /tensor .* (elements that its shape needs|bytes of data)/ },
  { code: 'type-mismatch' },
  { code: 'declared-type-wrong' },
  { code: 'shape-mismatch' },
  { code: 'type-missing', words: /element type that is known|no type|no shape|type of its/ },
  {
    code: 'tensor-malformed',
    words: /elements that its shape needs|bytes of data|texts, its shape needs|is not one that we know/,
  },
  { code: 'name-missing', words: /^An output of the graph/ },
  { code: 'size-invalid' },
  { code: 'function-malformed', words: /attribute/ },
  { code: 'invalid-model', words: /more than one graph/ },
];

/** Behind these the rest follows from which version is meant. */
const ROOTS: ReadonlySet<string> = new Set(['opset-unknown', 'opset-conflict']);

/** Whether all errors of a model are of that kind, or follow from one that is. */
export function areFurtherFaults(errors: readonly Told[]): boolean {
  return errors.some(({ code }) => ROOTS.has(code)) || errors.every(isFurtherFault);
}

export function isFurtherFault({ code, message }: Told): boolean {
  return FURTHER.some((row) => row.code === code && (!row.words || row.words.test(message)));
}
