/** The names of a rule: what its patterns capture, and what its replacement makes. */
import type { Scanned, State, Word } from './scan.ts';

export interface Capture {
  readonly name: string;
  readonly kind: 'value' | 'attribute';
  /** What it stands for, as a sentence. */
  readonly says: string;
  readonly section: State['section'];
}

/** Words that are no names where they stand alone. */
const RESERVED = new Set('_ true false or and not in where same const rule'.split(' '));

/** Of the rule around the word at `at`, each name where it first stands. */
export function capturesOf({ words, states }: Scanned, at: number): ReadonlyMap<string, Capture> {
  const { first } = states[Math.min(at, states.length - 1)] ?? { first: 0 };
  const found = new Map<string, Capture>();
  for (let k = first; k < words.length && states[k]?.first === first; k++) {
    const [word, state] = [words[k], states[k]];
    if (!word || !state || word.kind !== 'name' || RESERVED.has(word.text) || found.has(word.text)) continue;
    const capture = captureOf(words, k, word, state);
    if (capture) found.set(word.text, capture);
  }
  return found;
}

function captureOf(words: readonly Word[], k: number, { text: name }: Word, state: State): Capture | undefined {
  const { bracket, section } = state;
  const [before, next] = [words[k - 1]?.text, words[k + 1]?.text];
  if (section !== 'pattern' && section !== 'replacement') return undefined;
  const said = (kind: Capture['kind'], says: string): Capture => ({ name, kind, says, section });
  if (before === '.' || next === '.' || ['(', '<', '|'].includes(next ?? '')) return undefined;
  if (!bracket) {
    const isOutput = next === '=' || next === ',';
    if (!isOutput) return undefined;
    const maker = makerBehind(words, k);
    return said('value', `A value that ${maker === undefined ? 'a line' : `\`${maker}\``} makes.`);
  }
  // Only what a pattern captures has a name of its own there.
  if (section === 'replacement') return undefined;
  const operator = bracket.operators.join(' | ').replaceAll('::', '.');
  if (bracket.open === '<') {
    if (before === '=') return said('attribute', `The attribute \`${words[k - 2]?.text ?? ''}\` of \`${operator}\`.`);
    return before === '...' ? said('attribute', `All other attributes of \`${operator}\`.`) : undefined;
  }
  if (bracket.open !== '(' || bracket.operators.length === 0 || !['(', ','].includes(before ?? '')) return undefined;
  return said('value', next === '...' ? `All further inputs of \`${operator}\`.` : `An input of \`${operator}\`.`);
}

/** The operator behind the `=` of the line in which an output stands. */
function makerBehind(words: readonly Word[], k: number): string | undefined {
  let at = k;
  while (words[at] && words[at]?.text !== '=') at++;
  const parts: string[] = [];
  for (at++; words[at]?.kind === 'name' || words[at]?.text === '.'; at++) parts.push(words[at]?.text ?? '');
  return parts.length > 0 && ['(', '<', '|'].includes(words[at]?.text ?? '') ? parts.join('') : undefined;
}
