/**
 * Names that a pickle has no honest reason to mention: loading such a file with Python would run what it says.
 * Gathered from the modules of the standard library that start processes, evaluate code, load modules or open connections.
 */

/** Modules of the standard library by names that nobody gives to a file of a model. */
const MODULES = new Set(
  `__builtin__ builtins _io _pickle _posixsubprocess _socket _thread asyncio bdb cffi cloudpickle codeop compileall ctypes
  dill distutils doctest ensurepip ftplib getpass http idlelib imaplib imp importlib inspect io ipaddress linecache marshal
  mmap multiprocessing nntplib nt ntpath os paramiko pathlib pdb pexpect pickle pip pkgutil poplib popen2 posix posixpath
  pty py_compile pydoc requests rlcompleter runpy selectors setuptools shelve shutil smtplib socket socketserver ssl
  subprocess sys telnetlib tempfile threading timeit urllib urllib2 urllib3 uuid venv webbrowser winreg xmlrpc zipapp
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
  uuid: new Set(['UUID']),
  ipaddress: new Set(['IPv4Address', 'IPv6Address']),
  threading: new Set(['Lock', 'RLock']),
  inspect: new Set(['Signature', 'Parameter', '_ParameterKind', '_empty']),
};

/** Single functions of modules that are otherwise fine. */
const FUNCTIONS = new Set(
  `code.InteractiveConsole code.InteractiveInterpreter code.interact commands.getoutput commands.getstatusoutput
  cProfile.run cProfile.runctx functools.reduce joblib.load numpy.load numpy.testing._private.utils.runstring
  operator.attrgetter operator.methodcaller platform.popen profile.run profile.runctx torch.load torch.hub.load
  torch.hub.load_state_dict_from_url torch.jit.load torch.serialization.load torch.utils.model_zoo.load_url trace.Trace
  types.CodeType types.FunctionType`.split(/\s+/),
);

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
