/** The tables of simplification, see simplify-suite.mjs. */
import { hasFewest, hasSmallest, OTHERS, OURS, standing } from './simplify-standing.mjs';
import { table } from './table.mjs';

const TOOLS = [OURS, ...OTHERS];
const SOURCES = {
  traced: 'traced.pt, converted by us',
  torchscript: 'torch.onnx, TorchScript',
  dynamo: 'torch.onnx, dynamo, not optimised',
  'dynamo-optimized': 'torch.onnx, dynamo',
  file: 'files of others',
};

/** For each kind of model and tool: how it ends, and sums over the models that every tool passes. */
export function toolTable(all) {
  const timed = isTimed(all);
  const times = timed ? ['Processor time'] : [];
  const head = ['Models', 'Tool', 'Pass', 'Fail', 'Nodes', 'to', 'MB', 'to', ...times, 'Largest error'];
  const cells = measuredSources(all).flatMap((source) => {
    const own = all.filter((row) => row.source === source && row.tool !== undefined && row.nodes_before !== undefined);
    const common = [...new Set(own.map((row) => row.case))].filter((name) =>
      TOOLS.every((tool) => own.some((row) => row.case === name && row.tool === tool && row.verdict === 'pass')),
    );
    return TOOLS.map((tool) => {
      const rows = own.filter((row) => row.tool === tool);
      const passed = rows.filter(({ verdict }) => verdict === 'pass');
      const shared = passed.filter((row) => common.includes(row.case));
      const sum = (key) => shared.reduce((total, row) => total + row[key], 0);
      const errors = passed.map(({ error }) => error);
      return [
        `${SOURCES[source]} (${common.length} passed by all)`,
        tool,
        String(passed.length),
        String(rows.length - passed.length),
        String(sum('nodes_before')),
        String(sum('nodes')),
        (sum('bytes_before') / 1e6).toFixed(1),
        (sum('bytes') / 1e6).toFixed(1),
        ...(timed ? [`${sum('processor').toFixed(1)} s`] : []),
        errors.length > 0 ? Math.max(...errors).toExponential(0) : '',
      ];
    });
  });
  return table(head, cells);
}

const SPEED = ['onnxsim takes', 'on the clock', 'onnxslim takes', 'on the clock'];

/**
 * For each kind of model: on how many of them ours has the fewest nodes and the smallest file, and, where it was measured, how
 * much faster it is.
 */
export function goalTable(all) {
  const timed = isTimed(all);
  const head = ['Models', 'Measured', 'Pass', 'Fewest nodes', 'No file larger', ...(timed ? SPEED : [])];
  const cells = [...measuredSources(all), undefined].map((source) => {
    const own = all.filter(
      (row) => (source === undefined || row.source === source) && row.tool === OURS && row.nodes_before,
    );
    const share = (is) => {
      const count = own.filter(is).length;
      return `${count} (${((100 * count) / Math.max(own.length, 1)).toFixed(1)} %)`;
    };
    const others = timed ? ['onnxsim', 'onnxslim'] : [];
    const speed = others.flatMap((tool) => ['processor', 'wall'].map((clock) => times(own, all, tool, clock)));
    return [
      source === undefined ? 'all' : SOURCES[source],
      String(own.length),
      share(({ verdict }) => verdict === 'pass'),
      share((row) => hasFewest(row, all)),
      share((row) => hasSmallest(row, all)),
      ...speed,
    ];
  });
  return table(head, cells);
}

/** The median, and the least, of how often our time goes into that of another tool. */
function times(own, all, tool, clock) {
  const ratios = own
    .flatMap((row) => {
      const other = all.find((each) => each.tool === tool && each.case === row.case && each.source === row.source);
      return row[clock] && other?.[clock] ? [other[clock] / row[clock]] : [];
    })
    .sort((a, b) => a - b);
  if (ratios.length === 0) return '';
  return `${ratios[Math.floor(ratios.length / 2)].toFixed(1)} × (least ${ratios[0].toFixed(1)} ×)`;
}

/** Nodes of every model: before, ours, and the fewest that another tool gives. */
export function nodeTable(all) {
  const sources = measuredSources(all).filter((source) => source !== 'file');
  const cell = (name, source) => {
    const row = all.find((each) => each.case === name && each.source === source && each.tool === OURS);
    if (!row) return '';
    if (row.verdict !== 'pass') return row.verdict;
    const { fewest } = standing(row, all);
    return `${row.nodes_before} → ${row.nodes}${fewest ? ` (${fewest.nodes})` : ''}`;
  };
  const names = (of) => [...new Set(all.filter(of).map((row) => row.case))];
  const zoo = names(({ source }) => source !== 'file').map((name) => [
    name,
    ...sources.map((each) => cell(name, each)),
  ]);
  const files = names(({ source }) => source === 'file').map((name) => [name, cell(name, 'file')]);
  return [
    zoo.length > 0 ? table(['Model', ...sources.map((each) => SOURCES[each])], zoo) : '',
    files.length > 0 ? table(['Model', 'Nodes'], files) : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Models that PyTorch does not export, or that onnxruntime does not run as they are. */
export function missingTable(all) {
  const found = all.filter(({ verdict }) => verdict === 'absent' || verdict === 'unmeasured');
  const cells = found.map((row) => [row.case, SOURCES[row.source], row.verdict, firstWords(row.detail)]);
  return cells.length > 0 ? table(['Model', 'From', 'Verdict', 'Detail'], cells) : 'None.';
}

/** The first sentence of what was said, without what would end a cell. */
function firstWords(said) {
  return said.replaceAll('|', '\\|').split('. ')[0].slice(0, 120);
}

/** How often each other tool fails, and how. */
export function failureTable(all) {
  const failed = all.filter(({ tool, verdict, nodes_before }) => tool !== OURS && verdict !== 'pass' && nodes_before);
  const kinds = [...new Set(failed.map(({ verdict }) => verdict))].sort();
  if (kinds.length === 0) return 'None.';
  const cells = TOOLS.map((tool) => [
    tool,
    ...kinds.map((kind) => String(failed.filter((row) => row.tool === tool && row.verdict === kind).length)),
  ]);
  return table(['Tool', ...kinds], cells);
}

/** Every failure of the tools named, and every model on which another tool has fewer nodes or a smaller file than ours. */
export function exceptionTable(all, of = TOOLS) {
  const failures = all
    .filter(({ tool, verdict, nodes_before }) => of.includes(tool) && verdict !== 'pass' && nodes_before)
    .map((row) => [row.case, SOURCES[row.source], row.tool, row.verdict, row.detail.replaceAll('|', '\\|')]);
  const worse = all
    .filter((row) => row.tool === OURS && row.verdict === 'pass')
    .flatMap((row) => {
      const { fewest, smallest } = standing(row, all);
      const said = [];
      if (!hasFewest(row, all)) said.push(['nodes', `${row.nodes} nodes; ${fewest.tool} ${fewest.nodes}`]);
      if (!hasSmallest(row, all)) said.push(['bytes', `${row.bytes} bytes; ${smallest.tool} ${smallest.bytes}`]);
      return said.map(([what, detail]) => [row.case, SOURCES[row.source], OURS, what, detail]);
    });
  const found = [...failures, ...worse];
  return found.length > 0 ? table(['Model', 'From', 'Tool', 'Verdict', 'Detail'], found) : 'None.';
}

function isTimed(all) {
  return all.some(({ processor }) => processor !== undefined);
}

function measuredSources(all) {
  return Object.keys(SOURCES).filter((source) => all.some((row) => row.source === source && row.nodes_before));
}
