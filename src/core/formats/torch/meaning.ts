/**
 * What the globals of PyTorch's pickles mean: tensors, typed lists, ordered dicts, devices, objects of script classes.
 * Rules: torch/_utils.py, torch/jit/_pickle.py, torch/csrc/jit/serialization/{pickler,unpickler}.cpp. All other names
 * become records; unsafe ones, and calls of functions that no model needs, end the reading.
 */
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import { InputError } from '../../ir/errors.ts';
import type { PickledCall, PickledGlobal, PickledTensor, PickleValue, Quantization } from './archive.ts';
import { isKnownCall } from './known-calls.ts';
import {
  isRecord,
  newCall,
  type PickleMeaning,
  type PicklePlace,
  pickleError,
  stringEntries,
} from './pickle-machine.ts';
import { itemsOf, quantization, toNumber, toNumbers } from './pickled-arguments.ts';
import { type PartedStorage, STORAGE_TYPES, type TensorView, TORCH_DTYPES, viewStorage } from './storages.ts';
import { isUnsafeGlobal } from './unsafe-globals.ts';

/** Finds the storage of a key: its bytes in the archive. `count` is in elements. */
export type FindStorage = (key: string, dtype: DataType, count: number, place: PicklePlace) => PartedStorage;

type Make = (args: readonly PickleValue[], torch: TorchMeaning, place: PicklePlace) => PickleValue;

/** Calls that are understood; the arguments are in the order of the Python functions. */
const CALLS: Readonly<Record<string, Make>> = {
  'torch._utils._rebuild_tensor': ([storage, offset, size, stride], torch, place) =>
    torch.tensor(storage, [offset, size, stride, false], place),
  'torch._utils._rebuild_tensor_v2': ([storage, ...view], torch, place) => torch.tensor(storage, view, place),
  // storage, offset, size, stride, requires_grad, hooks, dtype: for types that have no storage class of their own
  'torch._utils._rebuild_tensor_v3': ([storage, offset, size, stride, grad, , dtype], torch, place) =>
    torch.tensor(storage, [offset, size, stride, grad], place, { dtype: torch.dtype(dtype, place) }),
  // storage, offset, size, stride, (scheme, scale, zero point | scales, zero points, axis), requires_grad, hooks
  'torch._utils._rebuild_qtensor': ([storage, offset, size, stride, quantizer, grad], torch, place) =>
    torch.tensor(storage, [offset, size, stride, grad], place, { quantization: quantization(quantizer, place) }),
  'torch._utils._rebuild_parameter': ([data, grad], _, place) => parameter(data, grad, place),
  'torch._utils._rebuild_parameter_with_state': ([data, grad], _, place) => parameter(data, grad, place),
  // function, class, arguments, attributes: tensors that have attributes, or a class of their own
  'torch._tensor._rebuild_from_type_v2': ([make, type, args], torch, place) => torch.ofType(make, type, args, place),
  'torch._tensor._rebuild_from_type': ([make, type, args], torch, place) => torch.ofType(make, type, args, place),
  'collections.OrderedDict': ([items]) => ({ kind: 'dict', entries: [...pairsOf(items)], type: undefined }),
  'torch.Size': ([items]) => ({ kind: 'tuple', items: itemsOf(items) }),
  'torch.device': ([type, index]) => ({
    kind: 'device',
    device: `${String(type)}${index === undefined || index === null ? '' : `:${String(index)}`}`,
  }),
  'builtins.set': ([items]) => ({ ...newCall('builtins.set', []), items: [...itemsOf(items)] }),
  'builtins.frozenset': ([items]) => ({ ...newCall('builtins.frozenset', []), items: [...itemsOf(items)] }),
  'torch.fx.immutable_collections.immutable_list': ([items]) => ({
    kind: 'list',
    items: [...itemsOf(items)],
    type: undefined,
  }),
  'torch.fx.immutable_collections.immutable_dict': ([items]) => ({
    kind: 'dict',
    entries: [...pairsOf(items)],
    type: undefined,
  }),
  // How protocols 0 and 1 make instances, and protocol 2 those that need keyword arguments.
  'copyreg._reconstructor': ([type], torch, place) => torch.instanceOf(type, [], place),
  'copyreg.__newobj__': ([type, ...args], torch, place) => torch.instanceOf(type, args, place),
  'copyreg.__newobj_ex__': ([type, args, keywords], torch, place) =>
    torch.instanceOf(type, [...itemsOf(args), keywords ?? null], place),
  // Bytes of protocol 2: text, and the encoding to turn it back with.
  '_codecs.encode': ([text], torch) => (typeof text === 'string' ? torch.encoded(text) : (text ?? null)),
  'torch.jit._pickle.build_intlist': ([items]) => typedList(items, 'List[int]'),
  'torch.jit._pickle.build_doublelist': ([items]) => typedList(items, 'List[float]'),
  'torch.jit._pickle.build_boollist': ([items]) => typedList(items, 'List[bool]'),
  'torch.jit._pickle.build_tensorlist': ([items]) => typedList(items, 'List[Tensor]'),
  'torch.jit._pickle.restore_type_tag': ([value, type]) => {
    if (isRecord(value) && (value.kind === 'list' || value.kind === 'dict')) value.type = String(type);
    return value ?? null;
  },
};

const SCRIPT_CLASS = /^__torch__\./;
/** Weights that were packed for one kind of machine: their programs call operators of that machine alone. */
const DEVICE_CLASS = /^__torch__\.torch\.classes\.(?:xnnpack|metal|vulkan|nnapi|mkldnn|_nnapi|mkl|cudnn)\./;

export class TorchMeaning implements PickleMeaning {
  private readonly bytes = new Map<string, Uint8Array>();

  constructor(private readonly storage: FindStorage) {}

  /** The bytes of a text that stands for them; those of one text are the same. */
  encoded(text: string): Uint8Array {
    const bytes = this.bytes.get(text) ?? new Uint8Array(Buffer.from(text, 'latin1'));
    this.bytes.set(text, bytes);
    return bytes;
  }

  global(name: string, place: PicklePlace): PickledGlobal {
    if (!SCRIPT_CLASS.test(name) && isUnsafeGlobal(name)) throw unsafe(name, place);
    return { kind: 'global', name: renamed(name) };
  }

  reduce(callee: PickledGlobal, args: readonly PickleValue[], place: PicklePlace): PickleValue {
    const make = Object.hasOwn(CALLS, callee.name) ? CALLS[callee.name] : undefined;
    if (make) return make(args, this, place);
    const [value] = args;
    // The only class of TorchScript that is called is an Enum's, with the value of a member.
    if (SCRIPT_CLASS.test(callee.name) && value !== undefined && args.length === 1) {
      return { kind: 'enum', className: callee.name, name: undefined, value };
    }
    const [only] = args;
    if (isKnownCall(callee.name, args.length === 1 && only !== undefined && isPlain(only)))
      return newCall(callee.name, args);
    throw unsafe(callee.name, place);
  }

  /** A call of what another call gave: no model needs one. */
  callAgain(callee: PickledCall, _: readonly PickleValue[], place: PicklePlace): PickleValue {
    throw unsafe(`what ${callee.callee} gives`, place);
  }

  instance(callee: PickledGlobal, args: readonly PickleValue[], place: PicklePlace): PickleValue {
    if (!SCRIPT_CLASS.test(callee.name)) return newCall(callee.name, args);
    if (DEVICE_CLASS.test(callee.name)) throw deviceOnly(callee.name, place);
    return { kind: 'object', className: callee.name, attributes: new Map(), state: undefined };
  }

  instanceOf(type: PickleValue | undefined, args: readonly PickleValue[], place: PicklePlace): PickleValue {
    if (isRecord(type) && type.kind === 'global') return this.instance(type, args, place);
    throw pickleError(place, 'expected the class of an instance');
  }

  /** A tensor with attributes is that tensor; one of another class is an instance of it that holds the tensor. */
  ofType(
    make: PickleValue | undefined,
    type: PickleValue | undefined,
    args: PickleValue | undefined,
    place: PicklePlace,
  ): PickleValue {
    if (!isRecord(make) || make.kind !== 'global' || !isRecord(type) || type.kind !== 'global') {
      throw pickleError(place, 'expected the class of a tensor');
    }
    if (!make.name.startsWith('torch._utils._rebuild_')) throw unsafe(make.name, place);
    const made = this.reduce(make, itemsOf(args), place);
    return PLAIN_TENSORS.test(type.name) ? made : newCall(type.name, [made]);
  }

  /** `('storage', class, key, location, elements)`, as a record that `tensor` understands. */
  persistent(id: PickleValue, place: PicklePlace): PickleValue {
    if (isRecord(id) && id.kind === 'tuple' && id.items[0] === 'storage') return newCall(STORAGE, id.items.slice(1));
    throw pickleError(place, 'it refers to something outside that is no storage');
  }

  /** `view` is storage offset, sizes, strides, requires_grad. */
  tensor(
    storage: PickleValue | undefined,
    view: readonly (PickleValue | undefined)[],
    place: PicklePlace,
    more: { dtype?: DataType; quantization?: Quantization } = {},
  ): PickledTensor {
    const found = this.findStorage(storage, place);
    const geometry: TensorView = {
      dtype: more.dtype ?? found.dtype,
      offset: toNumber(view[0], place),
      shape: toNumbers(view[1], place),
      strides: toNumbers(view[2], place),
      requiresGrad: view[3] === true,
      ...(more.quantization && { quantization: more.quantization }),
    };
    const tensor = viewStorage(found, geometry);
    if (typeof tensor === 'string') throw pickleError(place, tensor);
    return tensor;
  }

  dtype(value: PickleValue | undefined, place: PicklePlace): DataType {
    const name = isRecord(value) && value.kind === 'global' ? value.name.replace(/^torch\./, '') : '';
    const dtype = Object.hasOwn(TORCH_DTYPES, name) ? TORCH_DTYPES[name] : undefined;
    if (dtype) return dtype;
    throw unsupportedType(name || 'an unnamed type', place);
  }

  private findStorage(record: PickleValue | undefined, place: PicklePlace): PartedStorage {
    if (!isRecord(record) || record.kind !== 'call' || record.callee !== STORAGE) {
      throw pickleError(place, 'expected the storage of a tensor');
    }
    const [type, key, , count, view] = record.arguments;
    const name = isRecord(type) && type.kind === 'global' ? type.name.slice(type.name.lastIndexOf('.') + 1) : '';
    const dtype = Object.hasOwn(STORAGE_TYPES, name) ? STORAGE_TYPES[name] : undefined;
    if (!dtype) throw unsupportedType(name || 'an unnamed storage', place);
    if (typeof key !== 'string' || key.length > MOST_KEY) throw pickleError(place, 'expected the key of a storage');
    const storage = this.storage(key, dtype, toNumber(count, place), place);
    // Before PyTorch 0.4 a storage could be a part of another: (key, offset, elements).
    const [, offset, elements] = itemsOf(view);
    if (elements === undefined) return storage;
    return partOf(storage, toNumber(offset, place), toNumber(elements, place), place);
  }
}

const STORAGE = 'torch.storage';
const MOST_KEY = 1000;

function partOf(whole: PartedStorage, offset: number, count: number, place: PicklePlace): PartedStorage {
  if (offset < 0 || count < 0 || offset + count > whole.count)
    throw pickleError(place, 'a storage lies outside of its own');
  const width = DATA_TYPES[whole.dtype].bits / 8;
  const part: PartedStorage['part'] = (start, length, dtype) => whole.part(offset * width + start, length, dtype);
  return { key: whole.key, dtype: whole.dtype, count, part, source: part(0, count * width, whole.dtype) };
}

const PLAIN_TENSORS = /^torch\.(?:Tensor|_tensor\.Tensor|nn\.parameter\.(?:Parameter|Buffer))$/;

/** Names that things had once: in Python 2, as protocols up to 2 write them, and in PyTorch 1.8. */
function renamed(name: string): string {
  if (name === 'torch.fx.graph_module.deserialize_graphmodule') return 'torch.fx.graph_module.reduce_graph_module';
  return name.replace(/^__builtin__\./, 'builtins.').replace(/^copy_reg\./, 'copyreg.');
}

function isPlain(value: PickleValue): boolean {
  if (isRecord(value)) return value.kind === 'tuple' && value.items.every((item) => !isRecord(item));
  return !(value instanceof Uint8Array);
}

function parameter(data: PickleValue | undefined, grad: PickleValue | undefined, place: PicklePlace): PickleValue {
  if (!isRecord(data)) throw pickleError(place, 'expected the tensor of a parameter');
  if (data.kind !== 'tensor') return data;
  return { ...data, isParameter: true, requiresGrad: grad === true };
}

function typedList(value: PickleValue | undefined, type: string): PickleValue {
  if (isRecord(value) && value.kind === 'list') {
    value.type = type;
    return value;
  }
  return { kind: 'list', items: [...itemsOf(value)], type };
}

function* pairsOf(value: PickleValue | undefined): Iterable<[PickleValue, PickleValue]> {
  for (const pair of itemsOf(value)) {
    const [key, item] = itemsOf(pair);
    if (key !== undefined && item !== undefined) yield [key, item];
  }
  yield* stringEntries(value);
}

function unsafe(name: string, place: PicklePlace): InputError {
  const { file, inside, offset } = place;
  return new InputError(
    'unsafe-pickle',
    `the file asks Python to use ${name}, which no model needs: loading it with torch.load could run a program`,
    { file, offset, ...(inside !== undefined && { inside }) },
    'Nothing of it was run. Do not load this file with Python; get the model from a source that you trust.',
  );
}

function deviceOnly(className: string, place: PicklePlace): InputError {
  const { file, inside, offset } = place;
  return new InputError(
    'format-unsupported',
    `the archive was optimized for one kind of device: it holds weights as ${className.replace(/^__torch__\./, '')}`,
    { file, offset, ...(inside !== undefined && { inside }) },
    'Save the model as it was before optimize_for_mobile or a similar step.',
  );
}

function unsupportedType(name: string, place: PicklePlace): InputError {
  const { file, inside, offset } = place;
  return new InputError(
    'format-unsupported',
    `tensors of ${name} cannot be read`,
    { file, offset, ...(inside !== undefined && { inside }) },
    `Convert the tensor to one of ${Object.keys(DATA_TYPES).slice(0, 4).join(', ')} and save the model again.`,
  );
}
