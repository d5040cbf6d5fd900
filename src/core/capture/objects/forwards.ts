/** All forwards that Graphwright knows, by the Python modules of their classes. */
import type { ForwardTexts } from './forward-table.ts';
import { TIMM_CONVOLUTIONAL } from './forwards/timm-convolutional.ts';
import { TIMM_HYBRIDS } from './forwards/timm-hybrids.ts';
import { TIMM_LAYERS } from './forwards/timm-layers.ts';
import { TIMM_TRANSFORMERS } from './forwards/timm-transformers.ts';
import { TIMM_WINDOWS } from './forwards/timm-windows.ts';
import { TORCH_ACTIVATIONS } from './forwards/torch-activations.ts';
import { TORCH_FUNCTIONAL } from './forwards/torch-functional.ts';
import { TORCH_NN } from './forwards/torch-nn.ts';
import { TORCH_SEQUENCES } from './forwards/torch-sequences.ts';
import { TORCHVISION } from './forwards/torchvision.ts';
import { TORCHVISION_TRANSFORMERS } from './forwards/torchvision-transformers.ts';

export const FORWARDS: ForwardTexts = {
  ...TORCH_NN,
  ...TORCH_ACTIVATIONS,
  ...TORCH_SEQUENCES,
  ...TORCH_FUNCTIONAL,
  ...TORCHVISION,
  ...TORCHVISION_TRANSFORMERS,
  ...TIMM_LAYERS,
  ...TIMM_CONVOLUTIONAL,
  ...TIMM_TRANSFORMERS,
  ...TIMM_HYBRIDS,
  ...TIMM_WINDOWS,
};
