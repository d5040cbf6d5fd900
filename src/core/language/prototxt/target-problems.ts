/** What a target does not take of a network as it stands in the text: its layers, their fields. */
import { makeModel } from '../../ir/model.ts';
import { lower } from '../../lowering.ts';
import type { Problem } from '../../problems/problem.ts';
import type { Progress } from '../../progress.ts';
import { targetOf } from '../../targets/table.ts';
import { readingFor, type TextTarget } from '../../text-target.ts';
import { customBeside } from '../custom-beside.ts';
import type { TextProblem } from '../problems.ts';
import type { Span } from '../text.ts';
import { fieldsByPlace, placeKey } from './analysis.ts';
import type { PrototxtDocument } from './document.ts';
import { type LayerSyntax, layerAround } from './layers.ts';
import { frameAt, problemsOf } from './problems.ts';
import { type FieldSyntax, innerSpan, messagesOf } from './syntax.ts';

/**
 * What a Caffe backend does not take, or what does not become ONNX, at the opset that is asked for. Empty where the text
 * itself has errors. Without the weights beside it, what ONNX has no words for is told alone. Throws InputError where there is
 * no such target.
 */
export async function targetProblemsOf(
  document: PrototxtDocument,
  request: TextTarget,
  progress: Progress,
): Promise<TextProblem[]> {
  const { path, dialect } = document;
  if (!dialect || problemsOf(document).some(({ severity }) => severity === 'error')) return [];
  const { text } = document.text;
  const network = document.relinked();
  if (!network?.graph) return [];
  const model = makeModel('caffe', network.graph, { file: path });
  model.metadata.set('caffe.dialect', dialect.id);
  const problems = network.findings.filter(({ code }) => code === NO_WEIGHTS);
  const given = { model, custom: customBeside(path), problems, reading: readingFor(request) };
  const found = await lower(given, targetOf(request.target, path), request.opset, { simplify: false }, progress);
  // Meanwhile the text may have changed: then nobody wants to know.
  if (document.text.text !== text) return [];
  const places = fieldsByPlace(document.tree);
  return found.problems.filter(({ code }) => code !== NO_WEIGHTS).map((problem) => placed(document, places, problem));
}

/** A text is written before it is trained: that is said when it is converted. */
const NO_WEIGHTS = 'weights-missing';

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
