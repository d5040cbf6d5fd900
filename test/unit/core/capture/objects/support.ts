/** Pickled modules for tests, as the reader of pickles makes them. */
import { type CaptureOptions, type CaptureResult, capture } from '../../../../../src/core/capture/capture.ts';
import { openObjects } from '../../../../../src/core/capture/objects/capture-objects.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../../src/core/custom/definition.ts';
import type { PickledCall, PickleValue } from '../../../../../src/core/formats/torch/archive.ts';
import { isRecord } from '../../../../../src/core/formats/torch/pickle-machine.ts';
import type { Shape } from '../../../../../src/core/ir/shape.ts';

type Fields = Readonly<Record<string, PickleValue>>;

const dict = (fields: Fields): PickleValue => ({ kind: 'dict', entries: Object.entries(fields), type: undefined });

/** A module: tensors among the fields are parameters, modules are submodules, all else are plain attributes. */
export function module(className: string, fields: Fields = {}, more: Fields = {}): PickledCall {
  const kindOf = (value: PickleValue) => (isRecord(value) ? value.kind : undefined);
  const pick = (take: (value: PickleValue) => boolean) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => take(value)));
  const state = dict({
    training: false,
    _parameters: dict(pick((value) => kindOf(value) === 'tensor')),
    _buffers: dict({}),
    _modules: dict(pick((value) => kindOf(value) === 'call')),
    ...pick((value) => kindOf(value) !== 'tensor' && kindOf(value) !== 'call'),
    ...more,
  });
  return { kind: 'call', callee: className, arguments: [], state, items: [], entries: [] };
}

export const ints = (...items: number[]): PickleValue => ({ kind: 'tuple', items: items.map(BigInt) });

/** `torch.nn.Sequential` of these modules. */
export function sequential(...modules: PickledCall[]): PickledCall {
  return module(
    'torch.nn.modules.container.Sequential',
    Object.fromEntries(modules.map((each, k) => [String(k), each])),
  );
}

/** A module of torch.fx with its source text. */
export function graphModule(code: string, fields: Fields = {}, imports = ''): PickledCall {
  const { state } = module('', fields, { _code: code });
  const callee = 'torch.fx.graph_module.reduce_graph_module';
  return { kind: 'call', callee, arguments: [state ?? null, imports], state: undefined, items: [], entries: [] };
}

/** Captures a module whose input is `float32[...]` of a shape. */
export function capturedModule(
  root: PickledCall,
  shape: Shape | undefined,
  options: Partial<CaptureOptions> = {},
): CaptureResult {
  const archive = openObjects({ kind: 'module', file: 'test.pth', root, path: [], sources: new Map() });
  const inputs = shape ? [{ key: 0, dtype: 'float32' as const, shape }] : [];
  return capture(archive, { inputs, customOps: NO_CUSTOM_OPERATORS, ...options });
}
