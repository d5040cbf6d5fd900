/**
 * The ONNX suite: our operator table, inference, checker and text beside ONNX's own tools, over the standard's node tests,
 * real models and models with one defect each. Python makes and judges, one process each; one process of ours measures.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { node, run, step } from './run.mjs';
import { table } from './table.mjs';

const FOLDER = inRoot('test/conformance/onnx');
/** Networks in the clone that are measured too. */
const NETWORKS = [inRoot('samples')];
/** Models that onnx.printer and onnx.parser cannot pass between themselves, and why. */
const TEXT_LIMITS = JSON.parse(readFileSync(inRoot('test/conformance/onnx/text-limits.json'), 'utf8'));
/** How many failures of one stage are printed. */
const SHOWN = 25;
const KINDS = {
  node: 'node tests',
  package: 'tests of the package',
  real: 'networks',
  defects: 'models with a defect, or that onnx stumbles over',
};

/** Makes the models, measures, judges. `more` are folders with further networks. Gives what was found, model by model. */
export async function measureOnnx(interpreter, more = []) {
  const folder = inRoot('artifacts/onnx-suite');
  const bundle = inRoot('artifacts/onnx-suite.js');
  const python = (script, ...args) => run(interpreter, ['-W', 'ignore', path.join(FOLDER, script), folder, ...args]);
  await step("Asking ONNX's own tools", () => python('reference.py', ...NETWORKS, ...more));
  await step('Measuring ours', async () => {
    await bundleForNode(path.join(FOLDER, 'run.ts'), bundle);
    await node([bundle, folder], { show: true });
  });
  await step('Judging the texts', () => python('judge.py'));
  const read = (name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  const { facts, models } = read('ours.json');
  const references = byName(read('reference.json'));
  const judged = byName(read('judged.json'));
  const rows = models.map((row) => ({ ...row, reference: references.get(row.name), judged: judged.get(row.name) }));
  return { facts, models: rows };
}

/** The stages: a title, and the tests, each with the reasons why it fails. */
export function onnxStages({ facts, models }) {
  const tests = (of, failures) => models.filter(of).map((row) => ({ name: row.name, failures: failures(row) }));
  return [
    ['ONNX: every operator in every version', facts],
    ['ONNX: type and shape inference', tests(isWhole, (row) => row.inference.failures)],
    ['ONNX: the checker', tests(() => true, checkerFailures)],
    ['ONNX: text', tests(isWhole, textFailures)],
    ['ONNX: computing constants', tests(({ kernel }) => isComputed(kernel), kernelFailures)],
  ];
}

/** Prints the failures of one stage and counts. */
export function countTests(tests) {
  const failed = tests.filter(({ failures }) => failures.length > 0);
  for (const { name, failures } of failed.slice(0, SHOWN)) console.log(`  ${name}: ${failures[0]}`);
  if (failed.length > SHOWN) console.log(`  ... and ${failed.length - SHOWN} more, all in artifacts/onnx-suite.json`);
  const failures = failed.slice(0, SHOWN).map(({ name, failures: [reason] }) => `${name}: ${reason}`);
  return { passed: tests.length - failed.length, failed: failed.length, failures };
}

/** The tables of docs/conformance.md by the names of their sections. */
export function onnxTables(results) {
  return {
    'onnx-operators': factsTable(results),
    'onnx-inference': `${knownTable(results)}\n\n${storedTable(results)}`,
    'onnx-checker': [checkerTable(results), beyondTable(results), faultsTable(results)].join('\n\n'),
    'onnx-text': `${textTable(results)}\n\n${limitsTable()}`,
    'onnx-failures': failuresTable(results),
  };
}

/** Has no defect: types and text are measured too. */
const isWhole = ({ inference }) => inference !== undefined;

/** There is a kernel for it, and the definition says what comes out. */
const isComputed = (kernel) => kernel?.verdict === 'same' || kernel?.verdict === 'other';

function kernelFailures({ kernel }) {
  return kernel.verdict === 'same' ? [] : [kernel.reason];
}

function checkerFailures({ checker, reference }) {
  const { verdict, errors, theirs } = checker;
  const ours = errors.map(({ code, message }) => `${code}: ${message}`).join('; ');
  const isDefect = reference.name.startsWith('defects/');
  switch (verdict) {
    case 'both accept':
      return isDefect ? ['nobody finds the defect'] : [];
    case 'both reject':
      return isDefect ? [] : [`the model is right, and rejected: ${ours}`];
    case 'told':
      return [];
    case 'only ours rejects':
      return reference.beyond ? [] : [`onnx.checker accepts it: ${ours}`];
    case 'only theirs rejects':
      return [`we are silent: ${firstLine(theirs)}`];
    default:
      return [firstLine(ours)];
  }
}

/**
 * What onnx.printer and onnx.parser cannot pass between themselves, they need not pass to us or take from us. Those models
 * are listed with the reason; one that is listed and passes must leave the list.
 */
function textFailures({ text, judged, reference }) {
  const listed = TEXT_LIMITS[reference.name] !== undefined;
  const passes = judged.parserSame && reference.printer.error === undefined;
  const told = [
    ['does not print', text.printed],
    ['does not come back from text', text.assembled ?? judged.assembled],
    ['does not come back from text with constants beside it', text.beside ?? judged.beside],
    ['onnx.parser rejects our text', listed ? undefined : judged.parser],
    ['onnx.parser makes another model of our text', listed || judged.parserSame ? undefined : 'it is not the same'],
    ['onnx.parser rejects our text with constants beside it', listed ? undefined : judged.besideParser],
    ["onnx.printer's text is read otherwise", listed ? undefined : (text.fromPrinter ?? judged.fromPrinter)],
    ['is in text-limits.json', listed && passes ? 'but passes' : undefined],
  ];
  return told.flatMap(([what, why]) => (why ? [`${what}: ${firstLine(why)}`] : []));
}

function factsTable({ facts }) {
  const domains = [...new Set(facts.map(({ name }) => domainOf(name)))].sort();
  const rows = domains.map((domain) => {
    const own = facts.filter(({ name }) => domainOf(name) === domain);
    const operators = new Set(own.map(({ name }) => name.split(',')[0])).size;
    const same = own.filter(({ failures }) => failures.length === 0).length;
    return [domain, `${operators}`, `${own.length}`, `${same}`];
  });
  return table(['Domain', 'Operators', 'Schemas', 'The same in every field'], rows);
}

const domainOf = (name) => name.slice(0, name.lastIndexOf('.'));

/** How much is known of what nodes make, ours beside ONNX's. */
function knownTable({ models }) {
  const sum = (rows, side, from) =>
    rows.reduce((count, { inference }) => count + total(inference[side].slice(from)), 0);
  const rows = kindsOf(models.filter(isWhole)).map(([title, own]) => {
    const passed = own.filter(({ inference }) => inference.failures.length === 0).length;
    const pairs = [1, 2, 3].map((level) => `${sum(own, 'ours', level)} / ${sum(own, 'theirs', level)}`);
    return [title, `${passed} of ${own.length}`, `${sum(own, 'ours', 0)}`, ...pairs];
  });
  const known = ['type known', 'rank known', 'all sizes known'].map((what) => `${what}: ours / onnx`);
  return table(['Models', 'Pass', 'Values', ...known], rows);
}

function storedTable({ models }) {
  const sides = { ours: 'Graphwright', theirs: 'onnx.shape_inference' };
  const rows = Object.entries(sides).map(([side, title]) => {
    const counts = ['equal', 'open', 'contradicted'].map((key) =>
      total(models.filter(isWhole).map(({ inference }) => inference.stored[side][key])),
    );
    return [title, ...counts.map(String)];
  });
  return table(['Stored outputs', 'type and all sizes inferred', 'something left open', 'contradicted'], rows);
}

function checkerTable({ models }) {
  const verdicts = ['both accept', 'both reject', 'told', 'only theirs rejects', 'only ours rejects', 'fault'];
  const rows = kindsOf(models).map(([title, own]) => [
    title,
    ...verdicts.map((verdict) => `${own.filter(({ checker }) => checker.verdict === verdict).length}`),
  ]);
  return table(
    [
      'Models',
      'both accept',
      'both reject',
      'right, rejected by onnx, and we say why',
      'rejected by onnx, and we are silent',
      'only ours rejects',
      'fault of ours',
    ],
    rows,
  );
}

/** The further errors, each with its reason. */
function beyondTable({ models }) {
  const extra = models.filter(({ checker, reference }) => checker.verdict === 'only ours rejects' && reference.beyond);
  const rows = extra.map(({ name, checker, reference }) => [
    name.slice('defects/'.length),
    checker.errors[0]?.code ?? '',
    reference.beyond,
  ]);
  return rows.length > 0
    ? table(['What onnx.checker accepts', 'Our error', 'Why it is one'], rows)
    : 'No further errors.';
}

/** What is right, and rejected by onnx.checker all the same. */
function faultsTable({ models }) {
  const rows = models
    .filter(({ checker }) => checker.verdict === 'told')
    .map(({ name, checker: { errors } }) => [name, errors[0].code, errors[0].message]);
  return table(['Right, but rejected by onnx.checker', 'Our warning', 'What it says'], rows);
}

function limitsTable() {
  return table(['Not passed between onnx.printer and onnx.parser', 'Why'], Object.entries(TEXT_LIMITS));
}

function textTable({ models }) {
  const rows = kindsOf(models.filter(isWhole)).map(([title, own]) => {
    const count = (holds) => `${own.filter(holds).length}`;
    return [
      title,
      `${own.length}`,
      count(({ text, judged }) => !text.printed && !text.assembled && !judged.assembled),
      count(({ text, judged }) => !text.beside && !judged.beside),
      count(({ text, judged }) => !text.printed && !judged.parser),
      count(({ judged }) => judged.parserSame),
      count(({ text, judged, reference }) => !reference.printer.error && !text.fromPrinter && !judged.fromPrinter),
      count(({ text, reference }) => reference.printer.error && !text.fromPrinter),
      count(({ reference }) => !reference.printer.error),
    ];
  });
  const head = [
    'Models',
    'All',
    'binary → text → binary is equal',
    '... with large constants beside the text',
    'onnx.parser reads our text',
    '... and gives the same model',
    "we read onnx.printer's text as onnx.parser does",
    '... also where onnx.parser does not read it',
    "onnx.parser reads onnx.printer's text",
  ];
  return table(head, rows);
}

/** Which tests fail, and why. */
function failuresTable(results) {
  const rows = onnxStages(results).flatMap(([title, tests]) =>
    tests.flatMap(({ name, failures }) => failures.slice(0, 1).map((why) => [title.slice('ONNX: '.length), name, why])),
  );
  const cells = rows.map((row) => row.map((cell) => firstLine(cell).replaceAll('|', '\\|')));
  return cells.length > 0 ? table(['Suite', 'Test', 'Why it fails'], cells) : 'No test fails.';
}

/** Models by kind, in the order of KINDS. */
function kindsOf(models) {
  return Object.entries(KINDS).flatMap(([kind, title]) => {
    const own = models.filter(({ name }) => name.startsWith(`${kind}/`));
    return own.length > 0 ? [[title, own]] : [];
  });
}

const byName = (rows) => new Map(rows.map((row) => [row.name, row]));
const total = (numbers) => numbers.reduce((sum, each) => sum + each, 0);
const firstLine = (text) => text.split('\n')[0].slice(0, 200);
