import { decomposes } from './decomposing.ts';

const rows: readonly (readonly [equation: string, graph: string])[] = [
  ['ij->ji', 'float[2,3] a => float[3,2] y'],
  ['ij->i', 'float[2,3] a => float[2] y'],
  ['ij,jk->ik', 'float[2,3] a, float[3,4] b => float[2,4] y'],
  ['ij,jk', 'float[2,3] a, float[3,4] b => float[2,4] y'],
  ['bij,bjk->bik', 'float[2,3,4] a, float[2,4,5] b => float[2,3,5] y'],
  ['bhid,bhjd->bhij', 'float[2,3,4,5] a, float[2,3,6,5] b => float[2,3,4,6] y'],
  ['bijk,bkl->blij', 'float[2,3,4,5] a, float[2,5,6] b => float[2,6,3,4] y'],
  ['ij,kl->ijkl', 'float[2,3] a, float[4,5] b => float[2,3,4,5] y'],
  ['i,i->', 'float[4] a, float[4] b => float y'],
  ['ii->i', 'float[3,3] a => float[3] y'],
  ['bii->b', 'float[2,3,3] a => float[2] y'],
  ['...ij,...jk->...ik', 'float[2,5,3,4] a, float[2,5,4,6] b => float[2,5,3,6] y'],
  ['...ij,jk->...ik', 'float[2,3,4] a, float[4,6] b => float[2,3,6] y'],
  ['...ii->...i', 'float[2,3,3] a => float[2,3] y'],
  ['ij,jk,kl->il', 'float[2,3] a, float[3,4] b, float[4,5] c => float[2,5] y'],
  ['ij,ij->ij', 'float[2,3] a, float[2,3] b => float[2,3] y'],
  ['abc,cd,def->abef', 'float[2,3,4] a, float[4,5] b, float[5,2,3] c => float[2,3,2,3] y'],
  ['bsd,dhk->bhsk', 'float[B,S,6] a, float[6,2,3] b => float[B,2,S,3] y'],
  ['bsd,btd->bst', 'float[B,S,6] a, float[B,T,6] b => float[B,S,T] y'],
];

/** The inputs of a graph by their names. */
function namesIn(graph: string): string {
  return [...graph.matchAll(/\] ([abc])\b/g)].map(([, name]) => name).join(', ');
}

decomposes('Einsum', [
  ...rows.map(([equation, graph]) => ({
    graph,
    nodes: `y = Einsum <equation = "${equation}"> (${namesIn(graph)})`,
    from: 12,
    to: [11, 7],
    dims: { B: 2, S: 3, T: 4 },
    gone: 'Einsum',
  })),
  {
    graph: 'int64[2,3] a, int64[3,4] b => int64[2,4] y',
    nodes: 'y = Einsum <equation = "ij,jk->ik"> (a, b)',
    from: 12,
    to: [11, 7],
  },
]);
