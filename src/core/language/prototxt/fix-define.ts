/** *Define custom layer*: a dialect of one's own that has the layer type and its fields, in graphwright.caffe.json. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CAFFE_DIALECTS } from '../../formats/caffe/dialects.ts';
import { type OwnDialect, withDialect } from '../../targets/own-dialect.ts';
import { backendOf } from '../../targets/table.ts';
import { BACKENDS_FILE, findBackendsFile } from '../../targets/user-backends.ts';
import type { PrototxtDocument } from './document.ts';
import type { FixRule, Mending } from './fixes.ts';
import { type Declared, declare, messageText } from './own-schema.ts';
import type { PlacedProblem } from './problems.ts';
import { spotAt } from './spot.ts';
import { isMessage } from './syntax.ts';

export const defineFixes: FixRule = (document, placed) => {
  const { code, details } = placed.problem;
  if (placed.layer?.field.name.text !== 'layer') return [];
  if (code !== 'layer-type-unknown') return fieldFix(document, placed);
  const { type = '' } = details;
  const { dialect } = document;
  const unknown = placed.layer.body.fields.filter(({ name }) => !dialect?.schema.layer.fields.has(name.text));
  const declared = declare(unknown, dialect?.schema.layer);
  const own = unknown.find(({ values }) => values.some(isMessage))?.name.text;
  const known = placed.layer.body.fields.find(({ name }) => /_param$/.test(name.text) && name.text !== 'param')?.name
    .text;
  const parameters = own ?? known;
  const adds = { [type]: parameters === undefined ? {} : { parameters } };
  return written(document, `Define custom layer ${type}`, adds, 'LayerParameter', declared);
};

/** A field within parameters that are known. */
function fieldFix(document: PrototxtDocument, { field }: PlacedProblem): readonly Mending[] {
  const spot = field && spotAt(document, field.start);
  if (!field || !spot?.holder || spot.path.length < 3) return [];
  const declared = declare([field], spot.holder);
  return written(
    document,
    `Define the field ${field.name.text} in a dialect of your own`,
    {},
    spot.holder.name,
    declared,
  );
}

/** What is written: an entry, and the schema beside it; both of the dialect that is there where it is the user's own. */
function written(
  document: PrototxtDocument,
  title: string,
  adds: OwnDialect['adds'],
  message: string,
  declared: Declared,
): readonly Mending[] {
  const { dialect, path } = document;
  if (!dialect) return [];
  const file = findBackendsFile(path) ?? join(dirname(path), BACKENDS_FILE);
  const isOwn = !CAFFE_DIALECTS.some((id) => id === dialect.id);
  const folder = dirname(file);
  const name = isOwn ? dialect.id : freeName(document, folder);
  const proto = isOwn ? (backendOf(dialect.id, path).proto ?? '') : join(folder, `${name}.proto`);
  const schema = isOwn ? amended(readFileSync(proto, 'utf8'), message, declared) : begun(dialect.id, message, declared);
  const entry: OwnDialect = { name, proto: `${name}.proto`, like: dialect.id, adds };
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const entries = withDialect(text, entry);
  if (entries === undefined) return [];
  const files = [
    { path: proto, text: schema },
    { path: file, text: entries },
  ];
  return [{ title, effects: { files, dialect: name } }];
}

/** `custom`, `custom2`, … */
function freeName({ dialects }: PrototxtDocument, folder: string): string {
  for (let k = 1; ; k++) {
    const name = k === 1 ? 'custom' : `custom${k}`;
    if (!dialects.some(({ id }) => id === name) && !existsSync(join(folder, `${name}.proto`))) return name;
  }
}

/** A schema that says what is there beside another one. */
function begun(like: string, message: string, { fields, messages }: Declared): string {
  const parts = [
    `// What your framework has beside ${like}. Take the numbers and types of its caffe.proto: they decide how .caffemodel files are read.`,
    'syntax = "proto2";',
    'package caffe;',
    `import "${like}.proto";`,
    ...(fields.length > 0 ? [messageText(message, fields)] : []),
    ...messages,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The text of a schema with further fields in a message. */
function amended(text: string, message: string, { fields, messages }: Declared): string {
  const further = messages.map((each) => `\n${each}\n`).join('');
  if (fields.length === 0) return `${text}${further}`;
  const at = new RegExp(`^message\\s+${message}\\s*\\{`, 'm').exec(text);
  if (!at) return `${text}\n${messageText(message, fields)}\n${further}`;
  const end = at.index + at[0].length;
  return `${text.slice(0, end)}\n${fields.map((field) => `  ${field}`).join('\n')}${text.slice(end)}${further}`;
}
