/** Parses a TorchScript code file: its classes and functions (torch/csrc/jit/serialization/python_print.cpp writes them). */
import type {
  ClassAttribute,
  ClassDefinition,
  Definition,
  Expression,
  FunctionDefinition,
  SourceFile,
  TypeExpression,
} from './ast.ts';
import { StatementParser } from './statements.ts';
import { type Token, tokenize } from './tokens.ts';

/**
 * The definitions of a code file by qualified name. `file` is the archive's path, for errors (`syntax-error`). Where `heirs`
 * are allowed, a class may extend any other, which becomes its `parent`: TorchScript has no such classes.
 */
export function parseSource(source: SourceFile, file: string, heirs = false): ReadonlyMap<string, Definition> {
  return new Parser(tokenize(source, file), source, file, heirs).module();
}

/** The expression that a text consists of. */
export function parseExpression(source: SourceFile, file: string): Expression {
  return new Parser(tokenize(source, file), source, file).only();
}

const BASES = ['Module', 'NamedTuple', 'Enum', 'Interface', 'ModuleInterface'] as const;

class Parser extends StatementParser {
  constructor(
    tokens: readonly Token[],
    source: SourceFile,
    file: string,
    private readonly heirs = false,
  ) {
    super(tokens, source, file);
  }

  only(): Expression {
    const expression = this.expression();
    if (this.peek().kind === 'newline') this.next();
    if (this.peek().kind !== 'end') throw this.unexpected('the end of the text');
    return expression;
  }

  module(): ReadonlyMap<string, Definition> {
    const prefix = qualifierOf(this.source.entry);
    const definitions = new Map<string, Definition>();
    while (this.peek().kind !== 'end') {
      const definition = this.definition(prefix);
      if (definition) definitions.set(definition.qualifiedName, definition);
    }
    return definitions;
  }

  /** Archives of old PyTorch begin with `op_version_set = 1` and imports, which say nothing to us. */
  private definition(prefix: string): Definition | undefined {
    const { kind, text } = this.peek();
    if (kind === 'name' && text === 'class') return this.class(prefix);
    if (kind === 'name' && text === 'def') return this.function(prefix);
    if (kind === 'newline') this.next();
    else if (kind === 'name' && (text === 'import' || text === 'op_version_set')) this.skipLine();
    else throw this.unexpected('a class or a function');
    return undefined;
  }

  private class(prefix: string): ClassDefinition {
    const { start } = this.next();
    const name = this.expectName().text;
    const qualifiedName = `${prefix}.${name}`;
    const { base, parent } = this.accept('(') ? this.base() : {};
    this.expect(':');
    const members: Member[] = [];
    const methods = new Map<string, FunctionDefinition>();
    this.indented(() => this.classLine(qualifiedName, members, methods));
    const last = Math.max(0, ...[...methods.values(), ...members].map((part) => part.end));
    const facts = this.facts(members);
    const { source } = this;
    return { kind: 'class', name, qualifiedName, base, parent, ...facts, methods, source, start, end: last };
  }

  private base(): { readonly base?: ClassDefinition['base']; readonly parent?: string } {
    if (this.accept(')')) return {};
    const { start } = this.peek();
    const { end } = this.expression();
    const name = this.source.text.slice(start, end);
    this.expect(')');
    const base = BASES.find((known) => known === name);
    if (base) return { base };
    if (this.heirs) return { parent: name };
    throw this.error(start, `a class of TorchScript extends one of ${BASES.join(', ')}, not ${name}`);
  }

  private classLine(className: string, members: Member[], methods: Map<string, FunctionDefinition>): void {
    const { kind, text, start } = this.peek();
    if (kind === 'name' && text === 'def') {
      const method = this.function(className);
      methods.set(method.name, method);
    } else if (kind === 'string' || this.sees('@') || (kind === 'name' && text === 'pass')) {
      this.skipLine();
    } else {
      const target = this.expression();
      const type = this.accept(':') ? this.type() : undefined;
      const value = this.accept('=') ? this.expressions() : undefined;
      members.push({ target, type, value, start, end: this.previousEnd() });
      this.endOfLine();
    }
  }

  /** `__parameters__ = [...]` and the like are lists of names; all else declares an attribute. */
  private facts(members: readonly Member[]): Pick<ClassDefinition, (typeof FACTS)[keyof typeof FACTS] | 'attributes'> {
    const facts: Record<(typeof FACTS)[keyof typeof FACTS], string[]> = {
      parameters: [],
      buffers: [],
      forwardHooks: [],
      forwardPreHooks: [],
    };
    const attributes: ClassAttribute[] = [];
    for (const member of members) {
      const { target, value } = member;
      const name = target.kind === 'name' ? target.name : '';
      if (isFact(name)) facts[FACTS[name]].push(...this.names(value));
      else if (name !== '__annotations__') attributes.push(this.attribute(member));
    }
    return { ...facts, attributes };
  }

  private attribute({ target, type, value, start, end }: Member): ClassAttribute {
    // __annotations__["0"] = SomeType declares a name that is no identifier
    if (target.kind === 'subscript' && target.object.kind === 'name' && target.object.name === '__annotations__') {
      const [key] = target.indices;
      if (key?.kind !== 'string' || !value) throw this.error(start, 'expected the name and type of an attribute');
      return { name: key.value, ...withoutFinal(this.asType(value)), value: undefined, start, end };
    }
    if (target.kind !== 'name' || (!type && !value)) throw this.error(start, 'expected an attribute and its type');
    const facts = type ? withoutFinal(type) : { type: undefined, final: true };
    return { name: target.name, ...facts, value, start, end };
  }

  private names(value: Expression | undefined): string[] {
    if (value?.kind !== 'list' && value?.kind !== 'tuple') return [];
    return value.items.flatMap((item) => (item.kind === 'string' ? [item.value] : []));
  }
}

interface Member {
  readonly target: Expression;
  readonly type: TypeExpression | undefined;
  readonly value: Expression | undefined;
  readonly start: number;
  readonly end: number;
}

const FACTS = {
  __parameters__: 'parameters',
  __buffers__: 'buffers',
  __forward_hooks__: 'forwardHooks',
  __forward_pre_hooks__: 'forwardPreHooks',
} as const;

function isFact(name: string): name is keyof typeof FACTS {
  return Object.hasOwn(FACTS, name);
}

function withoutFinal(type: TypeExpression): { type: TypeExpression; final: boolean } {
  const [inner] = type.arguments;
  return type.name === 'Final' && inner ? { type: inner, final: true } : { type, final: false };
}

/** `code/__torch__/a/b.py` holds what is called `__torch__.a.b.*`. */
function qualifierOf(entry: string): string {
  return entry
    .replace(/^code\//, '')
    .replace(/\.py$/, '')
    .replaceAll('/', '.');
}
