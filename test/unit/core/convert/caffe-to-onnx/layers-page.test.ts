/** Writes docs/caffe-to-onnx.md, with -u: which layer types become ONNX, dialect by dialect, from the table of rules. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isOwn, ruleOf } from '../../../../../src/core/convert/caffe-to-onnx/rules.ts';
import { undefinedLayer } from '../../../../../src/core/convert/caffe-to-onnx/undefined.ts';
import { CAFFE_RULES } from '../../../../../src/core/convert/onnx-to-caffe/rules.ts';
import { draftLayerEntry } from '../../../../../src/core/custom/layer-entry.ts';
import { FRAMEWORKS } from '../../../../../src/core/dialects/caffe/frameworks.ts';
import { CAFFE_LAYERS } from '../../../../../src/core/dialects/caffe/layers.ts';
import { CAFFE_DIALECTS, vocabularyOf } from '../../../../../src/core/formats/caffe/dialects.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';

const layersOf = (dialect: keyof typeof FRAMEWORKS): readonly string[] =>
  (FRAMEWORKS[dialect].layers as readonly string[]).filter((type) => !CAFFE_LAYERS[type]?.training);

/** Inputs are no layers of the graph. */
const converts = (dialect: string, type: string) =>
  type === 'Input' || ruleOf(caffeBackend(dialect), type) !== undefined;

const types = [...new Set(CAFFE_DIALECTS.flatMap(layersOf))].sort((a, b) =>
  a.toLowerCase().localeCompare(b.toLowerCase(), 'en'),
);

function cell(dialect: keyof typeof FRAMEWORKS, type: string): string {
  if (!layersOf(dialect).includes(type)) return '';
  if (undefinedLayer(dialect, type)) return 'op';
  if (!converts(dialect, type)) return '–';
  return isOwn(dialect, type) ? 'own' : 'x';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

const quoted = (types: readonly string[]) => types.map((type) => `\`${type}\``).join(', ');

const counts = CAFFE_DIALECTS.map((dialect) => {
  const all = layersOf(dialect);
  const operators = all.filter((type) => undefinedLayer(dialect, type));
  const left = all.filter((type) => !converts(dialect, type) && !undefinedLayer(dialect, type));
  const computed = all.length - left.length - operators.length;
  return [dialect, `${computed} of ${all.length}`, quoted(operators), quoted(left)];
});

/** Why they become operators of their own: types of one reason together. */
const whys = CAFFE_DIALECTS.flatMap((dialect) => {
  const known = layersOf(dialect).flatMap((type) => {
    const found = undefinedLayer(dialect, type);
    return found ? [{ type, reason: found.reason }] : [];
  });
  return [...new Set(known.map(({ reason }) => reason))].map((reason) => {
    const types = known.filter((each) => each.reason === reason).map(({ type }) => type);
    return `- ${dialect}, ${quoted(types)}: ${reason}.`;
  });
}).join('\n');

/** What such operators have of attributes, by the schemas: `classes: int = 20`. */
const signatures = CAFFE_DIALECTS.flatMap((dialect) =>
  layersOf(dialect)
    .filter((type) => undefinedLayer(dialect, type))
    .map((type) => {
      const { entry } = draftLayerEntry(new Node(type, [], { domain: 'caffe' }), vocabularyOf(dialect), '');
      const attributes = Object.entries(entry.attributes).map(
        ([name, { type: of, default: otherwise }]) =>
          `${name}: ${of}${otherwise === undefined ? '' : ` = ${JSON.stringify(otherwise)}`}`,
      );
      return [`\`caffe.${dialect}::${type}\``, attributes.map((each) => `\`${each}\``).join(', ')];
    }),
);

/** Rules of others, from their sources. */
const others = readFileSync(new URL('../../../../fixtures/caffe/converters.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t'))
  .map(([name = '', commit = '', file = '', direction = '', rules = '']) => ({
    name,
    source: `${commit}, ${file}`,
    direction,
    rules: rules.split(' '),
  }));

const converted = types.filter((type) => CAFFE_DIALECTS.some((dialect) => isConverted(dialect, type)));

function isConverted(dialect: keyof typeof FRAMEWORKS, type: string): boolean {
  return layersOf(dialect).includes(type) && converts(dialect, type);
}

const besides = others.map(({ name, source, direction, rules }) => {
  if (direction === 'to Caffe') return [name, source, '', '', String(rules.length)];
  const of = (known: readonly string[]) => String(rules.filter((type) => known.includes(type)).length);
  return [name, source, of(layersOf('bvlc')), of(types), ''];
});
const own = [
  '**Graphwright**',
  '',
  String(layersOf('bvlc').filter((type) => converts('bvlc', type)).length),
  String(converted.length),
  String(Object.keys(CAFFE_RULES).length),
];

test('the page lists what the rules say', async () => {
  const page = `# Caffe layers that become ONNX

From the table of rules; [caffe.md](caffe.md#to-onnx) says how they are converted, and
[what layers mean](caffe.md#what-layers-mean) where dialects differ. Layer types that only train are left out. This page is
written by \`npx vitest run test/unit/core/convert/caffe-to-onnx/layers-page -u\`.

## How many of each dialect

${table(['dialect', 'convert', 'operators of their own', 'do not'], counts)}

Of some layers no public source says what they compute. Such a layer becomes one node of an operator in the domain \`caffe.\` and the
dialect's name, which the runtime has to know, and a warning says so. Its inputs are the bottoms, then the blobs; its attributes are
the fields of its parameters with the schema's defaults, those of a message within behind that message's name
(\`nms_param_top_k\`), truth values as 0 and 1, enums by their words. \`graphwright.ops.json\` can say what it computes, or its shape
([custom-operators.md](custom-operators.md)).

${whys}

The quick fix *Define custom operator…* writes such an operator as an entry of \`graphwright.ops.json\`, with the type of each attribute and
its default. What the schemas say:

${table(['operator', 'attributes'], signatures)}

## Beside other converters

Of how many layer types they have a rule, of BVLC's ${layersOf('bvlc').length} and of the ${types.length} of all dialects; and for how many operators of ONNX,
on the way to Caffe. Counted from their sources; how exact a rule is does not show here, and none of them tells dialects apart.

${table(['converter', 'counted from', "of BVLC's types", 'of all types', 'ONNX operators to Caffe'], [...besides, own])}

## Type by type

\`x\`: converts, \`own\`: converts, and means something of its own in this dialect, \`op\`: becomes an operator of its own, \`–\`: the
framework has it, and it does not convert.

${table(
  ['type', ...CAFFE_DIALECTS],
  types.map((type) => [type, ...CAFFE_DIALECTS.map((dialect) => cell(dialect, type))]),
)}
`;
  await expect(page).toMatchFileSnapshot('../../../../../docs/caffe-to-onnx.md');
});

test.each(['bvlc', 'ssd', 'intel', 'opencv', 'yolo-upsample'] as const)(
  'every layer type of %s converts',
  (dialect) => {
    expect(layersOf(dialect).filter((type) => !converts(dialect, type))).toEqual([]);
  },
);
