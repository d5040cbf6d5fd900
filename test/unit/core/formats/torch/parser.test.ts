import { expect, test } from 'vitest';
import type { Expression, Statement, TypeExpression } from '../../../../../src/core/formats/torch/ast.ts';
import { parseExpression, parseSource } from '../../../../../src/core/formats/torch/parser.ts';
import { sourceFile } from '../../../../../src/core/formats/torch/text.ts';
import { errorOf } from './build.ts';

const file = (text: string) => sourceFile('code/__torch__/net.py', text);
const expression = (text: string) => parseExpression(file(text), 'net.pt');
const definitions = (text: string) => parseSource(file(text), 'net.pt');

/** The tree as text, so that expectations stay short. */
function tree(e: Expression | undefined): string {
  if (!e) return '_';
  const many = (items: readonly Expression[]) => items.map(tree).join(' ');
  const args = (a: Extract<Expression, { kind: 'call' | 'operator' }>) =>
    [...a.positional.map(tree), ...a.keywords.map((k) => `${k.name}=${tree(k.value)}`)]
      .map((arg) => ` ${arg}`)
      .join('');
  switch (e.kind) {
    case 'int':
    case 'float':
    case 'bool':
      return Object.is(e.value, -0) ? '-0' : String(e.value);
    case 'complex':
      return `${e.imaginary}j`;
    case 'string':
      return JSON.stringify(e.value);
    case 'none':
    case 'ellipsis':
      return e.kind;
    case 'constant':
      return `c${e.index}`;
    case 'name':
    case 'global':
      return e.name;
    case 'attribute':
      return `${tree(e.object)}.${e.name}`;
    case 'operator':
      return `(${e.namespace}::${e.name}${args(e)})`;
    case 'call':
      return `(call ${tree(e.callee)}${args(e)})`;
    case 'new':
      return `(new ${e.className})`;
    case 'annotate':
    case 'unchecked-cast':
      return `(${e.kind} ${type(e.type)} ${tree(e.value)})`;
    case 'uninitialized':
      return `(uninitialized ${type(e.type)})`;
    case 'isinstance':
      return `(isinstance ${tree(e.value)} ${e.types.map(type).join('|')})`;
    case 'subscript':
      return `(at ${tree(e.object)} ${many(e.indices)})`;
    case 'slice':
      return `${tree(e.from)}:${tree(e.to)}:${tree(e.step)}`;
    case 'list':
    case 'tuple':
      return `(${[e.kind, ...e.items.map(tree)].join(' ')})`;
    case 'dict':
      return `(dict ${e.entries.map(([k, v]) => `${tree(k)}:${tree(v)}`).join(' ')})`;
    case 'comprehension':
      return `(each ${tree(e.value)} ${tree(e.target)} ${tree(e.iterable)})`;
    case 'starred':
      return `*${tree(e.value)}`;
    case 'unary':
      return `(${e.operator} ${tree(e.operand)})`;
    case 'binary':
    case 'compare':
    case 'logical':
      return `(${e.operator} ${tree(e.left)} ${tree(e.right)})`;
    case 'ternary':
      return `(if ${tree(e.condition)} ${tree(e.value)} ${tree(e.otherwise)})`;
  }
}

function type(t: TypeExpression | undefined): string {
  if (!t) return '_';
  return t.arguments.length > 0 ? `${t.name}[${t.arguments.map(type).join(',')}]` : t.name;
}

test.each([
  ['9223372036854775807', '9223372036854775807'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['[-1, -0., 1e-05, .5, 0.10000000000000001]', '(list -1 -0 0.00001 0.5 0.1)'],
  ['[inf, -inf, nan, True, None, 2j]', '(list Infinity -Infinity NaN true none 2j)'],
  [String.raw`"a\"b\n\303\251\x41" 'c'`, '"a\\"b\\néAc"'],
  ['torch.relu_(x)', '(aten::relu_ x)'],
  ['torch.zeros([2], dtype=6, layout=None)', '(aten::zeros (list 2) dtype=6 layout=none)'],
  ['ops.prim.dtype(x)', '(prim::dtype x)'],
  ['ops.acme.swish(x, 1)', '(acme::swish x 1)'],
  ['CONSTANTS.c12', 'c12'],
  ['(self).forward(x, )', '(call self.forward x)'],
  ['__torch__.a.b.pad(x)', '(call __torch__.a.b.pad x)'],
  ['__torch__.a.Net.__new__(__torch__.a.Net)', '(new __torch__.a.Net)'],
  ['getattr(layers, "0").weight', 'layers.0.weight'],
  ['annotate(List[Tuple[int, Tensor]], [])', '(annotate List[Tuple[int,Tensor]] (list))'],
  ['unchecked_cast(Optional[__torch__.a.Net], x)', '(unchecked-cast Optional[__torch__.a.Net] x)'],
  ['uninitialized(Tuple[()])', '(uninitialized Tuple)'],
  ['isinstance(x, [Tensor, int])', '(isinstance x Tensor|int)'],
  ['isinstance(x, List[int])', '(isinstance x List[int])'],
  ['(torch.size(x))[-1]', '(at (aten::size x) -1)'],
  ['x[1:, :2, ::3, ..., None, y]', '(at x 1:_:_ _:2:_ _:_:3 ellipsis none y)'],
  ['{"a": 1, "b": [2]}', '(dict "a":1 "b":(list 2))'],
  ['((a, b), (c,), ())', '(tuple (tuple a b) (tuple c) (tuple))'],
  ['[x.y for x in z]', '(each x.y x z)'],
  ['a + b * c - d', '(- (+ a (* b c)) d)'],
  ['-x ** 2 ** y', '(- (** x (** 2 y)))'],
  ['a or b and not c == d', '(or a (and b (not (== c d))))'],
  ['a if b else c if d else e', '(if b a (if d c e))'],
  ['x is not None', '(is not x none)'],
  ['x not in [1]', '(not in x (list 1))'],
  ['a | b & c << 1', '(| a (& b (<< c 1)))'],
  ['f(*args, k=v)', '(call f *args k=v)'],
])('%s', (text, expected) => {
  expect(tree(expression(text))).toBe(expected);
});

test('positions cover what an expression consists of', () => {
  const text = 'torch.add((conv).forward(x, ), 1)';
  const add = expression(text);
  if (add.kind !== 'operator') throw new Error(add.kind);
  const [call] = add.positional;
  expect(text.slice(add.start, add.end)).toBe(text);
  expect(text.slice(call?.start, call?.end)).toBe('(conv).forward(x, )');
});

const CLASS = `class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  weight : Tensor
  depth : Final[int] = 3
  __annotations__["0"] = __torch__.a.Layer
  def forward(self: __torch__.net.Net,
    x: Tensor,
    n: int=2) -> Tuple[Tensor, int]:
    # a comment
    a, b, = (self).parts(x, )
    y: Optional[Tensor] = None
    self.weight = a
    for i in range(n):
      if torch.gt(i, 1):
        pass
      elif b:
        torch.append(a, b)
      else:
        return (a, 1)
    while b:
      c[0], *d = (b, b)
    with _1 as z, _2:
      assert b, "no"
    ops.prim.RaiseException("x")
    return a, n
def free(x: Tensor, *, k: float=0.5) -> Tensor: return x
class Mode(Enum):
  NEAR = "near"
`;

test('a file of classes and functions', () => {
  const all = definitions(CLASS);
  expect([...all.keys()]).toEqual(['__torch__.net.Net', '__torch__.net.free', '__torch__.net.Mode']);
  const net = all.get('__torch__.net.Net');
  if (net?.kind !== 'class') throw new Error('expected a class');
  expect(net).toMatchObject({ base: 'Module', parameters: ['weight'], buffers: [] });
  expect(net.attributes.map((a) => [a.name, type(a.type), a.final, tree(a.value)])).toEqual([
    ['weight', 'Tensor', false, '_'],
    ['depth', 'int', true, '3'],
    ['0', '__torch__.a.Layer', false, '_'],
  ]);
  const forward = net.methods.get('forward');
  expect(forward?.parameters.map((p) => [p.name, type(p.type), tree(p.default)])).toEqual([
    ['self', '__torch__.net.Net', '_'],
    ['x', 'Tensor', '_'],
    ['n', 'int', '2'],
  ]);
  expect([forward?.qualifiedName, type(forward?.returns)]).toEqual(['__torch__.net.Net.forward', 'Tuple[Tensor,int]']);
  expect(forward?.body.map(statement)).toEqual([
    '(tuple a b) = (call self.parts x)',
    'y: Optional[Tensor] = none',
    'self.weight = a',
    'for i in (call range n) { if (aten::gt i 1) { pass } else { if b { (aten::append a b) } else { return (tuple a 1) } } }',
    'while b { (tuple (at c 0) *d) = (tuple b b) }',
    'with _1 as z, _2 { assert b "no" }',
    '(prim::RaiseException "x")',
    'return (tuple a n)',
  ]);
  const free = all.get('__torch__.net.free');
  expect(free?.kind === 'function' && free.parameters.map((p) => p.keywordOnly)).toEqual([false, true]);
  const mode = all.get('__torch__.net.Mode');
  expect(mode?.kind === 'class' && mode.attributes.map((a) => [a.name, tree(a.value)])).toEqual([['NEAR', '"near"']]);
});

function statement(s: Statement): string {
  const block = (body: readonly Statement[]) => `{ ${body.map(statement).join('; ')} }`;
  switch (s.kind) {
    case 'assign':
      return `${tree(s.target)}${s.type ? `: ${type(s.type)}` : ''} = ${tree(s.value)}`;
    case 'expression':
      return tree(s.value);
    case 'if':
      return `if ${tree(s.condition)} ${block(s.body)} else ${block(s.otherwise)}`.replace(' else {  }', '');
    case 'while':
      return `while ${tree(s.condition)} ${block(s.body)}`;
    case 'for':
      return `for ${tree(s.target)} in ${tree(s.iterable)} ${block(s.body)}`;
    case 'with':
      return `with ${s.items.map((i) => (i.target ? `${tree(i.value)} as ${tree(i.target)}` : tree(i.value))).join(', ')} ${block(s.body)}`;
    case 'assert':
      return `assert ${tree(s.condition)} ${tree(s.message)}`;
    case 'return':
    case 'raise':
      return `${s.kind} ${tree(s.value)}`;
    case 'function':
      return `def ${s.function.name}`;
    case 'delete':
      return `del ${s.targets.map(tree).join(' ')}`;
    default:
      return s.kind;
  }
}

test.each([
  ['op_version_set = 1\nimport __torch__.a\nclass A(Module):\n  x : int\n', ['__torch__.net.A']],
  ['def f(x: Tensor) -> Tensor:\r\n  y = x\r\n\r\n  # note\r\n  return y\r\n', ['__torch__.net.f']],
  ['def f(x: Tensor) -> Tensor:\n\treturn x', ['__torch__.net.f']],
  ['', []],
])('also %j is a file of code', (text, names) => {
  expect([...definitions(text).keys()]).toEqual(names);
});

test.each([
  ['def f(x: Tensor) -> Tensor:\n  y = = x\n', 2, 7, 'expected an expression'],
  ['def f(x: Tensor) -> Tensor:\n  return (x\n', 3, 1, 'expected )'],
  ['def f(x: Tensor) -> Tensor:\n    y = x\n  return y\n', 3, 3, 'indented'],
  ['def f(x: Tensor) -> Tensor:\nreturn x\n', 2, 1, 'expected an indented block'],
  ['def f(x: Tensor) -> Tensor:\n  1 = x\n', 2, 3, 'nothing can be assigned'],
  ['def f(x: Tensor) -> Tensor:\n  return "x\n', 2, 10, 'does not end'],
  ['def f(x: Tensor) -> Tensor:\n  return x $ y\n', 2, 12, 'no meaning'],
  ['class A(Tensor):\n  x : int\n', 1, 9, 'extends one of'],
  ['x = 1\n', 1, 1, 'expected a class or a function'],
  ['def f(x: Tensor) -> Tensor:\n  return a < b < c\n', 2, 16, 'three values'],
])('%j is an error with its place', (text, line, column, message) => {
  const error = errorOf(() => definitions(text));
  expect([error.code, error.place]).toMatchObject([
    'syntax-error',
    { file: 'net.pt', inside: 'code/__torch__/net.py', line, column },
  ]);
  expect(error.message).toContain(message);
});

test.each([
  ['brackets', `x = ${'('.repeat(100_000)}`],
  ['signs', `x = ${'-'.repeat(100_000)}1`],
  ['powers', `x = 1${'**1'.repeat(100_000)}`],
  ['sums', `x = ${'1 + '.repeat(100_000)}1`],
  ['attributes', `x = ${'a.'.repeat(100_000)}b`],
  ['sums in brackets', `x = ${'('.repeat(400)}a${`${' + 1'.repeat(400)})`.repeat(400)}`],
  ['calls', `x = f${'()'.repeat(100_000)}`],
  ['conditions', `x = ${'1 if 1 else '.repeat(100_000)}1`],
  ['blocks', Array.from({ length: 2000 }, (_, k) => `${' '.repeat(k)}if x:`).join('\n  ')],
  ['elif', `if x:\n    pass\n${'  elif x:\n    pass\n'.repeat(20_000)}`],
])('deep nesting of %s is refused, not a crash', (_, text) => {
  expect(errorOf(() => definitions(`def f(x: Tensor) -> Tensor:\n  ${text}\n`)).message).toContain('nested');
});

test('long flat text is fine', () => {
  const items = Array.from({ length: 20_000 }, (_, k) => `x.a${k}[0]`).join(', ');
  const lists = expression(`[${items}]`);
  expect(lists.kind === 'list' && lists.items.length).toBe(20_000);
});

test('an integer of a million digits is no integer', () => {
  const source = sourceFile('code/a.py', `def f() -> int:\n  return ${'1'.repeat(1_000_000)}\n`);
  const error = errorOf(() => parseSource(source, 'a.pt'));
  expect([error.code, error.message, error.place?.line]).toEqual([
    'syntax-error',
    expect.stringContaining('digits'),
    2,
  ]);
});
