/**
 * Opens exported programs (.pt2): the JSON program, and weights in any of the ways that PyTorch has kept them: raw bytes
 * with a table (2.9 on), one torch.save file (2.8), or a zip of JSON and torch.save files (2.1 to 2.7; that of 2.1 is called
 * .json, and its constants lie within the program).
 * Layouts: torch/export/pt2_archive/_package.py, torch/export/__init__.py.
 */
import { MemoryBytes } from '../../ir/bytes.ts';
import { DATA_TYPES } from '../../ir/dtype.ts';
import { InputError } from '../../ir/errors.ts';
import { isStatic } from '../../ir/shape.ts';
import type { PickledTensor } from './archive.ts';
import type { ExportedGraph, ExportedProgram } from './exported.ts';
import { readTensorMeta } from './exported-arguments.ts';
import { mapOf, readGraph, readInputSpec, readOutputSpec, readRangeConstraint } from './exported-graph.ts';
import { isOldSignature, oldInputSpecs, oldOutputSpecs } from './exported-old.ts';
import { parseJson } from './json.ts';
import { Field } from './json-fields.ts';
import { isRecord, stringEntries } from './pickle-machine.ts';
import { Records } from './records.ts';
import { readSizeNames } from './size-names.ts';
import { viewStorage } from './storages.ts';
import { ZipArchive } from './zip.ts';

/** The newest major version of the schema that is understood; what older ones said otherwise is known. */
const NEWEST_SCHEMA = 8;
const OLD_PROGRAM = 'serialized_exported_program.json';
const AGAIN =
  'Load the program with the PyTorch that made it, and save it again with torch.export.save of a current one.';

/** Are these the records of an exported program? */
export function isExported(records: Records): boolean {
  return records.has(OLD_PROGRAM) || programsOf(records).length > 0;
}

/** `wanted` names the program, where the archive holds several. */
export function openExported(records: Records, wanted?: string): ExportedProgram {
  const entry = records.has(OLD_PROGRAM) ? OLD_PROGRAM : chooseProgram(records, wanted);
  const program = Field.root(
    parseJson(records.text(entry), { file: records.file, inside: entry }),
    { file: records.file, inside: entry },
    'program',
  );
  const schemaVersion = readSchemaVersion(program, records.file, entry);
  const module = program.get('graph_module');
  const graph = readGraph(module.get('graph'));
  const constants = module.get('graph').get('constants');
  const version = program.get('torch_version');
  return {
    kind: 'exported',
    file: records.file,
    graph,
    ...readSignature(module.get('signature'), graph, constants),
    weights: new Map([...readWeights(records, modelName(entry)), ...readConstants(records, constants)]),
    argumentNames: readArgumentNames(module),
    rangeConstraints: mapOf(program.get('range_constraints'), readRangeConstraint),
    sizeNames: readSizeNames(records),
    opsetVersions: mapOf(program.get('opset_version'), (value) => value.number()),
    torchVersion: version.absent ? '' : version.text(),
    schemaVersion,
  };
}

function readSignature(
  signature: Field,
  { inputs, outputs }: ExportedGraph,
  constants: Field,
): Pick<ExportedProgram, 'inputSpecs' | 'outputSpecs'> {
  if (isOldSignature(signature)) {
    return {
      inputSpecs: oldInputSpecs(signature, inputs, constants),
      outputSpecs: oldOutputSpecs(signature, outputs),
    };
  }
  return {
    inputSpecs: signature.get('input_specs').items().map(readInputSpec),
    outputSpecs: signature.get('output_specs').items().map(readOutputSpec),
  };
}

function programsOf(records: Records): string[] {
  return records.names.filter((name) => /^models\/.+\.json$/.test(name));
}

/** The one that is wanted, or `model`, which torch.export.save writes, or else the only one. */
function chooseProgram(records: Records, wanted: string | undefined): string {
  const programs = programsOf(records);
  const [only] = programs;
  const named = `models/${wanted ?? 'model'}.json`;
  if (programs.includes(named)) return named;
  if (programs.length === 1 && only !== undefined && wanted === undefined) return only;
  const names = programs.map(modelName);
  throw new InputError(
    wanted === undefined ? 'format-unsupported' : 'bad-argument',
    `the archive holds ${names.join(', ')}, but no program called ${wanted ?? 'model'}`,
    { file: records.file },
    `Name the one to convert: --method ${names[0]}`,
  );
}

function modelName(entry: string): string {
  return entry.replace(/^models\//, '').replace(/\.json$/, '');
}

function readSchemaVersion(program: Field, file: string, inside: string): ExportedProgram['schemaVersion'] {
  const version = program.get('schema_version');
  // Schema 1 was a plain number.
  const plain = typeof version.value === 'bigint';
  const major = plain ? version.number() : version.get('major').number();
  const minor = plain || version.get('minor').absent ? 0 : version.get('minor').number();
  if (major >= 1 && major <= NEWEST_SCHEMA) return { major, minor };
  const message = `the program has version ${major}.${minor} of the schema; 1 to ${NEWEST_SCHEMA} are understood`;
  throw new InputError('format-unsupported', message, { file, inside }, AGAIN);
}

function readArgumentNames(module: Field): readonly string[] | undefined {
  const calls = module.get('module_call_graph');
  if (calls.absent) return undefined;
  const root = calls.items().find((entry) => entry.get('fqn').value === '');
  const signature = root?.get('signature');
  if (!signature || signature.absent || signature.get('forward_arg_names').absent) return undefined;
  return signature
    .get('forward_arg_names')
    .items()
    .map((name) => name.text());
}

/** Parameters, buffers and constants by path. */
function readWeights(records: Records, model: string): ReadonlyMap<string, PickledTensor> {
  const weights = new Map<string, PickledTensor>();
  for (const folder of ['weights', 'constants'] as const) {
    const table = `data/${folder}/${model}_${folder}_config.json`;
    if (records.has(table)) readTable(records, table, `data/${folder}/`, weights);
    else {
      const saved = SAVED[folder](model).find((name) => records.has(name));
      if (saved !== undefined) readSaved(records, saved, weights);
    }
  }
  return weights;
}

/** Names of torch.save files with weights or constants: those of 2.8, then older ones. */
const SAVED = {
  weights: (model: string) => [`data/weights/${model}.pt`, 'serialized_state_dict.pt', 'serialized_state_dict.json'],
  constants: (model: string) => [`data/constants/${model}.pt`, 'serialized_constants.pt', 'serialized_constants.json'],
};

/** Constants of schema 1: each is a torch.save file in base64. */
function readConstants(records: Records, constants: Field): Map<string, PickledTensor> {
  const found = new Map<string, PickledTensor>();
  for (const [name, value] of constants.absent ? [] : constants.entries()) {
    const bytes = new Uint8Array(Buffer.from(value.text(), 'base64'));
    const saved = new MemoryBytes(`${records.file}[${name}]`, bytes);
    const tensor = new Records(ZipArchive.open(saved), `${name}!`).saved();
    if (isRecord(tensor) && tensor.kind === 'tensor') found.set(name, tensor);
  }
  return found;
}

function readTable(records: Records, table: string, folder: string, weights: Map<string, PickledTensor>): void {
  const where = { file: records.file, inside: table };
  const config = Field.root(parseJson(records.text(table), where), where, 'payloads').get('config');
  for (const [path, payload] of config.entries()) {
    const entry = `${folder}${payload.get('path_name').text()}`;
    // Custom objects have no tensor: whoever needs one says so.
    if (payload.get('use_pickle').bool()) readSaved(records, entry, weights, path);
    else if (!payload.get('tensor_meta').absent) weights.set(path, readPayload(records, entry, payload));
  }
}

function readPayload(records: Records, entry: string, payload: Field): PickledTensor {
  const meta = readTensorMeta(payload.get('tensor_meta'));
  const { dtype, shape, strides, storageOffset } = meta;
  if (!dtype || !isStatic(shape) || !isStatic(strides) || typeof storageOffset !== 'number') {
    throw payload.expected('a tensor of a known type and size');
  }
  const count = Math.floor((records.entry(entry).size * 8) / DATA_TYPES[dtype].bits);
  const storage = records.storage(entry, dtype, count);
  const isParameter = payload.get('is_param').bool();
  const view = { dtype, shape, strides, offset: storageOffset, requiresGrad: meta.requiresGrad, isParameter };
  const tensor = typeof storage === 'string' ? storage : viewStorage(storage, view);
  if (typeof tensor === 'string') throw payload.expected(`a tensor that lies within ${entry} (${tensor})`);
  return tensor;
}

/** A torch.save file inside the archive: a dict of tensors, or the one tensor called `path`. */
function readSaved(records: Records, entry: string, weights: Map<string, PickledTensor>, path?: string): void {
  const found = records.entry(entry);
  if (found.size === 0) return;
  const saved = new Records(ZipArchive.open(records.zip.content(found)), `${entry}!`);
  if (!saved.has('data.pkl')) return;
  const value = saved.saved();
  if (path !== undefined && isRecord(value) && value.kind === 'tensor') weights.set(path, value);
  if (path !== undefined) return;
  for (const [name, item] of stringEntries(value)) {
    if (isRecord(item) && item.kind === 'tensor') weights.set(name, item);
  }
}
