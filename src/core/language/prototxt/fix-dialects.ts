/** Other dialects that know what this one does not: the text is read as one of them from then on. */
import { fieldAt } from '../../dialects/caffe/schema.ts';
import type { CaffeVocabulary } from '../../dialects/caffe/vocabulary.ts';
import type { PrototxtDocument } from './document.ts';
import type { FixRule, Mending } from './fixes.ts';
import type { PlacedProblem } from './problems.ts';
import { spotAt } from './spot.ts';

/** So many are offered by name. */
const MOST_NAMED = 3;

export const dialectFixes: FixRule = (document, placed) => {
  const ids = knowing(document, placed).map(({ id }) => id);
  const named = ids.slice(0, MOST_NAMED).map((id): Mending => {
    return { title: `Switch dialect to ${id}`, effects: { dialect: id } };
  });
  const others = placed.problem.code === 'caffe-dialect' || ids.length > named.length;
  return others ? [...named, { title: 'Switch dialect…', effects: { dialect: '' } }] : named;
};

/** The dialects that a problem is none in, those first that fit the text best. */
function knowing(document: PrototxtDocument, { problem, field, layer }: PlacedProblem): readonly CaffeVocabulary[] {
  const { network, dialects } = document;
  const byId = new Map(dialects.map((dialect) => [dialect.id, dialect]));
  const ranked = (network?.scores ?? [])
    .flatMap(({ id }) => byId.get(id) ?? [])
    .filter(({ id }) => id !== network?.dialect.id);
  switch (problem.code) {
    case 'caffe-dialect':
      return ranked.slice(0, 2);
    case 'layer-type-unknown':
      return ranked.filter(({ layers }) => layers.has(problem.details.type ?? ''));
    default: {
      const at = field && pathOf(document, field.start, layer !== undefined);
      return at === undefined ? [] : ranked.filter((dialect) => knows(dialect, at, layer?.field.name.text));
    }
  }
}

function knows({ schema }: CaffeVocabulary, path: string, layer: string | undefined): boolean {
  return fieldAt(layer === 'layer' ? schema.layer : schema.net, path) !== undefined;
}

/** The way to the field that begins at an offset: from the layer where it is in one of today, else from the network. */
export function pathOf(document: PrototxtDocument, offset: number, inLayer: boolean): string | undefined {
  const names = spotAt(document, offset)?.path.map(({ name }) => name.text);
  return (inLayer && names?.[0] === 'layer' ? names.slice(1) : names)?.join('.');
}
