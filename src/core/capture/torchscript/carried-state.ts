/**
 * What a program keeps between its calls: buffers that it writes, and attributes of modules that it sets. A graph keeps
 * nothing, so each is one more input and one more output, where an output depends on it.
 *
 * Attributes need not look at the end of a call as they did at its beginning (a cache that is empty at first). The program
 * is run again on what its last call has left, until that stays the same: then it is a call like all that follow.
 */
import type { ScriptObject } from '../../formats/torch/archive.ts';
import { typeText } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { Operators } from '../operators/operators.ts';
import { copyOf } from '../outputs.ts';
import { typeOf } from '../recorder.ts';
import { type Frozen, freeze } from '../regions/frozen.ts';
import { Joiner } from '../regions/joiner.ts';
import { reaches } from '../regions/liveness.ts';
import { generalized, isSame, type Pattern, same, samePattern } from '../regions/patterns.ts';
import { Maker, slotTypes, Taker } from '../regions/slots.ts';
import { isTensor, type ModuleValue } from '../values/values.ts';
import type { ArchiveState, ChangedAttribute } from './state.ts';

/** How attributes look when a call begins. */
export type AssumedState = ReadonlyMap<ScriptObject, ReadonlyMap<string, AssumedAttribute>>;

interface AssumedAttribute {
  readonly module: ModuleValue;
  readonly name: string;
  readonly path: string;
  readonly pattern: Pattern;
}

/** One tensor that goes from call to call. */
interface Carried {
  readonly path: string;
  readonly input: Value;
  readonly output: () => Value;
  /** What it is before the first call. */
  readonly first: string;
}

export class CarriedState {
  private readonly inputs = new Map<AssumedAttribute, readonly Value[]>();
  private refused = false;

  constructor(
    private readonly operators: Operators,
    private readonly state: ArchiveState,
    private readonly assumed: AssumedState,
  ) {}

  /** Sets the attributes to what they are when the call begins. */
  begin(): void {
    const { recorder } = this.operators;
    for (const attribute of this.attributes()) {
      const types = slotTypes(attribute.pattern, new Set());
      const inputs = types.map((type, k) =>
        recorder.graph.addInput({ name: types.length === 1 ? attribute.path : `${attribute.path}_${k}`, type }),
      );
      this.inputs.set(attribute, inputs);
      this.state.setAttribute(
        attribute.module,
        attribute.name,
        new Maker(this.operators, inputs, []).make(attribute.pattern),
      );
    }
  }

  /** How attributes look after the call, where that is not how they looked before. */
  changed(): AssumedState | undefined {
    const joiner = new Joiner(this.operators.recorder.symbols);
    const next = new Map<ScriptObject, Map<string, AssumedAttribute>>();
    let steady = true;
    for (const change of this.state.changed()) {
      const { module, name, path } = change;
      const before = this.assumed.get(module.object)?.get(name);
      const after = freeze(change.value);
      if (!before && unchanged(change, after)) continue;
      const pattern = before ? joiner.join(before.pattern, after) : asLeft(after);
      if (pattern.kind === 'unmerged') {
        this.operators.recorder.report('state-write', { operator: path }, { attribute: path });
        this.refused = true;
        return undefined;
      }
      if (!before || !samePattern(before.pattern, pattern)) steady = false;
      const named = next.get(module.object) ?? new Map<string, AssumedAttribute>();
      next.set(module.object, named.set(name, { module, name, path, pattern }));
    }
    return steady ? undefined : next;
  }

  /** Adds the outputs of all that outputs depend on, and takes out the inputs of the rest. */
  finish(): void {
    if (this.refused) return;
    const carried = [...this.ofAttributes(), ...ofStorages(this.operators)];
    addLive(this.operators, carried);
  }

  private attributes(): AssumedAttribute[] {
    return [...this.assumed.values()].flatMap((named) => [...named.values()]);
  }

  private ofAttributes(): Carried[] {
    const finals = new Map(this.state.changed().map((change) => [`${change.path}`, change] as const));
    return [...this.inputs].flatMap(([{ path, pattern }, inputs]) => {
      const change = finals.get(path);
      if (!change) return [];
      const outputs = new Taker(this.operators).take(pattern, freeze(change.value));
      const first =
        isTensor(change.original) && change.original.info ? typeText(typeOf(change.original.info)) : 'another value';
      return inputs.flatMap((input, k) => {
        const output = outputs[k];
        return output ? [{ path: input.name ?? path, input, output: () => output, first }] : [];
      });
    });
  }
}

/** Buffers and parameters that were written: what they hold at first is an input in the place of a constant. */
export function ofStorages({ memory }: Operators): Carried[] {
  return [...memory.writtenStates].flatMap((storage) => {
    const { first, state = '' } = storage;
    if (!first?.constant) return [];
    return [{ path: state, input: first, output: () => memory.baseOf(storage), first: 'its value in the file' }];
  });
}

/** Adds those that outputs depend on, also by way of another call. */
export function addLive(operators: Operators, carried: readonly Carried[]): void {
  const { recorder } = operators;
  const { graph } = recorder;
  let open = carried;
  for (;;) {
    const live = reaches(graph.outputs);
    const found = open.filter(({ input }) => live.has(input));
    if (found.length === 0) break;
    open = open.filter((each) => !found.includes(each));
    for (const { path, input, output, first } of found) {
      const made = output();
      const next = made.producer && !made.isGraphOutput ? made : copyOf(operators, made);
      next.name = `${path}_next`;
      graph.addOutput(next);
      if (input.constant) replaceByInput(operators, path, input);
      recorder.report('state-carried', { operator: path }, { attribute: path, next: next.name, first });
    }
  }
  recorder.dropUnused();
  for (const { input } of open) {
    const at = graph.inputs.indexOf(input);
    if (at < 0) continue;
    // What still reads it is part of a graph with gaps, and of no output.
    if (input.useCount > 0) input.replaceAllUsesWith(recorder.constant('unknown', input.dtype ?? 'float32', 0));
    graph.inputs.splice(at, 1);
  }
}

function replaceByInput({ recorder }: Operators, name: string, constant: Value): void {
  const { graph } = recorder;
  graph.initializers.delete(constant);
  constant.replaceAllUsesWith(graph.addInput({ name, type: constant.type }));
}

function unchanged({ original }: ChangedAttribute, after: Frozen): boolean {
  return isSame(freeze(original), after);
}

/** A value as the next call finds it: tensors are inputs of that, plain values stay. */
function asLeft(frozen: Frozen): Pattern {
  if (frozen.kind === 'group') {
    const items = [...frozen.items].map(([key, item]) => [key, asLeft(item)] as const);
    return { kind: 'group', like: frozen, items: new Map(items) };
  }
  const { value } = frozen;
  const plain = value === null || typeof value !== 'object';
  return plain ? same(frozen) : generalized(frozen);
}
