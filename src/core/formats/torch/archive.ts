/**
 * What reading a PyTorch file gives: a TorchScript archive (objects, code, constants) or an exported program (.pt2).
 * Rules: torch/csrc/jit/serialization/{export_module,import,pickler,unpickler}.cpp.
 */
import type { DataType } from '../../ir/dtype.ts';
import type { Origin } from '../../ir/origin.ts';
import type { StaticShape } from '../../ir/shape.ts';
import type { Tensor, TensorSource } from '../../ir/tensor.ts';
import type { ClassDefinition, FunctionDefinition, SourceFile } from './ast.ts';

/** What an object of an archive holds. Lists, dicts, objects and tensors keep their identity: two places may share one. */
export type PickleValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | PickledList
  | PickledTuple
  | PickledDict
  | PickledTensor
  | PickledDevice
  | PickledEnum
  | ScriptObject
  | PickledGlobal
  | PickledCall;

export interface PickledList {
  readonly kind: 'list';
  readonly items: PickleValue[];
  /** The type that TorchScript recorded, such as `List[int]`; undefined where it recorded none. */
  type: string | undefined;
}

export interface PickledTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

export interface PickledDict {
  readonly kind: 'dict';
  readonly entries: [key: PickleValue, value: PickleValue][];
  /** Such as `Dict[str, Tensor]`; undefined where nothing is recorded. */
  type: string | undefined;
}

/** The memory that tensors view. Tensors of one key (of one archive) share it. */
export interface TensorStorage {
  /** Unique within the file: `data/0`, `constants/0`, `traced_inputs/0`. */
  readonly key: string;
  readonly dtype: DataType;
  /** Elements that it has room for. */
  readonly count: number;
  /** All of its bytes, read when asked for. */
  readonly source: TensorSource;
}

/** Which numbers the elements of a quantised tensor stand for: `scale * (q - zeroPoint)`. */
export type Quantization =
  | { readonly scheme: 'per-tensor'; readonly scale: number; readonly zeroPoint: bigint }
  | {
      readonly scheme: 'per-channel';
      readonly scales: PickledTensor;
      readonly zeroPoints: PickledTensor;
      readonly axis: number;
    };

/** A view of a storage: element [i, j, ...] is at `offset + i * strides[0] + j * strides[1] + ...`. */
export interface PickledTensor {
  readonly kind: 'tensor';
  readonly dtype: DataType;
  readonly shape: StaticShape;
  /** Elements, as `offset`. */
  readonly strides: readonly number[];
  readonly offset: number;
  readonly storage: TensorStorage;
  readonly requiresGrad: boolean;
  /** An nn.Parameter (of a pickled module; TorchScript's classes list theirs). */
  readonly isParameter: boolean;
  /** Its elements packed row by row; nothing is read before somebody asks for bytes. */
  readonly tensor: Tensor;
  readonly quantization: Quantization | undefined;
}

export interface PickledDevice {
  readonly kind: 'device';
  readonly device: string;
}

export interface PickledEnum {
  readonly kind: 'enum';
  readonly className: string;
  /** The name, where the file says it; else undefined. */
  readonly name: string | undefined;
  readonly value: PickleValue;
}

/** An instance of a class of the archive: a module, a script class, a named tuple. */
export interface ScriptObject {
  readonly kind: 'object';
  /** `__torch__.torch.nn.modules.conv.Conv2d`. */
  readonly className: string;
  /** Parameters, buffers, plain attributes and submodules by name, in the file's order. */
  readonly attributes: Map<string, PickleValue>;
  /** What the file keeps of the object. Where the class has `__setstate__`, that is its argument; else see `attributes`. */
  state: PickleValue | undefined;
}

/** A class or function that a pickle names. It is a name only: nothing is imported, nothing is called. */
export interface PickledGlobal {
  readonly kind: 'global';
  readonly name: string;
}

/** A call or instance that a pickle asks for and that has no meaning to us: a record of it. */
export interface PickledCall {
  readonly kind: 'call';
  readonly callee: string;
  readonly arguments: readonly PickleValue[];
  state: PickleValue | undefined;
  /** What is then appended to it, and set in it as in a dict. */
  readonly items: PickleValue[];
  readonly entries: [key: PickleValue, value: PickleValue][];
}

/** A whole module that torch.save pickled: its objects, without the code that runs them. */
export interface PickledModule {
  readonly kind: 'module';
  /** The file's path. */
  readonly file: string;
  /** The instance, or the call of `torch.fx.graph_module.reduce_graph_module`; what lies in it may lie in itself. */
  readonly root: PickledCall;
  /** The keys of the dict that a checkpoint keeps it in; mostly none. */
  readonly path: readonly string[];
  /** The Python source of its classes by name, where the file keeps it (those that torch.save wrote without zip). */
  readonly sources: ReadonlyMap<string, ClassSource>;
}

export interface ClassSource {
  /** The file that it came from. */
  readonly file: string;
  readonly text: string;
}

/** A TorchScript archive (torch.jit.save): the objects, and the code that runs over them. */
export interface TorchScriptArchive {
  readonly kind: 'torchscript';
  /** The file's path. */
  readonly file: string;
  /** The root module. */
  readonly root: ScriptObject;
  /** What `CONSTANTS.cN` stands for. */
  readonly constants: readonly PickleValue[];
  /** The example inputs of each traced method, where the file keeps them: their shapes and dtypes (the data is zeros). */
  readonly tracedInputs: ReadonlyMap<string, readonly PickleValue[]>;
  /** Numbers of the archive's `version` entry; operators of old archives may have meant something else. */
  readonly version: number;
  /** Whether it has an identifier of its content: archives of PyTorch 1.13 and older have none, those of 2.1 and later do. */
  readonly identified: boolean;
  /** The code files by entry name, read and parsed only when asked for. */
  readonly sourceEntries: readonly string[];
  source(entry: string): SourceFile;
  /** Undefined where the archive has no such class; throws InputError `syntax-error` where its file does not parse. */
  classOf(qualifiedName: string): ClassDefinition | undefined;
  functionOf(qualifiedName: string): FunctionDefinition | undefined;
  /**
   * The stack of places for a character offset of a code file: the user's own Python frames innermost first, then those
   * of frameworks (torch itself), then the frame of the TorchScript text.
   */
  originOf(source: SourceFile, offset: number): Origin;
}
