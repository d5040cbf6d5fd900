/** Weights that hooks of torch.nn.utils make before a forward, from the formulas of PyTorch's documentation. */
import type { ForwardTexts } from '../forward-table.ts';

export const TORCH_WEIGHTS: ForwardTexts = {
  'torch.nn.utils.weight_norm': `
def WeightNorm(self, name, dim):
    direction, length = getattr(self, name + "_v"), getattr(self, name + "_g")
    axes = []
    for axis in range(direction.dim()):
        if dim is None or dim == -1 or axis != dim:
            axes.append(axis)
    return direction * (length / torch.sqrt((direction * direction).sum(axes, True)))
`,
  'torch.nn.utils.spectral_norm': `
def SpectralNorm(self, name, dim):
    assert not self.training, "it is in training mode: call model.eval() before saving"
    weight = getattr(self, name + "_orig")
    rest = weight.movedim(dim, 0).flatten(1)
    largest = torch.dot(getattr(self, name + "_u"), torch.mv(rest, getattr(self, name + "_v")))
    return weight / largest
`,
};
