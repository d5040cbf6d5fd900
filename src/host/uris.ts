/** Which files are models, and the addresses of the documents that we make from them. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { TextLanguage } from '../shared/language.ts';

/** The languages of models as text. */
export const ONNX_TEXT = 'onnx-text';
export const CAFFE_PROTOTXT = 'caffe-prototxt';
export const TEXT_SCHEME = 'graphwright-text';
export const TORCHSCRIPT_SCHEME = 'graphwright-torchscript';
const TEXT_ENDING = '.onnxtxt';
const PROTOTXT_ENDING = '.prototxt';

/** Extensions of model files, as the manifest has them. */
export const MODEL_ENDINGS = [
  ...['.onnx', '.pt', '.pth', '.pt2', '.jit', '.ptl', '.torchscript', '.caffemodel'],
  ...[TEXT_ENDING, PROTOTXT_ENDING],
];

export function isModel(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && MODEL_ENDINGS.includes(path.posix.extname(uri.path).toLowerCase());
}

export function isOnnx(model: vscode.Uri): boolean {
  return model.path.toLowerCase().endsWith('.onnx');
}

/** A file of PyTorch. */
export function isTorchFile(model: vscode.Uri): boolean {
  return /\.(pt|pth|pt2|jit|ptl|torchscript)$/i.test(model.path);
}

/** A model whose file is text itself. */
export function isTextFile(model: vscode.Uri): boolean {
  return isOnnxText(model) || isPrototxt(model);
}

/** A file of ONNX text. */
export function isOnnxText(model: vscode.Uri): boolean {
  return model.path.toLowerCase().endsWith(TEXT_ENDING);
}

/** A Caffe network as text. */
export function isPrototxt(model: vscode.Uri): boolean {
  return model.path.toLowerCase().endsWith(PROTOTXT_ENDING);
}

/** The document that shows a model as text: the file itself, or one made of it. Never a file that opens as a graph. */
export function textUri(model: vscode.Uri): vscode.Uri {
  if (isTextFile(model)) return model;
  return model.with({ scheme: TEXT_SCHEME, path: model.path + TEXT_ENDING });
}

/** The document of a source file inside a model's archive: `model.pt/code/__torch__/net.py`. */
export function torchscriptUri(model: vscode.Uri, entry: string): vscode.Uri {
  return model.with({ scheme: TORCHSCRIPT_SCHEME, path: `${model.path}/${entry}`, query: entry });
}

/** The model that a document was made from; the entry where it is one of its sources. */
export function modelOf(document: vscode.Uri): { readonly model: vscode.Uri; readonly entry?: string } | undefined {
  const { scheme, path: at, query } = document;
  if (scheme === TEXT_SCHEME && at.endsWith(TEXT_ENDING))
    return { model: document.with({ scheme: 'file', path: at.slice(0, -TEXT_ENDING.length) }) };
  if (scheme === TORCHSCRIPT_SCHEME && at.endsWith(`/${query}`))
    return { model: document.with({ scheme: 'file', path: at.slice(0, -query.length - 1), query: '' }), entry: query };
  if (scheme === 'file' && isTextFile(document)) return { model: document };
  return undefined;
}

/** Whether a document is text of a model that can be edited: a text of its own, or that of an ONNX binary. */
export function isEditedText({ uri, languageId }: Pick<vscode.TextDocument, 'uri' | 'languageId'>): boolean {
  if (!isTextLanguage(languageId)) return false;
  if (uri.scheme !== TEXT_SCHEME) return uri.scheme === 'file' || uri.scheme === 'untitled';
  const model = modelOf(uri)?.model;
  return model !== undefined && isOnnx(model);
}

export function isTextLanguage(languageId: string): languageId is TextLanguage {
  return languageId === ONNX_TEXT || languageId === CAFFE_PROTOTXT;
}

/** The file that an edited text is saved to. */
export function sourceOf(text: vscode.Uri): vscode.Uri {
  return modelOf(text)?.model ?? text;
}

/** The model that a command is about: its argument, or what the active editor shows. */
export function modelOfActiveEditor(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputCustom && isModel(input.uri)) return input.uri;
  if (!(input instanceof vscode.TabInputText)) return undefined;
  return isModel(input.uri) ? input.uri : modelOf(input.uri)?.model;
}
