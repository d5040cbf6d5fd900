/** The best opset for a profile is the one that looking at every opset finds. */
import { expect, test } from 'vitest';
import { bestOpset } from '../../../src/core/best-opset.ts';
import { convertOpset } from '../../../src/core/convert/opset/convert.ts';
import { copyKept } from '../../../src/core/dialects/onnx/infer/kept.ts';
import { parseModel } from '../../../src/core/formats/onnxtxt/parse.ts';
import { cloneModel } from '../../../src/core/ir/clone.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import { profileProblems } from '../../../src/core/profile-problems.ts';
import { PROFILE_TARGETS } from '../../../src/core/targets/profiles.ts';
import type { OnnxTarget } from '../../../src/core/targets/target.ts';

const text = (opset: number, nodes: string, ir = 8, imports = '') =>
  `<ir_version: ${ir}, opset_import: ["" : ${opset}${imports}]>
g (float[2, 3, 8, 8] x, bool c, string[2] s) => (y)
<float[3] one = {1, 1, 1}, int64[2] pair = {6, 64}, float[3, 3, 1, 1] w = {1, 2, 3, 4, 5, 6, 7, 8, 9}>
{
${nodes}
}`;

const MODELS: Readonly<Record<string, string>> = {
  'all is taken': text(17, 'a = Relu (x)\ny = Reshape (a, pair)'),
  'no older opset has the operators': text(21, 'a = Gelu (x)\nb = Mish (a)\ny = HardSwish (b)'),
  'one that many lack': text(21, 'a = Sign (x)\nb = Conv (a, w)\nd = Sign (b)\ny = Celu (d)'),
  'one that nobody has': text(20, 'y = RegexFullMatch <pattern = "a"> (s)'),
  'one that stays, and one that goes': text(
    20,
    'm = RegexFullMatch <pattern = "a"> (s)\na = Gelu (x)\ny = LayerNormalization (a, one)',
  ),
  'operators within branches': text(
    16,
    `y = If (c) <
       then_branch = t () => (p) { p = HardSwish (x) },
       else_branch = e () => (q) { q = Sign (x) }
     >`,
  ),
  'an operator of nobody': text(15, 'a = acme.Swirl (x)\ny = Celu (a)', 8, ', "acme" : 1'),
  'a newer IR version': text(18, 'y = Identity (x)', 11),
  'an opset from before': text(7, 'a = Upsample <mode = "nearest", scales = [1.0, 1.0, 2.0, 2.0]> (x)\ny = Sign (a)'),
};

/** Every opset is looked at, each from the start. */
function lookedThrough(model: Model, wanted: number, { profile, opsets: { lowest, highest } }: OnnxTarget): number {
  if (!profile) throw new Error('not a profile');
  const own = model.opsetImports.get('');
  const opsets = Array.from({ length: highest - lowest + 1 }, (_, k) => lowest + k);
  const rows = opsets.map((opset) => {
    const copy = cloneModel(model, copyKept);
    const found = opset === own ? [] : convertOpset(copy, opset).problems;
    const all = [...found, ...profileProblems(copy, profile, found)];
    return { opset, errors: all.filter(({ severity }) => severity === 'error').length };
  });
  const far = ({ opset }: { readonly opset: number }) => Math.abs(opset - wanted);
  return rows.sort((a, b) => a.errors - b.errors || far(a) - far(b) || b.opset - a.opset)[0]?.opset ?? 0;
}

test.each(Object.entries(MODELS))('%s', (_, written) => {
  const found = (choose: typeof lookedThrough) =>
    PROFILE_TARGETS.map((target) => {
      const model = parseModel(written, 'case.onnxtxt');
      const { lowest, highest } = target.opsets;
      const wanted = Math.min(Math.max(model.opsetImports.get('') ?? 0, lowest), highest);
      return [target.id, choose(model, wanted, target)];
    });
  const best = found((model, wanted, { profile, opsets }) => {
    if (!profile) throw new Error('not a profile');
    return bestOpset(model, wanted, profile, [opsets.lowest, opsets.highest]);
  });
  expect(best).toEqual(found(lookedThrough));
});
