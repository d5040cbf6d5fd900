/** Forwards of torch.nn's recurrent and transformer layers, from the formulas of PyTorch's documentation. */
import type { ForwardTexts } from '../forward-table.ts';

const OPTIONS = 'self.bias, self.num_layers, 0.0, False, self.bidirectional, self.batch_first';

/** A recurrent layer with as many states as are said; `relu` is the operator of the mode that is named for it. */
const recurrent = (name: string, operator: string, states: 1 | 2, relu?: string) => `
class ${name}:
    proj_size = 0
    def forward(self, input, hx=None):
        assert not self.training or self.dropout == 0.0 or self.num_layers == 1, "it is in training mode: call model.eval() before saving"
        batched = input.dim() == 3
        whole = input if batched else input.unsqueeze(0 if self.batch_first else 1)
        if hx is None:
            batch = whole.size(0 if self.batch_first else 1)
            count = self.num_layers * (2 if self.bidirectional else 1)
            last = self.hidden_size if self.proj_size == 0 else self.proj_size
            start = torch.zeros([count, batch, last], dtype=input.dtype)
            ${
              states === 2
                ? 'hx = (start, torch.zeros([count, batch, self.hidden_size], dtype=input.dtype))'
                : 'hx = start'
            }
        elif not batched:
            hx = ${states === 2 ? '(hx[0].unsqueeze(1), hx[1].unsqueeze(1))' : 'hx.unsqueeze(1)'}
        ${states === 2 ? 'out, h, c' : 'out, h'} = torch.${operator}(whole, hx, weights(self), ${OPTIONS})${
          relu ? ` if self.mode != "RNN_RELU" else torch.${relu}(whole, hx, weights(self), ${OPTIONS})` : ''
        }
        if not batched:
            return out.squeeze(0 if self.batch_first else 1), ${states === 2 ? '(h.squeeze(1), c.squeeze(1))' : 'h.squeeze(1)'}
        return out, ${states === 2 ? '(h, c)' : 'h'}`;

const cell = (name: string, operator: string, states: 1 | 2) => `
class ${name}:
    def forward(self, input, hx=None):
        batched = input.dim() == 2
        whole = input if batched else input.unsqueeze(0)
        if hx is None:
            start = torch.zeros([whole.size(0), self.hidden_size], dtype=input.dtype)
            hx = ${states === 2 ? '(start, start)' : 'start'}
        elif not batched:
            hx = ${states === 2 ? '(hx[0].unsqueeze(0), hx[1].unsqueeze(0))' : 'hx.unsqueeze(0)'}
        ${
          states === 2
            ? `h, c = torch.${operator}(whole, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return (h, c) if batched else (h.squeeze(0), c.squeeze(0))`
            : `h = torch.${operator}(whole, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return h if batched else h.squeeze(0)`
        }`;

export const TORCH_SEQUENCES: ForwardTexts = {
  'torch.nn.modules.rnn': `
def weights(self):
    found = []
    for layer in range(self.num_layers):
        for direction in range(2 if self.bidirectional else 1):
            end = "_l" + str(layer) + ("_reverse" if direction == 1 else "")
            found.append(getattr(self, "weight_ih" + end))
            found.append(getattr(self, "weight_hh" + end))
            if self.bias:
                found.append(getattr(self, "bias_ih" + end))
                found.append(getattr(self, "bias_hh" + end))
            if self.proj_size > 0:
                found.append(getattr(self, "weight_hr" + end))
    return found
${recurrent('LSTM', 'lstm', 2)}
${recurrent('GRU', 'gru', 1)}
${recurrent('RNN', 'rnn_tanh', 1, 'rnn_relu')}
${cell('LSTMCell', 'lstm_cell', 2)}
${cell('GRUCell', 'gru_cell', 1)}
${cell('RNNCell', 'rnn_tanh_cell', 1)}
`,
  'torch.nn.modules.transformer': `
class TransformerEncoderLayer:
    norm_first = False
    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        if self.norm_first:
            src = src + self.attend(self.norm1(src), src_mask, src_key_padding_mask)
            return src + self.feed(self.norm2(src))
        src = self.norm1(src + self.attend(src, src_mask, src_key_padding_mask))
        return self.norm2(src + self.feed(src))
    def attend(self, x, mask, padding):
        return self.dropout1(self.self_attn(x, x, x, attn_mask=mask, key_padding_mask=padding, need_weights=False)[0])
    def feed(self, x):
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))

class TransformerDecoderLayer:
    norm_first = False
    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=False, memory_is_causal=False):
        if self.norm_first:
            tgt = tgt + self.attend(self.norm1(tgt), tgt_mask, tgt_key_padding_mask)
            tgt = tgt + self.look(self.norm2(tgt), memory, memory_mask, memory_key_padding_mask)
            return tgt + self.feed(self.norm3(tgt))
        tgt = self.norm1(tgt + self.attend(tgt, tgt_mask, tgt_key_padding_mask))
        tgt = self.norm2(tgt + self.look(tgt, memory, memory_mask, memory_key_padding_mask))
        return self.norm3(tgt + self.feed(tgt))
    def attend(self, x, mask, padding):
        return self.dropout1(self.self_attn(x, x, x, attn_mask=mask, key_padding_mask=padding, need_weights=False)[0])
    def look(self, x, memory, mask, padding):
        return self.dropout2(self.multihead_attn(x, memory, memory, attn_mask=mask, key_padding_mask=padding, need_weights=False)[0])
    def feed(self, x):
        return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(x)))))

class TransformerEncoder:
    use_nested_tensor = False
    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        assert src_key_padding_mask is None or not self.use_nested_tensor, "what it gives for padding depends on how PyTorch runs it (enable_nested_tensor)"
        for layer in self.layers:
            src = layer(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask)
        return src if self.norm is None else self.norm(src)

class TransformerDecoder:
    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=None, memory_is_causal=False):
        for layer in self.layers:
            tgt = layer(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask, memory_key_padding_mask=memory_key_padding_mask)
        return tgt if self.norm is None else self.norm(tgt)

class Transformer:
    def forward(self, src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, src_is_causal=None, tgt_is_causal=None, memory_is_causal=False):
        memory = self.encoder(src, src_mask, src_key_padding_mask)
        return self.decoder(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)
`,
};
