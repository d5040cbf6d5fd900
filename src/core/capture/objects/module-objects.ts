/** Pickled modules as objects of a program: attributes, parameters, buffers and submodules by name, and what else is known of each. */
import type { PickledCall, PickleValue, ScriptObject } from '../../formats/torch/archive.ts';
import { isRecord, stringEntries } from '../../formats/torch/pickle-machine.ts';
import { isGraphModule, isModule, moduleState } from '../../formats/torch/pickled-module.ts';
import { InputError } from '../../ir/errors.ts';
import { moduleWithin } from './wrappers.ts';

/** What a module is beyond its attributes. */
export interface ModuleFacts {
  /** Names of parameters and buffers, with their ranks; undefined for those that are None. */
  readonly tensors: ReadonlyMap<string, number | undefined>;
  /** Classes of submodules by name, in order; undefined for those that are None. */
  readonly children: ReadonlyMap<string, string | undefined>;
  /** What is registered to run before or after forward and is not known, by what it is called in PyTorch. */
  readonly hooks: readonly string[];
  /** What is registered to make a weight out of other tensors before forward. */
  readonly weights: readonly MadeWeight[];
  /** Undefined for all but modules of torch.fx. */
  readonly code: GraphCode | undefined;
}

/** A weight that a hook of PyTorch makes: see forwards/torch-weights.ts. */
export interface MadeWeight {
  /** The class of the hook. */
  readonly hook: string;
  readonly name: string;
  readonly dim: PickleValue;
}

/** The source text of a module of torch.fx, and the imports that it needs. */
export interface GraphCode {
  readonly text: string;
  readonly imports: string;
}

/** Dicts that modules keep for themselves: what is in them is an attribute, or means nothing to forward. */
const HOOKS: Readonly<Record<string, string>> = {
  _forward_hooks: 'a forward hook',
  _forward_pre_hooks: 'a forward pre-hook',
};
const TENSORS = ['_parameters', '_buffers'];

/** The objects of a pickle; shared ones stay shared. */
export class ModuleObjects {
  readonly facts = new Map<ScriptObject, ModuleFacts>();
  private readonly made = new Map<PickleValue, PickleValue>();
  private ownClasses = 0;
  private depth = 0;

  constructor(private readonly file: string) {}

  /** A module with everything below it. */
  module(call: PickledCall): ScriptObject {
    const before = this.made.get(call);
    if (isRecord(before) && before.kind === 'object') return before;
    const state = new Map(stringEntries(moduleState(call)));
    const object: ScriptObject = {
      kind: 'object',
      className: this.className(call),
      attributes: new Map(),
      state: undefined,
    };
    this.made.set(call, object);
    const tensors = TENSORS.flatMap((name) => [...stringEntries(state.get(name))]);
    const children = [...stringEntries(state.get('_modules'))];
    for (const [name, value] of state) {
      if (!BOOKKEEPING.has(name)) object.attributes.set(name, this.value(value));
    }
    for (const [name, value] of [...tensors, ...children]) object.attributes.set(name, this.value(value));
    const code = state.get('_code');
    const [, imports] = call.arguments;
    this.facts.set(object, {
      tensors: new Map(
        tensors.map(([name, value]) => [
          name,
          isRecord(value) && value.kind === 'tensor' ? value.shape.length : undefined,
        ]),
      ),
      children: new Map(
        children.map(([name, value]) => [name, isRecord(value) && value.kind === 'call' ? value.callee : undefined]),
      ),
      hooks: Object.entries(HOOKS).flatMap(([name, what]) =>
        hooksIn(state.get(name)).every((hook) => madeWeight(hook) !== undefined) ? [] : [what],
      ),
      weights: hooksIn(state.get('_forward_pre_hooks')).flatMap((hook) => madeWeight(hook) ?? []),
      code:
        isGraphModule(call) && typeof code === 'string'
          ? { text: code, imports: typeof imports === 'string' ? imports : '' }
          : undefined,
    });
    return object;
  }

  /** Each module of torch.fx has code of its own, and each wrapper that of what it wraps: so each is a class of its own. */
  private className(call: PickledCall): string {
    const name = isGraphModule(call) ? 'torch.fx.graph_module.GraphModule' : call.callee;
    if (!isGraphModule(call) && moduleWithin(name) === undefined) return name;
    const count = this.ownClasses++;
    const dot = name.lastIndexOf('.') + 1;
    return count === 0 ? name : `${name.slice(0, dot)}___torch_mangle_${count}.${name.slice(dot)}`;
  }

  private value(value: PickleValue): PickleValue {
    if (!isRecord(value)) return value;
    const before = this.made.get(value);
    if (before !== undefined) return before;
    if (++this.depth > MOST_DEPTH) throw this.tooDeep();
    const made = isModule(value) ? this.module(value) : this.convert(value);
    this.depth--;
    return made;
  }

  /** Containers are remembered before they are filled: one may lie within itself. */
  private convert(value: PickleValue): PickleValue {
    if (!isRecord(value)) return value;
    const remembered = <T extends PickleValue>(made: T): T => {
      this.made.set(value, made);
      return made;
    };
    switch (value.kind) {
      case 'list':
      case 'tuple': {
        const items: PickleValue[] = [];
        const made = remembered(value.kind === 'list' ? { ...value, items } : { ...value, items });
        for (const item of value.items) items.push(this.value(item));
        return made;
      }
      case 'dict': {
        const made = remembered({ ...value, entries: [] as [PickleValue, PickleValue][] });
        for (const [key, item] of value.entries) made.entries.push([key, this.value(item)]);
        return made;
      }
      case 'call': {
        const [only] = value.arguments;
        // A member of an Enum is made from its value.
        if (
          !value.callee.startsWith('builtins.') &&
          value.arguments.length === 1 &&
          (typeof only === 'string' || typeof only === 'bigint') &&
          value.state === undefined
        )
          return remembered({ kind: 'enum', className: value.callee, name: undefined, value: only });
        // An instance of a plain class: what forward may ask of it are its attributes.
        const attributes = new Map<string, PickleValue>();
        const state = [...stringEntries(value.state)];
        if (state.length === 0) return value;
        const made = remembered<ScriptObject>({
          kind: 'object',
          className: value.callee,
          attributes,
          state: undefined,
        });
        for (const [name, item] of state) attributes.set(name, this.value(item));
        return made;
      }
      default:
        return value;
    }
  }

  private tooDeep(): InputError {
    const message = `the modules lie more than ${MOST_DEPTH} deep in one another`;
    return new InputError('file-malformed', message, { file: this.file }, 'Save the model again.');
  }
}

const MOST_DEPTH = 400;

/** What nn.Module keeps for itself: no forward reads it. */
const BOOKKEEPING = new Set(
  `_parameters _buffers _modules _forward_hooks _forward_hooks_with_kwargs _forward_hooks_always_called _forward_pre_hooks
  _forward_pre_hooks_with_kwargs _backward_hooks _backward_pre_hooks _is_full_backward_hook _non_persistent_buffers_set
  _state_dict_hooks _state_dict_pre_hooks _load_state_dict_pre_hooks _load_state_dict_post_hooks`.split(/\s+/),
);

function hooksIn(value: PickleValue | undefined): readonly PickleValue[] {
  if (!isRecord(value) || (value.kind !== 'dict' && value.kind !== 'call')) return [];
  return value.entries.map(([, hook]) => hook);
}

const WEIGHT_HOOKS = /^torch\.nn\.utils\.(weight_norm\.WeightNorm|spectral_norm\.SpectralNorm)$/;

function madeWeight(hook: PickleValue): MadeWeight | undefined {
  if (!isRecord(hook) || hook.kind !== 'call' || !WEIGHT_HOOKS.test(hook.callee)) return undefined;
  const state = new Map(stringEntries(hook.state));
  const name = state.get('name');
  return typeof name === 'string' ? { hook: hook.callee, name, dim: state.get('dim') ?? null } : undefined;
}
