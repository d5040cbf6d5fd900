/** Facts of layers and fields in Markdown, as hovers and completions show them. */
import { fieldWords } from '../../dialects/caffe/field-words.ts';
import { LAYER_WORDS } from '../../dialects/caffe/layer-words.ts';
import { type CaffeField, type CaffeFieldType, type CaffeMessage, fieldAt } from '../../dialects/caffe/schema.ts';
import { type CaffeVocabulary, layerFacts } from '../../dialects/caffe/vocabulary.ts';
import { wordsOf } from './analysis.ts';

/** What a layer does, its parameters and blobs, and which dialects have it. */
export function layerMarkdown(op: string, dialect: CaffeVocabulary, all: readonly CaffeVocabulary[]): string {
  const facts = layerFacts(dialect, op);
  const words = Object.hasOwn(LAYER_WORDS, op) ? LAYER_WORDS[op] : undefined;
  const [own, other] = [facts?.parameters, facts?.also].map((names) => [names ?? []].flat());
  const fields = [...(own ?? []), ...(other ?? [])].filter((name) => dialect.schema.layer.fields.has(name));
  const parts = [`**${op}**${words ? `: ${words}` : ''}`];
  for (const name of fields) parts.push(parametersText(dialect.schema.layer, name));
  if (facts?.blobs) parts.push(`Blobs: ${facts.blobs.join(', ')}.`);
  if (facts?.training) parts.push('It belongs to training.');
  parts.push(havingText(op, dialect, all));
  return parts.filter(Boolean).join('\n\n');
}

function havingText(op: string, { id, layers }: CaffeVocabulary, all: readonly CaffeVocabulary[]): string {
  const having = all.filter((each) => each.layers.has(op)).map((each) => each.id);
  const lacking = all.filter((each) => !each.layers.has(op)).map((each) => each.id);
  if (having.length === 0) return 'No dialect has it.';
  const where = lacking.length === 0 ? 'All dialects have it.' : `Dialects: ${having.join(', ')}.`;
  return layers.has(op) ? where : `${where} **${id} does not have it.**`;
}

/** As it stands in a text: each field with its default, or with its type where there is none. */
function parametersText(layer: CaffeMessage, name: string): string {
  const type = layer.fields.get(name)?.type;
  if (type?.kind !== 'message' || type.message.fields.size === 0) return `\`${name}\``;
  const fields = [...type.message.fields.values()].map((field) => {
    if (field.type.kind === 'message') return `${field.name} {}`;
    return `${field.name}: ${field.otherwise === undefined ? typeName(field.type) : defaultText(field)}`;
  });
  return fence(`${name} {\n${wrapped(fields)}\n}`, 'caffe-prototxt');
}

/** A few to a line. */
function wrapped(words: readonly string[]): string {
  const lines: string[] = [];
  let line = ' ';
  for (const word of words) {
    if (line.length + word.length > 64) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}

/** The type of a field, its default, what it means, and its numbers in all dialects. `path` counts from the layer. */
export function fieldMarkdown(
  field: CaffeField | undefined,
  holder: CaffeMessage | undefined,
  { path, root }: { readonly path: string; readonly root: 'layer' | 'net' },
  dialect: CaffeVocabulary,
  all: readonly CaffeVocabulary[],
): string {
  const name = path.split('.').at(-1) ?? path;
  const words = holder && fieldWords(holder.name, name);
  const parts = [field ? fence(signatureOf(field)) : `The dialect ${dialect.id} has no field \`${name}\` here.`];
  if (words) parts.push(words);
  if (field?.type.kind === 'enum') parts.push(`One of ${[...field.type.numbers.keys()].slice(0, 24).join(', ')}.`);
  parts.push(numbersText(path, root, all));
  return parts.join('\n\n');
}

/** `repeated uint32 pad = 3`. */
export function signatureOf(field: CaffeField): string {
  const { name, number, repeated, required, type, otherwise } = field;
  const rule = repeated ? 'repeated ' : required ? 'required ' : '';
  return `${rule}${typeName(type)} ${name} = ${number}${otherwise === undefined ? '' : ` [default = ${defaultText(field)}]`}`;
}

export function typeName(type: CaffeFieldType): string {
  if (type.kind === 'message') return type.message.name;
  return type.kind === 'enum' ? (type.name.split('.').at(-1) ?? type.name) : type.name;
}

export function defaultText({ otherwise, type }: CaffeField): string {
  return type.kind === 'scalar' && type.name === 'string' ? JSON.stringify(otherwise) : String(otherwise);
}

/** `Number 13 in bvlc, ssd: type …; not in ncnn, where 13 is …`. */
function numbersText(path: string, root: 'layer' | 'net', all: readonly CaffeVocabulary[]): string {
  const above = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
  const groups = new Map<string, string[]>();
  for (const each of all) {
    const schema = each.schema[root];
    const field = fieldAt(schema, path);
    const key = field ? signatureOf(field) : lackingText(schema, above, path, all, root);
    groups.set(key, [...(groups.get(key) ?? []), each.id]);
  }
  if (groups.size === 1) return 'All dialects have it so.';
  const rows = [...groups].map(([what, ids]) => `- ${what === '' ? 'not' : `\`${what}\``} in ${wordsOf(ids)}`);
  return rows.join('\n');
}

/** What a dialect without the field has under its number instead. */
function lackingText(
  schema: CaffeMessage,
  above: string,
  path: string,
  all: readonly CaffeVocabulary[],
  root: 'layer' | 'net',
): string {
  const number = all.map((each) => fieldAt(each.schema[root], path)).find((field) => field)?.number;
  const type = above === '' ? undefined : fieldAt(schema, above)?.type;
  const message = above === '' ? schema : type?.kind === 'message' ? type.message : undefined;
  const other = number === undefined ? undefined : message?.byNumber.get(number);
  return other ? signatureOf(other) : '';
}

export function fence(text: string, language = 'protobuf'): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
