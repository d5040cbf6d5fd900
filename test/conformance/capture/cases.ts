/** The programs that are captured, each with how it is built and called. Those in `programs/` are this suite's own. */

import type { ProblemCode } from '../../../src/core/problems/codes.ts';

export interface Case {
  /** As on the command line; files are in `programs/`. */
  readonly program: string;
  /** What people do that it shows; of a model of torchvision or timm, its name. */
  readonly style: string;
  /** Python literals by the names of parameters; `*` lists those by position. */
  readonly arguments?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  /** None takes what the program offers in `graphwright_inputs`. */
  readonly inputs?: readonly string[];
  /** Weights of classifier.py, as weights.py makes and wraps them. */
  readonly weights?: string;
  /** The first PyTorch that can run it. */
  readonly since?: readonly [number, number];
  /** The problem that it is rightly refused with by PyTorch before a version, where its ways cannot follow it. */
  readonly refused?: { readonly before: readonly [number, number]; readonly code: ProblemCode };
  /** The first PyTorch that runs it by itself; a capture takes half precision as single before, so that only its own reference counts. */
  readonly aloneSince?: readonly [number, number];
  /** Its weights are drawn when it is first called, by then in another order: only the capture's own reference counts. */
  readonly drawsLater?: true;
  /** In the sample of a default run. */
  readonly sample?: true;
}

const IMAGE = ['x:float32[1,3,64,64]'];
const CLASSIFIER = { program: 'classifier.py:Classifier', inputs: ['x:float32[batch,3,32,32]'] };

export const PROGRAMS: readonly Case[] = [
  // How models are built.
  {
    program: 'argparse_main.py:Net',
    style: 'options read in main()',
    arguments: { hidden: '16' },
    inputs: ['x:float32[batch,12]'],
    sample: true,
  },
  {
    program: 'argparse_global.py:build',
    style: 'options read on import',
    argv: ['--width', '6', '--act', 'silu'],
    inputs: ['input:float32[1,3,16,16]'],
  },
  {
    program: 'config_dict.py:ConvNet',
    style: 'a dict of settings',
    arguments: { config: '{"channels": [4, 8], "classes": 3}' },
    inputs: ['image:float32[2,3,32,32]'],
  },
  {
    program: 'config_module/model.py:Encoder',
    style: 'settings in a module beside it',
    inputs: ['x:float32[2,7,24]'],
  },
  {
    program: 'json_beside.py:FromJson',
    style: 'settings in a JSON file beside it',
    inputs: ['x:float32[3,6]'],
  },
  {
    program: 'factory.py:make_model',
    style: 'a factory function',
    arguments: { variant: 'tiny' },
    inputs: ['input:float32[1,3,32,32]'],
  },
  {
    program: 'registry.py:build',
    style: 'a registry of classes',
    arguments: { cfg: '{"type": "ShiftNet", "width": 4}' },
    inputs: ['x:float32[1,4,8,8]'],
  },
  { program: 'dataclass_config.py:Mlp', style: 'a dataclass of settings', inputs: ['features:float32[batch,20]'] },
  {
    program: 'star_arguments.py:Fusion',
    style: 'star arguments, any number of inputs',
    arguments: { '*': '[3, 5]', reduce: "'mean'", bias: 'False' },
    inputs: ['0:float32[2,3]', '1:float32[2,5]'],
  },
  {
    program: 'detector/models/net.py:Detector',
    style: 'a package with relative imports',
    inputs: ['image:float32[1,3,32,48]'],
    sample: true,
  },
  {
    program: 'nested_class.py:Segmenter.Head',
    style: 'a class within a class',
    arguments: { width: '4' },
    inputs: ['features:float32[1,4,9,9]'],
  },
  { program: 'module_instance.py:model', style: 'an object of the module', inputs: ['x:float32[2,1,28,28]'] },
  {
    program: 'function_model.py:iou_model',
    style: 'a function in a wrapper',
    inputs: ['0:float32[3,4]', '1:float32[5,4]'],
  },
  { program: 'training_script.py:Regressor', style: 'a training script', inputs: ['x:float32[4,5]'] },
  { program: 'optional_library.py:Stack', style: 'a library that may be missing', inputs: ['x:float32[1,3,20]'] },
  { program: 'lazy_layers.py:Lazy', style: 'lazy layers', inputs: ['x:float32[2,3,9,9]'], drawsLater: true },
  { program: 'chatty.py:Chatty', style: 'prints floods, and lines like ours', inputs: ['x:float32[2,4]'] },
  { program: 'leftovers.py:Net', style: 'leaves threads and processes behind', inputs: ['x:float32[2,3]'] },

  {
    program: 'lightning_module.py:LitDigits',
    style: "Lightning's module",
    inputs: ['images:float32[batch,1,12,12]'],
  },
  { program: 'hydra_config.py:build', style: "a tree of settings, as Hydra's", inputs: ['input:float32[2,6]'] },

  // Weights beside the program.
  { ...CLASSIFIER, style: 'a state_dict', weights: 'plain.pth' },
  { ...CLASSIFIER, style: 'a state_dict under DataParallel', weights: 'data-parallel.pth', sample: true },
  { ...CLASSIFIER, style: 'a checkpoint with an optimiser', weights: 'checkpoint.tar' },
  { ...CLASSIFIER, style: "Lightning's checkpoint", weights: 'lightning.ckpt' },
  { ...CLASSIFIER, style: 'a state_dict of a compiled model', weights: 'compiled.pth' },
  { ...CLASSIFIER, style: 'weights and their moving average', weights: 'average.pth' },
  { ...CLASSIFIER, style: 'a moving average beside a model', weights: 'average-beside.pth' },
  { ...CLASSIFIER, style: "a moving average by PyTorch's AveragedModel", weights: 'averaged-model.pth' },
  { ...CLASSIFIER, style: "PyTorch's old file format", weights: 'legacy.pth' },
  { ...CLASSIFIER, style: 'safetensors', weights: 'plain.safetensors' },

  // What goes in and comes out.
  {
    program: 'kwargs_dict.py:Captioner',
    style: 'keyword-only inputs, a dict out',
    inputs: ['image:float32[2,12]', 'text:float32[2,6]', 'scale=0.25'],
    sample: true,
  },
  { program: 'namedtuple_output.py:PoseNet', style: 'a named tuple out', inputs: ['points:float32[batch,9]'] },
  { program: 'dataclass_output.py:Tagger', style: 'a dataclass out', inputs: ['tokens:int64[2,6]'] },
  { program: 'mixed_outputs.py:Ranker', style: 'nested outputs of many types', inputs: ['items:float32[2,4,5]'] },
  { program: 'list_inputs.py:Neck', style: 'a list in, a list out' },
  {
    program: 'optional_inputs.py:CrossAttention',
    style: 'inputs that are left out',
    inputs: ['query:float32[2,5,8]'],
  },
  {
    program: 'optional_inputs.py:CrossAttention',
    style: 'inputs that are all given',
    inputs: ['query:float32[2,5,8]', 'context:float32[2,3,8]', 'bias:float32[8]'],
  },
  {
    program: 'optional_inputs.py:CrossAttention',
    style: 'inputs that are None',
    inputs: ['query:float32[2,5,8]', 'context=none', 'bias:float32[8]'],
  },
  {
    program: 'plain_inputs.py:Blend',
    style: 'a dict in, whole numbers, switches, texts',
    inputs: [
      'features.image:float32[2,3,5]',
      'features.audio:float32[2,3,5]',
      'steps=2',
      'normalize=true',
      'reduction=sum',
      'mask:float32[2,3,1]',
    ],
  },
  {
    program: 'model_output.py:TokenModel',
    style: "a dictionary that is a dataclass, as transformers'",
    inputs: ['input_ids:int64[batch,7]', 'attention_mask:int64[batch,7]', 'output_hidden_states=true'],
  },
  {
    program: 'text_classifier.py:TextClassifier',
    style: 'whole numbers in',
    inputs: ['input_ids:int64[batch,length]', 'attention_mask:int64[batch,length]'],
  },
  { program: 'open_sizes.py:UNet', style: 'sizes that stay open', inputs: ['x:float32[batch,3,height,width]'] },

  // What forward does.
  { program: 'data_branch.py:LoudnessGate', style: 'a branch on data', inputs: ['x:float32[3,10]'], sample: true },
  { program: 'data_loop.py:FixedPoint', style: 'a loop until it converges', inputs: ['x:float32[3,4]'] },
  { program: 'autograd_function.py:Binarized', style: 'a function of autograd', inputs: ['x:float32[2,16]'] },
  {
    program: 'swish_layer/model.py:Net',
    style: 'a function of autograd and a module as operators',
    inputs: ['x:float32[batch,8]'],
    sample: true,
  },
  {
    program: 'soft_threshold/model.py:Denoiser',
    style: 'numpy in forward, as an operator',
    inputs: ['signal:float32[1,1,32]'],
    sample: true,
  },
  {
    program: 'numpy_ranks.py:Net',
    style: 'numpy in forward, as it is',
    inputs: ['x:float32[2,5]'],
    refused: { before: [2, 1], code: 'trace-depends-on-data' },
  },
  {
    program: 'smoothing/model.py:Speech',
    style: 'plain Python in forward, as an operator',
    inputs: ['wave:float32[2,12]'],
  },
  {
    program: 'custom_attributes/model.py:Filters',
    style: 'operators with arguments of every kind',
    inputs: ['x:float32[2,6]'],
  },
  {
    program: 'custom_autograd/model.py:Net',
    style: 'functions of autograd by other names',
    inputs: ['x:float32[2,6]'],
  },
  { program: 'custom_imports/model.py:Model', style: 'an operator under many names', inputs: ['x:float32[2,5]'] },
  { program: 'custom_loop/model.py:Settle', style: 'an operator in a loop on data', inputs: ['x:float32[2,3]'] },
  { program: 'custom_modules/model.py:Net', style: 'modules and methods as operators', inputs: ['x:float32[2,4]'] },
  {
    program: 'custom_sizes/model.py:Net',
    style: 'operators over open sizes',
    inputs: ['wave:float32[batch,3,length]', 'gain:float32[4,1]'],
  },
  {
    program: 'custom_unruled/model.py:Histogram',
    style: 'an operator without rules',
    inputs: ['x:float32[2,4]'],
    refused: { before: [2, 1], code: 'custom-operator-mismatch' },
  },
  { program: 'compiled.py:make', style: 'torch.compile', inputs: ['x:float32[2,6,8]'], since: [2, 0] },
  { program: 'half_precision.py:served', style: 'half precision', inputs: ['x:float16[2,16]'], aloneSince: [2, 1] },
  { program: 'bfloat16.py:Stored', style: 'weights in bfloat16', inputs: ['x:float32[2,10]'] },
  { program: 'devices.py:Positions', style: 'moves between devices', inputs: ['x:float32[2,9,8]'] },
  { program: 'autocast.py:Predictor', style: 'autocast and no_grad', inputs: ['x:float32[2,8]'] },
  { program: 'data_parallel.py:get_model', style: 'DataParallel', inputs: ['0:float32[1,1,8,8]'] },
  { program: 'normed_weights.py:Critic', style: 'weight and spectral norm', inputs: ['wave:float32[2,2,11]'] },
  { program: 'running_buffers.py:Running', style: 'writes to its buffers', inputs: ['x:float32[4,7]'] },
  { program: 'parameter_writes.py:Tamed', style: 'writes to its parameters', inputs: ['x:float32[3,4]'] },
  { program: 'caches.py:Cached', style: 'counters and caches of every kind', inputs: ['x:float32[3,4]'] },
  {
    program: 'parametrized.py:Flow',
    style: 'weights by parametrizations',
    inputs: ['wave:float32[2,2,9]'],
    since: [2, 0],
  },
  { program: 'mapped_over.py:Lookup', style: 'torch.vmap', inputs: ['queries:float32[3,4]'], since: [2, 0] },
  { program: 'spectrum.py:SpectralFilter', style: 'complex numbers within', inputs: ['wave:float32[2,16]'] },
  { program: 'quantized_dynamic.py:quantized', style: 'dynamic quantisation', inputs: ['x:float32[3,8]'] },
  { program: 'checkpointed.py:Deep', style: 'gradient checkpoints', inputs: ['x:float32[2,10]'] },
  { program: 'training_mode.py:Noisy', style: 'dropout, handed over in training', inputs: ['x:float32[2,2,8,8]'] },
  { program: 'feature_hooks.py:Extractor', style: 'hooks', inputs: ['image:float32[1,3,12,12]'] },
  { program: 'scripted_parts.py:Wave', style: 'scripted parts', inputs: ['x:float32[2,3,10]'] },
  {
    program: 'side_effects.py:Stateful',
    style: 'keeps things on itself, writes into slices',
    inputs: ['x:float32[2,4,6]'],
  },
  { program: 'numpy_constants.py:Spectral', style: 'constants by numpy', inputs: ['wave:float32[2,64]'] },
  { program: 'einsum_attention.py:CausalAttention', style: 'attention by einsum', inputs: ['x:float32[batch,6,12]'] },
  { program: 'sdpa.py:Attention', style: "PyTorch's attention", inputs: ['x:float32[2,8,16]'], since: [2, 0] },
  { program: 'recurrent.py:Seq2Seq', style: 'LSTM and GRU cells', inputs: ['source:int64[2,5]'] },
  {
    program: 'diffusion.py:Denoise',
    style: 'a step of diffusion',
    inputs: ['sample:float32[2,4,8,8]', 'timestep:int64[2]'],
  },
];

const torchvision = (name: string, more: Partial<Case> = {}): Case => ({
  program: `torchvision.models:${name}`,
  style: `torchvision ${name}`,
  inputs: IMAGE,
  ...more,
});

const timm = (name: string, more: Partial<Case> = {}): Case => ({
  program: 'timm:create_model',
  style: `timm ${name}`,
  arguments: { model_name: `'${name}'` },
  inputs: IMAGE,
  since: [2, 0],
  ...more,
});

export const INSTALLED: readonly Case[] = [
  torchvision('resnet18', { inputs: ['x:float32[batch,3,64,64]'], sample: true }),
  torchvision('mobilenet_v3_small'),
  torchvision('shufflenet_v2_x0_5'),
  torchvision('squeezenet1_1'),
  torchvision('efficientnet_b0'),
  torchvision('densenet121'),
  torchvision('mnasnet0_5'),
  torchvision('regnet_y_400mf'),
  torchvision('swin_t'),
  torchvision('googlenet', { arguments: { init_weights: 'False' }, inputs: ['x:float32[1,3,96,96]'] }),
  {
    program: 'torchvision.models.segmentation:lraspp_mobilenet_v3_large',
    style: 'torchvision lraspp_mobilenet_v3_large',
    arguments: { weights_backbone: 'None' },
    inputs: ['input:float32[1,3,64,64]'],
  },
  {
    program: 'torchvision.models.video:r3d_18',
    style: 'torchvision r3d_18',
    inputs: ['x:float32[1,3,4,32,32]'],
  },
  timm('test_vit', { inputs: ['x:float32[1,3,160,160]'] }),
  timm('test_convnext'),
  timm('test_efficientnet'),
  timm('test_byobnet'),
  timm('mobilenetv3_small_050'),
  timm('ghostnet_050'),
  timm('levit_128s', { inputs: ['x:float32[1,3,224,224]'] }),
  timm('test_resnet'),
];

/** How often a capture runs a program: `counted.py` says each time that it runs. */
export interface CountedCase extends Case {
  /** Calls of forward by themselves: one for each set of inputs. */
  readonly runs: number;
}

const COUNTED = { program: 'counted.py:Counted', inputs: ['x:float32[1,3,16,16]'], sample: true } as const;

export const COUNTS: readonly CountedCase[] = [
  { ...COUNTED, style: 'sizes that are given', runs: 2 },
  { ...COUNTED, style: 'inputs that are guessed', inputs: [], runs: 2 },
  { ...COUNTED, style: 'a size that stays open', inputs: ['x:float32[n,3,16,16]'], runs: 2 },
  { ...COUNTED, style: 'a condition that a script keeps', program: 'counted.py:Branching', runs: 2 },
];
