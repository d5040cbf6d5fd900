import { decomposes } from './decomposing.ts';

const targets = { t: [1, 3, 0, 2, 1, 1] };
const graph = 'float[2,4,3] x, int64[2,3] t, float[4] w';

decomposes('losses', [
  ...['none', 'sum', 'mean'].flatMap((reduction) =>
    ['', ', ignore_index = 1'].flatMap((ignored) => {
      const attributes = `<reduction = "${reduction}"${ignored}>`;
      const result = reduction === 'none' ? 'float[2,3] y' : 'float y';
      return [
        {
          graph: `${graph} => ${result}`,
          nodes: `y = NegativeLogLikelihoodLoss ${attributes} (x, t, w)`,
          from: 13,
          to: [11, 7],
          inputs: targets,
        },
        {
          graph: `float[2,4,3] x, int64[2,3] t => ${result}`,
          nodes: `y = NegativeLogLikelihoodLoss ${attributes} (x, t)`,
          from: 12,
          to: [11],
          inputs: targets,
        },
        {
          graph: `${graph} => ${result}, float[2,4,3] p`,
          nodes: `y, p = SoftmaxCrossEntropyLoss ${attributes} (x, t, w)`,
          from: 13,
          to: [11, 7],
          inputs: targets,
        },
      ];
    }),
  ),
  {
    graph: 'float[6,4] x, int32[6] t => float y',
    nodes: 'y = SoftmaxCrossEntropyLoss (x, t)',
    from: 12,
    to: [11, 7],
    inputs: targets,
  },
]);
