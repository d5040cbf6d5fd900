/** All forwards that Graphwright knows, by the Python modules of their classes. */
import type { ForwardTexts } from './forward-table.ts';
import { TIMM_DENSE } from './forwards/timm-dense.ts';
import { TIMM_FAST_HYBRIDS } from './forwards/timm-fast-hybrids.ts';
import { TIMM_HYBRIDS } from './forwards/timm-hybrids.ts';
import { TIMM_LAYERS } from './forwards/timm-layers.ts';
import { TIMM_MIXERS } from './forwards/timm-mixers.ts';
import { TIMM_MOBILE } from './forwards/timm-mobile.ts';
import { TIMM_PYRAMIDS } from './forwards/timm-pyramids.ts';
import { TIMM_RESNETS } from './forwards/timm-resnets.ts';
import { TIMM_SPECIAL_LAYERS } from './forwards/timm-special-layers.ts';
import { TIMM_TOKEN_TRANSFORMERS } from './forwards/timm-token-transformers.ts';
import { TIMM_VIT } from './forwards/timm-vit.ts';
import { TIMM_WINDOWS } from './forwards/timm-windows.ts';
import { TORCH_ACTIVATIONS } from './forwards/torch-activations.ts';
import { TORCH_FUNCTIONAL } from './forwards/torch-functional.ts';
import { TORCH_NN } from './forwards/torch-nn.ts';
import { TORCH_SEQUENCES } from './forwards/torch-sequences.ts';
import { TORCH_WEIGHTS } from './forwards/torch-weights.ts';
import { TORCHVISION } from './forwards/torchvision.ts';
import { TORCHVISION_TRANSFORMERS } from './forwards/torchvision-transformers.ts';
import { TRANSFORMERS } from './forwards/transformers.ts';

export const FORWARDS: ForwardTexts = {
  ...TORCH_NN,
  ...TORCH_ACTIVATIONS,
  ...TORCH_SEQUENCES,
  ...TORCH_FUNCTIONAL,
  ...TORCH_WEIGHTS,
  ...TORCHVISION,
  ...TORCHVISION_TRANSFORMERS,
  ...TIMM_LAYERS,
  ...TIMM_SPECIAL_LAYERS,
  ...TIMM_RESNETS,
  ...TIMM_MOBILE,
  ...TIMM_DENSE,
  ...TIMM_MIXERS,
  ...TIMM_HYBRIDS,
  ...TIMM_FAST_HYBRIDS,
  ...TIMM_VIT,
  ...TIMM_TOKEN_TRANSFORMERS,
  ...TIMM_WINDOWS,
  ...TIMM_PYRAMIDS,
  ...TRANSFORMERS,
};
