/**
 * Names that a pickle has no honest reason to mention: loading such a file with Python would run what it says.
 * Gathered from the modules of the standard library that start processes, evaluate code, load modules or open connections.
 */

const MODULES = new Set(
  `__builtin__ _io _pickle _posixsubprocess _socket _thread asyncio bdb cffi cloudpickle code codeop commands compileall
  concurrent ctypes dill distutils doctest ensurepip ftplib getpass glob http idlelib imaplib imp importlib inspect io
  ipaddress joblib linecache marshal mmap multiprocessing nntplib nt ntpath os paramiko pathlib pdb pexpect pickle pip
  pipes pkgutil platform poplib popen2 posix posixpath profile pty py_compile pydoc requests resource rlcompleter runpy
  sched select selectors setuptools shelve shutil signal site smtplib socket socketserver ssl subprocess sys telnetlib
  tempfile test threading timeit trace turtle types unittest urllib urllib2 urllib3 uuid venv webbrowser winreg xmlrpc zipapp
  zipfile zipimport`.split(/\s+/),
);

/** Of these modules, everything but what stands here. */
const HARMLESS: Readonly<Record<string, ReadonlySet<string>>> = {
  __builtin__: new Set(
    `bool bytearray bytes complex dict float frozenset int list long object range set slice str tuple type unicode xrange
    getattr`.split(/\s+/),
  ),
  builtins: new Set(
    `bool bytearray bytes complex dict float frozenset int list object range set slice str tuple type getattr`.split(
      /\s+/,
    ),
  ),
  io: new Set(['BytesIO', 'StringIO']),
  _io: new Set(['BytesIO', 'StringIO']),
  pathlib: new Set(['Path', 'PosixPath', 'PurePath', 'PurePosixPath', 'PureWindowsPath', 'WindowsPath']),
  types: new Set(['SimpleNamespace', 'MappingProxyType', 'GenericAlias', 'UnionType', 'NoneType']),
  uuid: new Set(['UUID']),
  ipaddress: new Set(['IPv4Address', 'IPv6Address']),
  threading: new Set(['Lock', 'RLock']),
  inspect: new Set(['Signature', 'Parameter', '_ParameterKind', '_empty']),
};

/** Single functions of modules that are otherwise fine. */
const FUNCTIONS = new Set([
  'functools.reduce',
  'numpy.load',
  'numpy.testing._private.utils.runstring',
  'operator.attrgetter',
  'operator.methodcaller',
  'torch.load',
  'torch.hub.load',
  'torch.hub.load_state_dict_from_url',
  'torch.jit.load',
  'torch.serialization.load',
  'torch.storage._load_from_bytes',
  'torch.utils.model_zoo.load_url',
]);

/** Is `module.name` one of those? Any part of the path may be the culprit: `torch.serialization.os.system`. */
export function isUnsafeGlobal(name: string): boolean {
  if (FUNCTIONS.has(name)) return true;
  const parts = name.split('.');
  const [first = ''] = parts;
  const harmless = HARMLESS[first];
  if (harmless) return parts.length !== 2 || !harmless.has(parts[1] ?? '');
  if (MODULES.has(first)) return true;
  // The module of a package may be called `code` or `types`; these few are never names of one.
  return (
    parts.slice(1).some((part) => REACHED.has(part)) ||
    parts.some((part) => /^__(builtins|import|globals|subclasses)__$/.test(part))
  );
}

const REACHED = new Set([
  'os',
  'sys',
  'subprocess',
  'posix',
  'nt',
  'builtins',
  'shutil',
  'socket',
  'ctypes',
  'importlib',
  'runpy',
  'pty',
]);
