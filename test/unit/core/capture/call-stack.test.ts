import { expect, test } from 'vitest';
import { capture } from '../../../../src/core/capture/capture.ts';
import { type CallSite, originWithin } from '../../../../src/core/capture/torchscript/call-stack.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import type { Frame } from '../../../../src/core/ir/origin.ts';
import { archive, forward, object, stored } from './support.ts';

const python = (file: string, line: number): Frame => ({ kind: 'python', file, line });
const script: Frame = { kind: 'torchscript', file: 'code/a.py', line: 1 };

/** An archive whose debug records say these frames for each offset. */
function recorded(records: Readonly<Record<number, readonly Frame[]>>) {
  const made = archive({ code: forward('x: Tensor', 'return x') });
  return {
    archive: { ...made, originOf: (_: unknown, at: number) => [...(records[at] ?? []), script] },
    source: made.source(''),
  };
}

function site(source: CallSite['source'], ...offsets: number[]): CallSite | undefined {
  return offsets.reduceRight<CallSite | undefined>((outer, offset) => ({ source, offset, outer }), undefined);
}

test("an operator of PyTorch's own modules leads to the line that calls the module", () => {
  const relu = python('site-packages/torch/nn/functional.py', 9);
  const { archive, source } = recorded({ 1: [relu], 2: [], 3: [python('net.py', 7)], 4: [python('main.py', 2)] });
  expect(originWithin(archive, source, 1, site(source, 2, 3, 4))).toEqual([
    python('net.py', 7),
    python('main.py', 2),
    relu,
    script,
  ]);
});

test('a trace records the whole stack itself', () => {
  const stack = [python('net.py', 7), python('main.py', 2)];
  const { archive, source } = recorded({ 1: stack, 2: [python('net.py', 8)] });
  expect(originWithin(archive, source, 1, site(source, 2))).toEqual([...stack, script]);
});

test('the calls around an operator are known to it', () => {
  const code = `class Inner(Module):
  def forward(self: __torch__.Inner, x: Tensor) -> Tensor:
    return torch.relu(x)
${forward('x: Tensor', 'y = (self.inner).forward(x, )\nreturn torch.neg(y)')}`;
  const program = archive({ code, attributes: { inner: object('Inner') }, inputs: [stored('float32', [2])] });
  const originOf: typeof program.originOf = (source, at) => [python('net.py', source.place(at).line)];
  const { model } = capture({ ...program, originOf }, { inputs: [], customOps: NO_CUSTOM_OPERATORS });
  const lines = [...model.graph.nodes].map((node) => node.origin.map((frame) => frame.line));
  expect(lines).toEqual([[3, 8], [9]]);
});
