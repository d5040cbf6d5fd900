/** Type and shape rules of operators on text. Rules: the ONNX operator specification. */
import { tensorType } from '../../../ir/type.ts';
import { broadcast, clash, type Rules, shapeOf } from './rule.ts';

export const text: Rules = {
  RegexFullMatch: (node) => [shapeOf(node)],
  StringConcat: (node) => [broadcast(node, [shapeOf(node), shapeOf(node, 1)])],
  // How many parts the longest text has is not known.
  StringSplit: (node) => {
    const shape = shapeOf(node);
    return [shape && [...shape, undefined], shape];
  },
  // Texts may be left out; where none stays, one empty text does.
  StringNormalizer: (node) => {
    const shape = shapeOf(node);
    if (!shape) return [undefined];
    const fits = shape.length === 1 || (shape.length === 2 && shape[0] === 1);
    if (!fits) clash(node, 'it takes the shape [C] or [1, C] alone');
    return [shape.length === 1 ? [undefined] : [1, undefined]];
  },
  TfIdfVectorizer: (node) => {
    const shape = shapeOf(node);
    const indexes = node.ints('ngram_indexes', []).map(Number);
    if (indexes.length === 0 || indexes.some((index) => index < 0))
      clash(node, 'ngram_indexes is empty or has negative numbers');
    const size = 1 + indexes.reduce((a, b) => Math.max(a, b));
    if (shape && shape.length !== 1 && shape.length !== 2) clash(node, `the data has rank ${shape.length}, not 1 or 2`);
    return [tensorType('float32', shape && [...shape.slice(0, -1), size])];
  },
};
