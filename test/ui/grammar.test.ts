/** The grammars of ONNX text and of Caffe's networks, by the very library that colours them in VS Code. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { SERVER } from '../../scripts/lib/vscode.mjs';

/** What is used of vscode-textmate and vscode-oniguruma, which VS Code comes with. */
interface Textmate {
  readonly INITIAL: unknown;
  readonly Registry: new (options: object) => { loadGrammar(scope: string): Promise<Grammar> };
  parseRawGrammar(text: string, name: string): unknown;
}

interface Grammar {
  tokenizeLine(
    line: string,
    state: unknown,
  ): {
    readonly ruleStack: unknown;
    readonly tokens: readonly { readonly startIndex: number; readonly endIndex: number; readonly scopes: string[] }[];
  };
}

interface Oniguruma {
  loadWASM(bytes: ArrayBufferLike): Promise<void>;
  readonly OnigScanner: new (patterns: string[]) => unknown;
  readonly OnigString: new (text: string) => unknown;
}

type Language = 'onnxtxt' | 'caffe-prototxt';

const FILES: Readonly<Record<string, string>> = {
  'source.onnxtxt': 'onnx-text.tmLanguage.json',
  'source.caffe-prototxt': 'caffe-prototxt.tmLanguage.json',
};
const grammars = new Map<Language, Grammar>();
let initial: unknown;

beforeAll(async () => {
  const packages = createRequire(path.join(SERVER, 'package.json'));
  const textmate: Textmate = packages('vscode-textmate');
  const { loadWASM, OnigScanner, OnigString }: Oniguruma = packages('vscode-oniguruma');
  await loadWASM(readFileSync(packages.resolve('vscode-oniguruma/release/onig.wasm')).buffer);
  const onigLib = Promise.resolve({
    createOnigScanner: (patterns: string[]) => new OnigScanner(patterns),
    createOnigString: (text: string) => new OnigString(text),
  });
  const loadGrammar = async (scope: string) => {
    const file = FILES[scope] ?? '';
    return textmate.parseRawGrammar(readFileSync(inRoot(`languages/${file}`), 'utf8'), file);
  };
  const registry = new textmate.Registry({ onigLib, loadGrammar });
  for (const language of ['onnxtxt', 'caffe-prototxt'] as const)
    grammars.set(language, await registry.loadGrammar(`source.${language}`));
  initial = textmate.INITIAL;
});

/** The words of a text with the innermost scope of each; those that have none but the text's own are left out. */
function scopesOf(text: string, language: Language = 'onnxtxt'): string[] {
  const grammar = grammars.get(language);
  const found: string[] = [];
  let state = initial;
  for (const line of text.split('\n')) {
    if (!grammar) throw new Error(`there is no grammar of ${language}`);
    const { ruleStack, tokens } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) {
      const word = line.slice(startIndex, endIndex).trim();
      const scope = scopes.at(-1)?.replace(`.${language}`, '');
      if (word !== '' && scope && !/^(source|punctuation|meta)/.test(scope)) found.push(`${word} ${scope}`);
    }
  }
  return found;
}

test.each([
  ['a comment', '# A word', ['# A word comment.line.number-sign']],
  ['the header', 'ir_version: 8', ['8 constant.numeric']],
  ['keys within the header', '<opset_import: ["" : 17]>', ['opset_import keyword.other.field', '17 constant.numeric']],
  [
    'a note',
    '#@ {"doc":"x"}',
    ['#@ keyword.other.note', '{ comment.line.documentation.note', '"doc" variable.other.property.note'],
  ],
  [
    'a graph',
    'net (float[N, ?, 3] x) => (seq(int64) y)',
    [
      'net entity.name.type.graph',
      'float storage.type',
      'N variable.other.dimension',
      '? constant.language.unknown',
      '3 constant.numeric',
      'x variable.other.definition',
      '=> keyword.operator.arrow',
      'seq storage.type.container',
      'int64 storage.type',
      'y variable.other',
    ],
  ],
  [
    'constants',
    '<float[2] w = {1, -2.5e-3}, int64 k = {7}>',
    [
      'float storage.type',
      '2 constant.numeric',
      'w variable.other.definition',
      '1 constant.numeric',
      '-2.5e-3 constant.numeric',
      'int64 storage.type',
      'k variable.other.definition',
      '7 constant.numeric',
    ],
  ],
  [
    'a node',
    '{\n  [label] h = com.acme.Swish:v2 <axis = 1, mode: string = "x", alpha: float = @beta> (x)\n}',
    [
      'label entity.name.label',
      'h variable.other',
      'com.acme. entity.name.namespace',
      'Swish entity.name.function.operator',
      'v2 entity.name.tag.overload',
      'axis variable.other.property.attribute',
      '1 constant.numeric',
      'mode variable.other.property.attribute',
      'string storage.type',
      'x string.quoted.double',
      'alpha variable.other.property.attribute',
      'float storage.type',
      '@ keyword.operator.reference',
      'beta variable.parameter',
      'x variable.other',
    ],
  ],
  [
    'graphs within nodes, over several lines',
    '{\n  y = If (c) <then_branch = then_graph () => (t) {\n    t = Identity (h)\n  }>\n  z = Relu (y)\n}',
    [
      'then_branch variable.other.property.attribute',
      'then_graph entity.name.type.graph',
      'Identity entity.name.function.operator',
      'Relu entity.name.function.operator',
    ],
  ],
  [
    'functions',
    '<domain: "com.acme">\nSwish <beta, gamma: float = 1.0> (x) => (y) {\n  y = Mul (x, x)\n}',
    [
      'domain keyword.other.field',
      'Swish entity.name.type.graph',
      'gamma variable.other.property.attribute',
      'Mul entity.name.function.operator',
    ],
  ],
])('%s', (_, text, expected) => {
  const found = scopesOf(text);
  for (const each of expected) expect(found).toContain(each);
});

test.each([
  ['a comment', '# a layer', ['# a layer comment.line.number-sign']],
  [
    'a layer',
    'layer {\n  name: "conv1"\n  type: "Convolution"\n  bottom: "data"\n  top: "conv1"\n}',
    [
      'layer keyword.control.layer',
      'name variable.other.property.field',
      'conv1 entity.name.type.layer',
      'Convolution entity.name.function.operator',
      'data variable.parameter.blob',
      'conv1 variable.parameter.blob',
    ],
  ],
  [
    'parameters, whose types are texts',
    'layer {\n  pooling_param { pool: MAX pad: -1 bias: true filler < type: "xavier" std: 1e-2 > }\n}',
    [
      'pooling_param keyword.other.message',
      'pool variable.other.property.field',
      'MAX variable.other.enummember',
      '-1 constant.numeric',
      'true constant.language',
      'filler keyword.other.message',
      '"xavier" string.quoted.double',
      '1e-2 constant.numeric',
    ],
  ],
  [
    'layers from before 2014',
    'layers { type: CONVOLUTION }',
    ['layers keyword.control.layer', 'CONVOLUTION entity.name.function.operator'],
  ],
  [
    'what stands outside of layers',
    'input: "data" input_dim: 1',
    ['data variable.parameter.blob', '1 constant.numeric'],
  ],
])('prototxt: %s', (_, text, expected) => {
  const found = scopesOf(text, 'caffe-prototxt');
  for (const each of expected) expect(found).toContain(each);
});
