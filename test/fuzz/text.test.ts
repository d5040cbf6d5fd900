/** Broken texts: each has a tree, its faults in bounded time, and a model of what is right in it. */
import { expect, test } from 'vitest';
import { readOnnx } from '../../src/core/formats/onnx/read.ts';
import { buildLeniently, parseModel } from '../../src/core/formats/onnxtxt/parse.ts';
import { reparse } from '../../src/core/formats/onnxtxt/reparse.ts';
import { faultsOf, parseText } from '../../src/core/formats/onnxtxt/syntax-text.ts';
import { wholeText } from '../../src/core/formats/onnxtxt/whole-text.ts';
import { FileBytes } from '../../src/core/ir/bytes.ts';
import { InputError } from '../../src/core/ir/errors.ts';
import { generator } from '../../src/core/runtime/inputs.ts';
import { cpuTime } from '../unit/cpu-time.ts';
import { mutationsOf, type Random } from './mutations.ts';

/** `FUZZ_SEED=7 FUZZ_ROUNDS=1000 npx vitest run test/fuzz/text` looks further. */
const { FUZZ_SEED, FUZZ_ROUNDS } = process.env;
const SEED = Number(FUZZ_SEED ?? 20261125);
const ROUNDS = Number(FUZZ_ROUNDS ?? 6);
const LONGEST_MS = 4000;

/** A little of everything: headers, types, notes, strings over lines, graphs within nodes, functions. */
const EVERYTHING = `#@ {"unknown":"oAYH"}
<ir_version: 10, opset_import: ["" : 21, "d" : 1], doc_string: "two
lines", metadata_props: ["k" : "v"]>
#@ {"doc":"graph"}
g (float[N, "2*h", ?] x, seq(map(int64, float[])) m, opaque(a.b, c) o, float[2] d = {1, -2}, bool c) => (y, float[2] z)
<
  #@ {"tensor":{"doc":"weights"}}
  float16[2] w = {15360, 0},
  float[2] n = {nan, -inf}, string[2] s = {"a", x"ff"}, int64[4] e = ["location": "none", "offset": "0"],
  sparse_tensor(float[3, 3]) p = {float[1] {1}, int64[1] {4}},
  float[2] t
>
{
  #@ {"doc":"node","attributes":{"a":{"doc":"d"}}}
  [first] t, "", "u v" = com.acme.Op:v2 <a = 1, b = -0.5, l: ints = [], f = [1.0, inf], g: type_proto = optional(float), r: int = @q> (x, , "")
  y = If (c) <then_branch: graph = a () => (i) {
    i = Neg (t)
  }, else_branch = b () => (j) <float k = {1}> { j = Mul (t, k) }>
  z = Constant <value = float[2] named {1, 2}, s = "a \\"b\\"
  c = D (e)"> ()
}

<domain: "d", opset_import: ["" : 21], overload: "o">
F <q, beta: float = 1.0> (p, float r) => (s) <float[2] h>
{
  h = Sigmoid (p)
  s = Mul (h, r)
}
`;

function sample(): string {
  const bytes = new FileBytes('samples/light_squeezenet.onnx');
  const text = wholeText(readOnnx(bytes));
  bytes.close();
  return text;
}

const TEXTS = { everything: EVERYTHING, squeezenet: sample() };

test.each(Object.entries(TEXTS))(
  `%s, broken in ${ROUNDS} ways of each kind (seed ${SEED})`,
  (_, original) => {
    const next = generator(SEED);
    const random: Random = (below) => Math.floor(next() * below);
    for (const [what, mutate] of Object.entries(mutationsOf('text.onnxtxt', Buffer.from(original)))) {
      for (let round = 0; round < ROUNDS; round++) {
        const text = new TextDecoder().decode(mutate(Buffer.from(original), random));
        const started = cpuTime();
        checkText(text);
        const said = `${what}, round ${round}, seed ${SEED}`;
        expect(cpuTime() - started, said).toBeLessThan(LONGEST_MS);
        // What an editor does with the same change.
        const change = changeOf(original, text);
        const plain = (tree: unknown) => JSON.stringify(tree, (key, value) => (key === 'reach' ? undefined : value));
        expect(plain(reparse(parseText(original), text, change).tree) === plain(parseText(text)), said).toBe(true);
      }
    }
  },
  3_600_000,
);

/** Texts that are made to cost much. */
const COSTLY: Readonly<Record<string, string>> = {
  'brackets in brackets': 'g (x) => (y) { y = Op <a = '.concat('['.repeat(100_000)),
  'graphs in graphs': 'g (x) => (y) { '.concat('y = If (x) <b = g () => (y) {\n'.repeat(20_000)),
  'types in types': 'g ('.concat('seq('.repeat(100_000)),
  'broken lines': 'g (x) => (y) {\n'.concat('y = = Op (x\n'.repeat(50_000)),
  'quotes that do not close': 'g (x) => (y) {\n"'.concat('\\"\n'.repeat(100_000)),
  'quotes on every line': 'g (x) => (y) {\n'.concat('y = "Op (x)\n'.repeat(50_001)),
  'braces that close': 'g (x) => (y) {\n'.concat('}\n'.repeat(50_000)),
  'braces that open': 'g (x) => (y) {\n'.concat('{\n'.repeat(50_000)),
  'commas and spaces': 'g (x) => (y) {\n y (\n'.concat(', '.repeat(200_000)),
  'names on one line': 'g (x) => (y) {\n y (\n'.concat('a, '.repeat(200_000)),
  'one long number': `g (x) => (y) { y = Op <a = ${'9'.repeat(500_000)}> (x) }`,
  'one long word': `g (x) => (y) { y = Op <a = ${'a1'.repeat(250_000)}_> (x) }`,
  'digits and a line': `g (x) => (y) { y = Op <a = a${'1'.repeat(500_000)}_> (x) }`,
  'notes in notes': `#@ ${'{"attributes":{"a":'.repeat(50_000)}{}${'}}'.repeat(50_000)}\ng (x) => (y) {}`,
  comments: 'g (x) => (y) { }\n'.concat('# comment\n'.repeat(100_000)),
  'functions that are none': 'g (x) => (y) { }\n'.concat('f ( x\n'.repeat(50_000)),
  'inputs without commas': 'g ('.concat('float x\n'.repeat(50_000)),
};

test.each(Object.entries(COSTLY))('%s take no longer than they are long', (_, text) => {
  const started = cpuTime();
  checkText(text);
  expect(cpuTime() - started).toBeLessThan(LONGEST_MS);
});

/** A text has a tree and a model; strictly it has a model or an error that says where. */
function checkText(text: string): void {
  const tree = parseText(text);
  const faults = faultsOf(tree);
  for (const { start, end } of faults) expect(start >= 0 && start <= end && end <= text.length).toBe(true);
  buildLeniently(text, tree, { fileName: 'text.onnxtxt' });
  try {
    const model = parseModel(text, 'text.onnxtxt');
    const printed = wholeText(model);
    expect(wholeText(parseModel(printed, 'text.onnxtxt'))).toBe(printed);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.place?.line ?? error.place?.file).toBeDefined();
  }
}

/** The smallest change that makes one text of another. */
function changeOf(before: string, after: string) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = before.length;
  let to = after.length;
  while (end > start && to > start && before[end - 1] === after[to - 1]) {
    end--;
    to--;
  }
  return { start, end, length: to - start };
}
