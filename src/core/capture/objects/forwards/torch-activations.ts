/** Forwards of torch.nn's activations and of multi-head attention, from the formulas of PyTorch's documentation. */
import type { ForwardTexts } from '../forward-table.ts';

export const TORCH_ACTIVATIONS: ForwardTexts = {
  'torch.nn.modules.activation': `
class ReLU:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.relu(input, self.inplace)
class ReLU6:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.relu6(input, self.inplace)
class Hardtanh:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.hardtanh(input, self.min_val, self.max_val, self.inplace)
class RReLU:
    def forward(self, input):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        return torch.nn.functional.leaky_relu(input, (self.lower + self.upper) / 2, self.inplace)
class Threshold:
    def forward(self, input):
        return torch.nn.functional.threshold(input, self.threshold, self.value, self.inplace)
class Sigmoid:
    def forward(self, input):
        return torch.sigmoid(input)
class Tanh:
    def forward(self, input):
        return torch.tanh(input)
class SiLU:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.silu(input, self.inplace)
class Mish:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.mish(input, self.inplace)
class Hardswish:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.hardswish(input, self.inplace)
class Hardsigmoid:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.hardsigmoid(input, self.inplace)
class ELU:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.elu(input, self.alpha, self.inplace)
class CELU:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.celu(input, self.alpha, self.inplace)
class SELU:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.selu(input, self.inplace)
class GLU:
    def forward(self, input):
        return torch.glu(input, self.dim)
class GELU:
    approximate = "none"
    def forward(self, input):
        return torch.gelu(input, approximate=self.approximate)
class Hardshrink:
    def forward(self, input):
        return torch.hardshrink(input, self.lambd)
class Softshrink:
    def forward(self, input):
        return torch.softshrink(input, self.lambd)
class Tanhshrink:
    def forward(self, input):
        return input - torch.tanh(input)
class LeakyReLU:
    inplace = False
    def forward(self, input):
        return torch.nn.functional.leaky_relu(input, self.negative_slope, self.inplace)
class LogSigmoid:
    def forward(self, input):
        return torch.log_sigmoid(input)
class Softplus:
    def forward(self, input):
        return torch.softplus(input, self.beta, self.threshold)
class Softsign:
    def forward(self, input):
        return torch.nn.functional.softsign(input)
class PReLU:
    def forward(self, input):
        return torch.prelu(input, self.weight)
class Softmin:
    def forward(self, input):
        return torch.nn.functional.softmin(input, self.dim)
class Softmax:
    def forward(self, input):
        return torch.nn.functional.softmax(input, self.dim)
class LogSoftmax:
    def forward(self, input):
        return torch.nn.functional.log_softmax(input, self.dim)
class Softmax2d:
    def forward(self, input):
        return torch.softmax(input, -3)

class MultiheadAttention:
    batch_first = False
    add_zero_attn = False
    bias_k = None
    bias_v = None
    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True, is_causal=False):
        assert self.bias_k is None and self.bias_v is None and not self.add_zero_attn, "keys and values are extended"
        assert not self.training or self.dropout == 0.0, "it is in training mode: call model.eval() before saving"
        batched = query.dim() == 3
        if not batched:
            query, key, value = query.unsqueeze(0), key.unsqueeze(0), value.unsqueeze(0)
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask.unsqueeze(0)
        elif not self.batch_first:
            query, key, value = query.transpose(0, 1), key.transpose(0, 1), value.transpose(0, 1)
        q, k, v = self.projections(query, key, value)
        scores = torch.matmul(q * (1.0 / math.sqrt(self.head_dim)), k.transpose(-2, -1))
        if attn_mask is not None:
            per_head = attn_mask.dim() == 3
            mask = additive(attn_mask, q)
            scores = scores + (mask.view(query.size(0), self.num_heads, query.size(1), key.size(1)) if per_head else mask)
        if key_padding_mask is not None:
            scores = scores + additive(key_padding_mask, q).unsqueeze(1).unsqueeze(2)
        weights = torch.softmax(scores, -1)
        joined = torch.matmul(weights, v).transpose(1, 2).reshape(query.size(0), query.size(1), self.embed_dim)
        out = torch.linear(joined, self.out_proj.weight, self.out_proj.bias)
        shown = None
        if need_weights:
            shown = weights.mean(1) if average_attn_weights else weights
        if not batched:
            return out.squeeze(0), shown if shown is None else shown.squeeze(0)
        return out if self.batch_first else out.transpose(0, 1), shown

    def projections(self, query, key, value):
        bias = self.in_proj_bias
        bq, bk, bv = (None, None, None) if bias is None else bias.chunk(3, 0)
        if self._qkv_same_embed_dim:
            wq, wk, wv = self.in_proj_weight.chunk(3, 0)
        else:
            wq, wk, wv = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        q, k, v = torch.linear(query, wq, bq), torch.linear(key, wk, bk), torch.linear(value, wv, bv)
        shape = [self.num_heads, self.head_dim]
        return q.unflatten(-1, shape).transpose(1, 2), k.unflatten(-1, shape).transpose(1, 2), v.unflatten(-1, shape).transpose(1, 2)

def additive(mask, like):
    if mask.is_floating_point():
        return mask
    return torch.zeros_like(mask, dtype=like.dtype).masked_fill(mask, -inf)
`,
};
