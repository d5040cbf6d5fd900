/** What a Caffe backend does not take of a network as it stands in the text: its layers, their fields, in the words of that backend. */
import { transcode } from '../../convert/caffe-to-caffe/transcode.ts';
import { makeModel } from '../../ir/model.ts';
import type { Problem } from '../../problems/problem.ts';
import { backendOf, targetOf } from '../../targets/table.ts';
import type { TargetRequest } from '../../targets/target.ts';
import type { TextProblem } from '../problems.ts';
import type { Span } from '../text.ts';
import { fieldsByPlace, placeKey } from './analysis.ts';
import type { PrototxtDocument } from './document.ts';
import { type LayerSyntax, layerAround } from './layers.ts';
import { frameAt, problemsOf } from './problems.ts';
import { type FieldSyntax, innerSpan, messagesOf } from './syntax.ts';

/**
 * Empty where the text itself has errors, and for targets that are no Caffe: these need weights, so that the model's file is
 * checked against them.
 */
export function targetProblemsOf(document: PrototxtDocument, { target: id }: TargetRequest): TextProblem[] {
  const { path, dialect } = document;
  const target = id.startsWith('caffe:') ? targetOf(id, path) : undefined;
  if (!dialect || target?.kind !== 'caffe') return [];
  if (problemsOf(document).some(({ severity }) => severity === 'error')) return [];
  const graph = document.relinked()?.graph;
  if (!graph) return [];
  const model = makeModel('caffe', graph, { file: path });
  model.metadata.set('caffe.dialect', dialect.id);
  const places = fieldsByPlace(document.tree);
  return transcode(model, backendOf(dialect.id, path), target.backend).map((problem) =>
    placed(document, places, problem),
  );
}

function placed(document: PrototxtDocument, places: ReadonlyMap<string, FieldSyntax>, problem: Problem): TextProblem {
  const frame = problem.origin.find(({ kind }) => kind === 'prototxt');
  const field = frame && places.get(placeKey(frame));
  const layer = field && layerAround(document.layers, field);
  const span = layer ? spanOf(layer, problem.details.attribute) : { start: 0, end: Math.min(1, document.text.length) };
  return { ...problem, origin: [frameAt(document, span.start)], range: document.text.rangeOf(span), related: [] };
}

/** The field that is minded, where it is written; else the type of the layer. */
function spanOf({ body, type, field }: LayerSyntax, path = ''): Span {
  let fields = body.fields;
  const names = path.split('.');
  for (const name of names.slice(0, -1)) fields = messagesOf(fields, name).flatMap((message) => message.fields);
  const written = fields.find(({ name }) => name.text === names.at(-1));
  return written?.name ?? (type ? innerSpan(type) : field.name);
}
