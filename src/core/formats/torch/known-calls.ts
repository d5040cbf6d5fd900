/**
 * The functions that pickles of models call (opcode REDUCE), apart from those whose meaning is known (meaning.ts). Such a call
 * becomes a record of itself. What is called and stands neither here nor there is unsafe: a loader would run it.
 * Gathered from what `__reduce__` gives in torch, numpy and the standard library.
 */

const FUNCTIONS = new Set(
  `argparse.Namespace array._array_reconstructor builtins.bool builtins.bytearray builtins.bytes builtins.complex
  builtins.dict builtins.float builtins.getattr builtins.int builtins.list builtins.object builtins.range builtins.slice
  builtins.str builtins.tuple builtins.type collections.Counter collections.defaultdict collections.deque
  datetime.date datetime.datetime datetime.time datetime.timedelta datetime.timezone decimal.Decimal fractions.Fraction
  functools.partial inspect.Parameter inspect.Signature inspect._ParameterKind operator.getitem operator.itemgetter
  pathlib.Path pathlib.PosixPath pathlib.PurePosixPath pathlib.PureWindowsPath pathlib.WindowsPath re._compile
  types.GenericAlias types.MappingProxyType types.SimpleNamespace uuid.UUID zoneinfo.ZoneInfo._unpickle
  _operator.getitem _operator.itemgetter
  numpy.core.multiarray._reconstruct numpy.core.multiarray.scalar numpy.core.numeric._frombuffer numpy.dtype
  numpy._core.multiarray._reconstruct numpy._core.multiarray.scalar numpy._core.numeric._frombuffer numpy.ndarray
  numpy.random._pickle.__bit_generator_ctor numpy.random._pickle.__generator_ctor
  numpy.random._pickle.__randomstate_ctor
  torch.Generator torch.fx.graph_module.reduce_deploy_graph_module torch.fx.graph_module.reduce_graph_module
  torch.fx.graph_module.reduce_package_graph_module torch.serialization._get_layout
  torch._utils._rebuild_device_tensor_from_cpu_tensor torch._utils._rebuild_device_tensor_from_numpy
  torch._utils._rebuild_meta_tensor_no_storage torch._utils._rebuild_nested_tensor
  torch._utils._rebuild_sparse_csr_tensor torch._utils._rebuild_sparse_tensor torch._utils._rebuild_wrapper_subclass
  torch._utils._rebuild_xla_tensor torch._utils._str_to_memory_format`.split(/\s+/),
);

/** Classes of these libraries: their enums and small records are called with their values. */
const LIBRARIES = /^(?:torch|torchvision|torchaudio|timm|transformers|numpy)\.(?:\w+\.)*[A-Z]\w*$/;

/** By Python's convention, the name of a class. */
const CLASS = /(?:^|\.)_*[A-Z]\w*$/;

/** May `name` be called? `enumLike`: with one number or text alone, as members of an enum are made. */
export function isKnownCall(name: string, enumLike: boolean): boolean {
  return FUNCTIONS.has(name) || LIBRARIES.test(name) || (CLASS.test(name) && enumLike);
}
