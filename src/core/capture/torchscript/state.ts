/** The objects of a TorchScript archive as values of the program, and the attributes that it sets. */
import type { PickledTensor, PickleValue, ScriptObject, TorchScriptArchive } from '../../formats/torch/archive.ts';
import { isPacked, readPackedParameters } from '../../formats/torch/packed-parameters.ts';
import { InputError } from '../../ir/errors.ts';
import type { Memory } from '../memory.ts';
import { pythonGlobal } from '../objects/python-names.ts';
import type { Recorder } from '../recorder.ts';
import { Overrides } from '../regions/containers.ts';
import { type CapturedParameters, PackedValue, type QuantizedValue } from '../values/quantized-values.ts';
import {
  type CapturedValue,
  DeviceValue,
  DictValue,
  EnumValue,
  ListValue,
  ModuleValue,
  ObjectValue,
  orUnknown,
  TupleValue,
  UNKNOWN,
} from '../values/values.ts';
import { joinPath } from './names.ts';
import { StoredTensors } from './stored-tensors.ts';

/** An attribute that the program has set. */
export interface ChangedAttribute {
  readonly module: ModuleValue;
  readonly name: string;
  readonly path: string;
  readonly value: CapturedValue;
  /** What the file has. */
  readonly original: CapturedValue;
}

export class ArchiveState {
  private readonly paths = new Map<PickledTensor, string>();
  private readonly values = new Map<PickleValue, CapturedValue>();
  /** Attributes of modules that the program has set. */
  readonly changes = new Overrides((key) => orUnknown(this.originals.get(key)?.()));
  private readonly originals = new Map<string, () => CapturedValue | undefined>();
  private readonly owners = new Map<string, { readonly module: ModuleValue; readonly name: string }>();
  private readonly numbers = new Map<ScriptObject, number>();
  private readonly tensors: StoredTensors;
  /** Attributes that `__setstate__` set. */
  private readonly restored = new Map<ScriptObject, Map<string, CapturedValue>>();
  private restoring = false;

  constructor(
    private readonly archive: TorchScriptArchive,
    private readonly recorder: Recorder,
    memory: Memory,
  ) {
    this.tensors = new StoredTensors(recorder, memory, archive.file);
    this.name(archive.root, '', new Set());
  }

  /** `CONSTANTS.cN`. */
  constant(index: number): CapturedValue {
    const value = this.archive.constants[index];
    return this.known(value === undefined ? UNKNOWN : this.value(value, `CONSTANTS.c${index}`), `CONSTANTS.c${index}`);
  }

  /** An attribute of a module: undefined where it has none of that name. */
  attribute(module: ModuleValue, name: string): CapturedValue | undefined {
    const changed = this.changes.entries.size > 0 ? this.changes.entries.get(this.key(module, name)) : undefined;
    return changed === undefined ? this.stored(module, name) : changed;
  }

  private stored(module: ModuleValue, name: string): CapturedValue | undefined {
    const restored = this.restored.get(module.object)?.get(name);
    if (restored !== undefined) return restored;
    const stored = module.object.attributes.get(name);
    if (stored === undefined) return undefined;
    const path = joinPath(module.path, name);
    return this.known(this.value(stored, path), path);
  }

  /** A value that the program reads; one that stands for nothing we know is reported. */
  private known(value: CapturedValue, path: string): CapturedValue {
    if (value === UNKNOWN)
      this.recorder.report(
        'invalid-model',
        { operator: path },
        { reason: `${path} is nothing that a program can use` },
      );
    return value;
  }

  /** What `work` sets is what the archive holds, not what the program changes. */
  restore(work: () => void): void {
    this.restoring = true;
    try {
      work();
    } finally {
      this.restoring = false;
    }
  }

  setAttribute(module: ModuleValue, name: string, value: CapturedValue): void {
    if (this.restoring) {
      const attributes = this.restored.get(module.object) ?? new Map<string, CapturedValue>();
      this.restored.set(module.object, attributes.set(name, value));
      return;
    }
    const key = this.key(module, name);
    this.originals.set(key, () => this.stored(module, name));
    this.owners.set(key, { module, name });
    this.changes.entries.set(key, value);
  }

  /** All attributes that have been set. */
  changed(): ChangedAttribute[] {
    return [...this.changes.entries].flatMap(([key, value]) => {
      const owner = this.owners.get(key);
      const original = this.originals.get(key)?.() ?? null;
      return owner ? [{ ...owner, path: joinPath(owner.module.path, owner.name), value, original }] : [];
    });
  }

  /** All values that attributes and constants have had so far. */
  held(): Iterable<CapturedValue> {
    return this.values.values();
  }

  /** Names an attribute of one object: several paths may lead to it. */
  private key({ object }: ModuleValue, name: string): string {
    const number = this.numbers.get(object) ?? this.numbers.size;
    this.numbers.set(object, number);
    return `${number}.${name}`;
  }

  /**
   * The parameters and buffers of a module and of those within it, named by their paths with `_` for the dots. They are
   * values only when something reads them.
   */
  parametersOf(module: ModuleValue, prefix = ''): (readonly [name: string, value: CapturedValue])[] {
    const definition = this.archive.classOf(module.object.className);
    const own = [...(definition?.parameters ?? []), ...(definition?.buffers ?? [])];
    return [...module.object.attributes].flatMap(([name, stored]) => {
      const inner = typeof stored === 'object' && stored !== null && !(stored instanceof Uint8Array);
      if (inner && stored.kind === 'object' && this.isModule(stored))
        return this.parametersOf(new ModuleValue(stored, joinPath(module.path, name)), `${prefix}${name}_`);
      const value = own.includes(name) ? this.attribute(module, name) : undefined;
      return value === undefined || value === null ? [] : [[`${prefix}${name}`, value] as const];
    });
  }

  isModule(object: ScriptObject): boolean {
    const base = this.archive.classOf(object.className)?.base;
    return base === 'Module' || base === 'ModuleInterface';
  }

  private value(stored: PickleValue, path: string): CapturedValue {
    if (stored === null || typeof stored !== 'object') return stored;
    if (stored instanceof Uint8Array) return UNKNOWN;
    if (stored.kind === 'object' && this.isModule(stored)) return new ModuleValue(stored, path);
    const before = this.values.get(stored);
    if (before !== undefined) return before;
    // A value that lies in itself is nothing that a graph can hold.
    this.values.set(stored, UNKNOWN);
    const made = this.convert(stored, path);
    this.values.set(stored, made);
    return made;
  }

  private convert(
    stored: Exclude<PickleValue, null | boolean | bigint | number | string | Uint8Array>,
    path: string,
  ): CapturedValue {
    switch (stored.kind) {
      case 'tensor': {
        const state = this.paths.get(stored);
        const quantized = this.tensors.quantized(stored, state ?? path);
        if (quantized) return quantized;
        return this.tensors.of(stored, state ?? path, state !== undefined);
      }
      case 'list':
        return new ListValue(stored.items.map((item, k) => this.value(item, `${path}.${k}`)));
      case 'tuple':
        return new TupleValue(stored.items.map((item, k) => this.value(item, `${path}.${k}`)));
      case 'dict': {
        const dict = new DictValue();
        for (const [key, item] of stored.entries) {
          dict.entries.set(
            this.value(key, path),
            this.value(item, `${path}.${typeof key === 'object' ? '' : String(key)}`),
          );
        }
        return dict;
      }
      case 'device':
        return new DeviceValue(stored.device);
      case 'enum':
        return new EnumValue(stored.className, stored.name ?? '', this.value(stored.value, path));
      case 'object':
        return this.object(stored, path);
      case 'global':
        return pythonGlobal(stored.name);
      default:
        return UNKNOWN;
    }
  }

  /** The modules whose class has `__setstate__`, innermost first, each with the argument of that. */
  *states(
    module = new ModuleValue(this.archive.root, ''),
    seen = new Set<ScriptObject>(),
  ): Iterable<readonly [module: ModuleValue, state: CapturedValue]> {
    const { object, path } = module;
    if (seen.has(object)) return;
    seen.add(object);
    for (const [name, inner] of object.attributes) {
      if (isObject(inner) && this.isModule(inner))
        yield* this.states(new ModuleValue(inner, joinPath(path, name)), seen);
    }
    const { state, attributes, className } = object;
    if (state === undefined || attributes.size > 0) return;
    if (this.archive.classOf(className)?.methods.has('__setstate__')) yield [module, this.value(state, path)];
  }

  /** Weights and geometry that were put together when the archive was made. */
  private packed(stored: ScriptObject, path: string): PackedValue {
    const packed = readPackedParameters(stored, this.archive.file);
    const name = (part: string, tensor: PickledTensor) => this.paths.get(tensor) ?? joinPath(path, part);
    const quantized = (tensor: PickledTensor): QuantizedValue => {
      const found = this.tensors.quantized(tensor, name('weight', tensor));
      if (found) return found;
      throw new InputError('file-malformed', `${path}.weight is not quantised`, { file: this.archive.file });
    };
    if (packed.operator === 'embedding') return new PackedValue({ ...packed, weight: quantized(packed.weight) });
    const bias = packed.bias ? this.tensors.of(packed.bias, name('bias', packed.bias), false) : null;
    const plain = packed.operator === 'linear' && !packed.weight.quantization;
    const parameters: CapturedParameters = plain
      ? { ...packed, bias, weight: this.tensors.of(packed.weight, name('weight', packed.weight), false) }
      : { ...packed, bias, weight: quantized(packed.weight) };
    return new PackedValue(parameters);
  }

  private object(stored: ScriptObject, path: string): CapturedValue {
    if (isPacked(stored)) return this.packed(stored, path);
    const definition = this.archive.classOf(stored.className);
    const fields = [...stored.attributes].map(
      ([name, value]) => [name, this.value(value, joinPath(path, name))] as const,
    );
    if (definition?.base === 'NamedTuple') {
      return new TupleValue(
        fields.map(([, value]) => value),
        fields.map(([name]) => name),
      );
    }
    const object = new ObjectValue(stored.className);
    for (const [name, value] of fields) object.attributes.set(name, value);
    return object;
  }

  /** The first path from the root to each tensor of a module, in the file's order: the names of named_parameters. */
  private name(value: PickleValue, path: string, seen: Set<PickleValue>): void {
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array || seen.has(value)) return;
    seen.add(value);
    switch (value.kind) {
      case 'tensor':
        this.paths.set(value, path);
        break;
      case 'object':
        // Tensors of a module come before those of its submodules, as PyTorch lists them.
        for (const inner of [false, true]) {
          for (const [name, item] of value.attributes)
            if (isObject(item) === inner) this.name(item, joinPath(path, name), seen);
        }
        break;
      case 'list':
      case 'tuple':
        value.items.forEach((item, k) => {
          this.name(item, joinPath(path, String(k)), seen);
        });
        break;
      case 'dict':
        for (const [key, item] of value.entries) this.name(item, joinPath(path, String(key)), seen);
        break;
    }
  }
}

function isObject(value: PickleValue): value is ScriptObject {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && value.kind === 'object';
}
