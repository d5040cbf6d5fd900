/**
 * Fingerprints of modules: which submodules, parameters and buffers an instance must have for a row of the table to hold.
 * A word each: `conv1` a submodule, `conv1:Conv2d|Linear` one of these classes, `weight[4]` a tensor of four axes,
 * `bias[1]?` one that may be absent or None, `layer*` any number of them.
 */
import type { ModuleFacts } from './module-objects.ts';

interface Word {
  /** How the name is spelt: a name, or the beginning of one. */
  readonly name: string;
  readonly many: boolean;
  readonly optional: boolean;
  /** Short names of classes; undefined for any. */
  readonly classes: readonly string[] | undefined;
  /** Undefined for a submodule. */
  readonly ranks: readonly number[] | undefined;
}

export type Fit = readonly Word[];

const WORD = /^([\w.-]+)(\*?)(?::([\w|]+))?(?:\[([\d|]+)\])?(\??)$/;

/** Throws RangeError for text that is no fingerprint. */
export function parseFit(text: string): Fit {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return words.map((word) => {
    const [, name = '', many, classes, ranks, optional] = WORD.exec(word) ?? [];
    if (name === '' || (classes !== undefined && ranks !== undefined))
      throw new RangeError(`"${word}" is no word of a fingerprint, such as conv1:Conv2d, weight[4] or bias[1]?`);
    return {
      name,
      many: many === '*',
      optional: optional === '?' || many === '*',
      classes: classes?.split('|'),
      ranks: ranks?.split('|').map(Number),
    };
  });
}

/** What of a module is not as the fingerprint says; undefined where it fits. */
export function misfit(fit: Fit, facts: ModuleFacts): string | undefined {
  const parts = [
    ...[...facts.children].map(([name, type]) => ({ name, type, rank: undefined, tensor: false })),
    ...[...facts.tensors].map(([name, rank]) => ({ name, type: undefined, rank, tensor: true })),
  ];
  const wordOf = (name: string, tensor: boolean) =>
    fit.find(
      (word) => (word.ranks !== undefined) === tensor && (word.many ? name.startsWith(word.name) : name === word.name),
    );
  for (const { name, type, rank, tensor } of parts) {
    const word = wordOf(name, tensor);
    const absent = tensor ? rank === undefined : type === undefined;
    if (!word) {
      if (absent) continue;
      return tensor ? `it has a tensor ${name}` : `it has a submodule ${name} (${shortName(type)})`;
    }
    if (absent) {
      if (!word.optional) return `its ${name} is None`;
      continue;
    }
    if (rank !== undefined && !word.ranks?.includes(rank))
      return `its ${name} has ${rank} axes, not ${word.ranks?.join(' or ')}`;
    if (type !== undefined && word.classes && !word.classes.includes(shortName(type)))
      return `its ${name} is a ${shortName(type)}, not a ${word.classes.join(' or ')}`;
  }
  const missing = fit.find(
    (word) => !word.optional && !parts.some(({ name, tensor }) => word === wordOf(name, tensor)),
  );
  return missing && `it has no ${missing.name}`;
}

/** The fingerprint of a module as it is, for an entry that is to stand for its class. */
export function fitText({ children, tensors }: ModuleFacts): string {
  return [
    ...[...children].map(([name, type]) => (type === undefined ? `${name}?` : `${name}:${shortName(type)}`)),
    ...[...tensors].map(([name, rank]) => (rank === undefined ? `${name}[1]?` : `${name}[${rank}]`)),
  ].join(' ');
}

function shortName(type: string | undefined): string {
  return type === undefined ? 'None' : type.slice(type.lastIndexOf('.') + 1);
}
