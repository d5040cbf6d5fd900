/** What can be written at the cursor in the text of a rule: at every place what fits there. */

import type { CustomOperators } from '../../custom/definition.ts';
import { allowedWords } from '../../dialects/onnx/attribute-values.ts';
import { LATEST_OPSET, type OperatorSchema, operatorNames, operatorSchema } from '../../dialects/onnx/operators.ts';
import { DATA_TYPES } from '../../ir/dtype.ts';
import { FUNCTIONS } from '../../passes/pattern/functions.ts';
import type { Offer } from '../completion.ts';
import { attributeText, customMarkdown, operatorMarkdown } from '../operator-text.ts';
import { placeholder, snippetText } from '../snippets.ts';
import { type Capture, capturesOf } from './captures.ts';
import { type Scanned, type Section, type State, scanRules, type Word } from './scan.ts';
import { FUNCTION_WORDS, functionSignature, KEYWORDS } from './words.ts';

export interface RuleOffers {
  /** How many characters before the cursor the offers replace. */
  readonly typed: number;
  readonly offers: readonly Offer[];
}

const NOTHING: RuleOffers = { typed: 0, offers: [] };

/** `single` says that the text is one rule alone, and not a file of rules. */
export function ruleOffers(text: string, offset: number, single: boolean, custom: CustomOperators): RuleOffers {
  const before = text.slice(0, offset);
  if (isInTextOrComment(before.slice(before.lastIndexOf('\n') + 1))) return NOTHING;
  const [typed = ''] = /[A-Za-z_][\w.]*$/.exec(before) ?? [];
  const scanned = scanRules(text, single);
  const at = scanned.words.findIndex(({ end }) => end > offset - typed.length);
  const k = at === -1 ? scanned.words.length : at;
  const state = scanned.states[k];
  if (!state) return NOTHING;
  const next = /^[ \t]*(\S?)/.exec(text.slice(offset))?.[1] ?? '';
  const place: Place = { scanned, k, state, before: scanned.words[k - 1], whole: next !== '(' && next !== '<', custom };
  return { typed: typed.length, offers: offersAt(place) };
}

interface Place {
  readonly scanned: Scanned;
  readonly k: number;
  readonly state: State;
  readonly before: Word | undefined;
  /** Whether the rest of a call is to be written, too. */
  readonly whole: boolean;
  readonly custom: CustomOperators;
}

function offersAt(place: Place): readonly Offer[] {
  const { state, before } = place;
  const { bracket, section } = state;
  const mark = before?.text ?? '';
  if (section === 'outside')
    return mark === 'rule' ? [] : [keyword('rule', `rule ${placeholder(1, 'name')} {\n  $0\n}`)];
  switch (bracket?.open) {
    case '<':
      return inAttributes(place, mark);
    case '(':
      if (bracket.operators.length > 0) return ['(', ','].includes(mark) ? inputs(place) : [];
      return terms(place);
    case '[':
      return terms(place);
    default:
      return section === 'condition' ? inConditions(place, mark) : inLines(place, mark, section);
  }
}

/** At the beginning of a line, behind its `=`, and behind `|`. */
function inLines(place: Place, mark: string, section: Section): readonly Offer[] {
  if (mark === 'same') return captures(place, 'value');
  if (mark === '|') return operators(place);
  if (mark === '=') {
    const own = operators(place);
    return section === 'pattern' ? own : [...own, keyword('same'), ...terms(place)];
  }
  if (mark === ',' || mark === '.' || mark === 'const') return [];
  if (section === 'pattern') return ['where', 'or'].map((word) => keyword(word)).concat(ARROW);
  return [keyword('const'), ...captures(place, 'value').map((offer) => ({ ...offer, snippet: `${offer.label} = $0` }))];
}

const ARROW: Offer = { label: '=>', kind: 'key', markdown: 'The replacement follows.' };
const OPENS_TERM = new Set(['where', ',', 'and', 'or', 'not', 'in', '==', '!=', '~=', '<', '<=', '>', '>=']);
const ARITHMETIC = new Set(['+', '-', '*', '/', '//', '%']);

function inConditions(place: Place, mark: string): readonly Offer[] {
  if (OPENS_TERM.has(mark) || ARITHMETIC.has(mark)) return terms(place);
  return [...['and', 'or', 'in'].map((word) => keyword(word)), ARROW];
}

function terms(place: Place): readonly Offer[] {
  const { state, before } = place;
  const compares = ['==', '!=', 'in', '[', ','].includes(before?.text ?? '') && state.section === 'condition';
  const words = state.section === 'condition' ? ['not', 'true', 'false'].map((word) => keyword(word)) : [];
  return [...captures(place), ...functions(), ...words, ...(compares ? types() : [])];
}

function inputs(place: Place): readonly Offer[] {
  const further = place.state.section === 'replacement' ? functions() : [];
  return [...captures(place, 'value'), ...operators(place), ...further];
}

function inAttributes(place: Place, mark: string): readonly Offer[] {
  const { scanned, k, state } = place;
  const schemas = schemasOf(state);
  if (mark === '<' || mark === ',') {
    const facts = schemas.flatMap((schema) => [...schema.attributes]);
    const given = givenBefore(scanned, k);
    const names = new Map(facts.filter(([name]) => !given.has(name)));
    return [...names].map(([name, fact]): Offer => {
      const detail = attributeText(name, fact).slice(name.length + 2);
      return { label: name, kind: 'attribute', detail, snippet: `${name} = ${placeholder(1, '')}` };
    });
  }
  if (mark !== '=') return [];
  const name = scanned.words[k - 2]?.text ?? '';
  const words = schemas.flatMap((schema) => allowedWords(schema, name) ?? []);
  const texts = [...new Set(words)].map((word): Offer => ({ label: `"${word}"`, kind: 'enum' }));
  return state.section === 'replacement' ? [...texts, ...terms(place)] : texts;
}

/** Attributes of the same brackets that stand before. */
function givenBefore({ words, states }: Scanned, k: number): ReadonlySet<string> {
  const given = new Set<string>();
  const bracket = states[k]?.bracket;
  for (let at = k - 1; at >= 0 && states[at]?.bracket === bracket; at--)
    if (words[at + 1]?.text === '=') given.add(words[at]?.text ?? '');
  return given;
}

export function schemasOf({ bracket }: State): readonly OperatorSchema[] {
  return (bracket?.operators ?? []).flatMap((operator) => operatorSchema('', operator, LATEST_OPSET) ?? []);
}

function captures({ scanned, k }: Place, kind?: Capture['kind']): Offer[] {
  const all = [...capturesOf(scanned, k).values()].filter((each) => !kind || each.kind === kind);
  return all.map(({ name, kind, says }) => ({ label: name, kind, markdown: says, order: `0${name}` }));
}

function operators({ whole, custom }: Place): Offer[] {
  const onnx = operatorNames('').flatMap((name): Offer[] => {
    const schema = operatorSchema('', name, LATEST_OPSET);
    if (!schema || schema.deprecated) return [];
    const taken = schema.inputs.filter(
      ({ kind, minimum }) => kind === 'single' || (kind === 'variadic' && minimum > 0),
    );
    const snippet = call(name, whole ? taken.map((formal) => formal.name) : undefined);
    const markdown = operatorMarkdown(schema, LATEST_OPSET);
    return [{ label: name, kind: 'operator', detail: `since ${schema.since}`, markdown, snippet, order: `1${name}` }];
  });
  const own = custom.all.map((operator): Offer => {
    const label = operator.domain === '' ? operator.name : `${operator.domain}.${operator.name}`;
    const taken = operator.inputs.filter((input) => !input.optional).map((input) => input.name);
    const snippet = call(label, whole ? taken : undefined);
    return {
      label,
      kind: 'operator',
      detail: 'custom',
      markdown: customMarkdown(operator),
      snippet,
      order: `1${label}`,
    };
  });
  return [...own, ...onnx];
}

function call(name: string, inputs: readonly string[] | undefined): string {
  if (!inputs) return snippetText(name);
  return `${snippetText(name)} (${inputs.map((input, k) => placeholder(k + 1, input.toLowerCase())).join(', ')})`;
}

function functions(): Offer[] {
  return Object.keys(FUNCTIONS).map((name) => ({
    label: name,
    kind: 'function',
    detail: functionSignature(name).slice(name.length + 1),
    markdown: FUNCTION_WORDS[name] ?? '',
    snippet: `${name}(\${1})`,
    order: `2${name}`,
  }));
}

function types(): Offer[] {
  return Object.keys(DATA_TYPES).map((label) => ({ label, kind: 'type', order: `3${label}` }));
}

function keyword(label: string, snippet?: string): Offer {
  const markdown = KEYWORDS[label] ?? '';
  return { label, kind: 'key', markdown, order: `4${label}`, ...(snippet !== undefined && { snippet }) };
}

function isInTextOrComment(line: string): boolean {
  const plain = line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
  return plain.includes('#') || plain.includes('"');
}
