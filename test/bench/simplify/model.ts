/** A synthetic model of as many nodes as wanted, with something in it for most rules of the simplifier. */
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../src/core/formats/onnxtxt/parse.ts';

/** What exporters leave: normalisation after convolution, transposes there and back, shape arithmetic, what does nothing. */
const BLOCK = [
  'c$ = Conv <pads = [1, 1, 1, 1]> (x$, w)',
  'n$ = BatchNormalization (c$, scale, shift, shift, scale)',
  'r$ = Relu (n$)',
  'd$ = Dropout (r$)',
  't$ = Transpose <perm = [0, 2, 3, 1]> (d$)',
  'm$ = Mul (t$, factor)',
  'u$ = Transpose <perm = [0, 3, 1, 2]> (m$)',
  's$ = Shape (u$)',
  'g$ = Gather <axis = 0> (s$, zero)',
  'h$ = Unsqueeze (g$, axis)',
  'k$ = Concat <axis = 0> (h$, rest)',
  'v$ = Reshape (u$, k$)',
  'f$ = Reshape (v$, sizes)',
  'e$ = Cast <to = 1> (f$)',
  'a$ = Sigmoid (x$)',
  'b$ = Sigmoid (x$)',
  'p$ = Mul (a$, b$)',
  'o$ = Add (one, one)',
  'q$ = Sub (p$, o$)',
  '! = Add (e$, q$)',
];

/** The bytes of a model of `nodes` nodes, rounded up to whole blocks. */
export function syntheticModel(nodes: number): Uint8Array {
  const blocks = Math.ceil(nodes / BLOCK.length);
  const lines = Array.from({ length: blocks }, (_, k) =>
    BLOCK.map((line) => line.replaceAll('!', `x${k + 1}`).replaceAll('$', String(k))).join('\n'),
  );
  const text = `<ir_version: 8, opset_import: ["" : 17]>
g (float[1, 4, 8, 8] x0) => (float[1, 4, 8, 8] x${blocks})
<float[4, 4, 3, 3] w = {${Array.from({ length: 144 }, (_, k) => (k % 7) / 8).join(', ')}},
 float[4] scale = {1, 2, 3, 4}, float[4] shift = {0.5, 1, 1.5, 2}, float factor = {0.5}, float one = {1},
 int64 zero = {0}, int64[1] axis = {0}, int64[1] rest = {-1}, int64[4] sizes = {1, 4, 8, 8}>
{
${lines.join('\n')}
}`;
  return encodeOnnx(parseModel(text, 'synthetic.onnxtxt'));
}
