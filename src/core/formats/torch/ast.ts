/**
 * The syntax tree of TorchScript's Python subset as it stands in `code/*.py` of an archive.
 * What may stand there follows from PyTorch's printer (torch/csrc/jit/serialization/python_print.cpp) and the names that
 * its importer gives a meaning to (import_source.cpp): `torch`, `ops`, `CONSTANTS`, `annotate`, `unchecked_cast`,
 * `uninitialized`, `inf`, `nan`, `__torch__`.
 */

/** Character offsets into the text of the source file; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Expression = Span &
  (
    | { readonly kind: 'int'; readonly value: bigint }
    /** Also `inf` and `nan`; a minus before a number belongs to it. */
    | { readonly kind: 'float'; readonly value: number }
    | { readonly kind: 'complex'; readonly imaginary: number }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'bool'; readonly value: boolean }
    | { readonly kind: 'none' }
    | { readonly kind: 'ellipsis' }
    /** `CONSTANTS.c3` is 3: an index into the archive's constants. */
    | { readonly kind: 'constant'; readonly index: number }
    /** A local variable, a parameter, or a builtin such as `bool`, `int`, `range`, `len`. */
    | { readonly kind: 'name'; readonly name: string }
    /** A qualified name, whole: `__torch__.a.b.Net`, `__torch__.functions.pad`, `__torch__.Color.RED`. */
    | { readonly kind: 'global'; readonly name: string }
    /** `x.name`, and `getattr(x, "0")` for names that are no identifiers. */
    | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
    /** `torch.relu(x)` (namespace `aten`), `ops.acme.swish(x)` (namespace `acme`), `ops.prim.dtype(x)`. */
    | ({ readonly kind: 'operator'; readonly namespace: string; readonly name: string } & Arguments)
    /** A method (`callee` is an attribute), a function or class (`global`), a builtin or local function (`name`). */
    | ({ readonly kind: 'call'; readonly callee: Expression } & Arguments)
    /** `__torch__.a.Net.__new__(__torch__.a.Net)`: an object before its `__init__`. */
    | { readonly kind: 'new'; readonly className: string }
    /** `annotate(List[Tensor], [])`: `value`, whose type is `type`. */
    | { readonly kind: 'annotate'; readonly type: TypeExpression; readonly value: Expression }
    /** `unchecked_cast(Tensor, x)`: an Optional or Union that is known to hold `type` here. */
    | { readonly kind: 'unchecked-cast'; readonly type: TypeExpression; readonly value: Expression }
    /** `uninitialized(Tensor)`: a value that no run reads. */
    | { readonly kind: 'uninitialized'; readonly type: TypeExpression }
    /** `isinstance(x, [Tensor, int])`. */
    | { readonly kind: 'isinstance'; readonly value: Expression; readonly types: readonly TypeExpression[] }
    | { readonly kind: 'subscript'; readonly object: Expression; readonly indices: readonly Expression[] }
    /** Only among the indices of a subscript. */
    | {
        readonly kind: 'slice';
        readonly from: Expression | undefined;
        readonly to: Expression | undefined;
        readonly step: Expression | undefined;
      }
    | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
    | { readonly kind: 'dict'; readonly entries: readonly (readonly [key: Expression, value: Expression])[] }
    /** `[value for target in iterable]`; the printer writes none, older archives may. */
    | {
        readonly kind: 'comprehension';
        readonly value: Expression;
        readonly target: Expression;
        readonly iterable: Expression;
      }
    | { readonly kind: 'starred'; readonly value: Expression }
    | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
        /** `left += right`: a tensor, or a list, is changed itself. */
        readonly inPlace?: true;
      }
    | {
        readonly kind: 'compare';
        readonly operator: CompareOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    /** Short-circuit `and`, `or`. */
    | {
        readonly kind: 'logical';
        readonly operator: 'and' | 'or';
        readonly left: Expression;
        readonly right: Expression;
      }
    /** `value if condition else otherwise`. */
    | {
        readonly kind: 'ternary';
        readonly condition: Expression;
        readonly value: Expression;
        readonly otherwise: Expression;
      }
  );

export type ExpressionOf<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>;

export type UnaryOperator = '-' | '+' | '~' | 'not';
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '@' | '**' | '&' | '|' | '^' | '<<' | '>>';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'is' | 'is not' | 'in' | 'not in';

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly keywords: readonly KeywordArgument[];
}

export interface KeywordArgument extends Span {
  readonly name: string;
  readonly value: Expression;
}

/**
 * A type annotation: `Tensor`, `int`, `List[Tensor]`, `Tuple[()]` (no arguments), `Optional[float]`, `Final[int]`,
 * `Dict[str, Tensor]`, `__torch__.a.Net`.
 */
export interface TypeExpression extends Span {
  readonly name: string;
  readonly arguments: readonly TypeExpression[];
}

export type Statement = Span &
  /** `target = value`, with a type where it is annotated. Targets: name, attribute, subscript, tuple of those, starred. */
  (
    | {
        readonly kind: 'assign';
        readonly target: Expression;
        readonly type: TypeExpression | undefined;
        readonly value: Expression;
        /** `target = more[0] = more[1] = value`. */
        readonly more?: readonly Expression[];
      }
    | { readonly kind: 'expression'; readonly value: Expression }
    | { readonly kind: 'if'; readonly condition: Expression; readonly body: Block; readonly otherwise: Block }
    | { readonly kind: 'while'; readonly condition: Expression; readonly body: Block }
    | { readonly kind: 'for'; readonly target: Expression; readonly iterable: Expression; readonly body: Block }
    | { readonly kind: 'with'; readonly items: readonly WithItem[]; readonly body: Block }
    | { readonly kind: 'return'; readonly value: Expression | undefined }
    | { readonly kind: 'raise'; readonly value: Expression | undefined }
    | { readonly kind: 'assert'; readonly condition: Expression; readonly message: Expression | undefined }
    | { readonly kind: 'delete'; readonly targets: readonly Expression[] }
    | { readonly kind: 'pass' | 'break' | 'continue' }
    /** A function within a function: what `fork` runs. */
    | { readonly kind: 'function'; readonly function: FunctionDefinition }
  );

export type Block = readonly Statement[];

export interface WithItem extends Span {
  readonly value: Expression;
  readonly target: Expression | undefined;
}

export interface Parameter extends Span {
  readonly name: string;
  /** Absent for a plain `self` alone. */
  readonly type: TypeExpression | undefined;
  readonly default: Expression | undefined;
  readonly keywordOnly: boolean;
}

export interface FunctionDefinition extends Span {
  readonly kind: 'function';
  readonly name: string;
  /** `__torch__.a.pad`; for methods `__torch__.a.Net.forward`. */
  readonly qualifiedName: string;
  readonly parameters: readonly Parameter[];
  readonly returns: TypeExpression | undefined;
  readonly body: Block;
  readonly source: SourceFile;
}

export interface ClassAttribute extends Span {
  /** Also names that are no identifiers, as `__annotations__["0"] = ...` declares them. */
  readonly name: string;
  /** Without its `Final[...]`. */
  readonly type: TypeExpression | undefined;
  /** `Final` attributes and members of an Enum. */
  readonly value: Expression | undefined;
  readonly final: boolean;
}

export interface ClassDefinition extends Span {
  readonly kind: 'class';
  readonly name: string;
  /** `__torch__.torch.nn.modules.conv.Conv2d`. */
  readonly qualifiedName: string;
  /** `class X(Module)`, `(NamedTuple)`, `(Enum)`, `(Interface)`, `(ModuleInterface)`, or none of them: a script class. */
  readonly base: 'Module' | 'NamedTuple' | 'Enum' | 'Interface' | 'ModuleInterface' | undefined;
  /** The class that it extends, where that is another one of ours: `Conv2d`, or `torch.nn.modules.conv.Conv2d`. */
  readonly parent: string | undefined;
  /** Names of attributes that are parameters, buffers. */
  readonly parameters: readonly string[];
  readonly buffers: readonly string[];
  readonly attributes: readonly ClassAttribute[];
  readonly methods: ReadonlyMap<string, FunctionDefinition>;
  readonly forwardHooks: readonly string[];
  readonly forwardPreHooks: readonly string[];
  readonly source: SourceFile;
}

export type Definition = ClassDefinition | FunctionDefinition;

/** One code file of an archive. */
export interface SourceFile {
  /** The entry inside the archive, without the archive's own folder: `code/__torch__/net.py`. */
  readonly entry: string;
  readonly text: string;
  /** Line and column (from 1) of a character offset. */
  place(offset: number): { readonly line: number; readonly column: number };
}
