/** Forwards of torchvision's transformers (ViT, Swin, MaxViT), after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TORCHVISION_TRANSFORMERS: ForwardTexts = {
  'torchvision.models.vision_transformer': `
class VisionTransformer:
    fits = "conv_proj:Conv2d encoder:Encoder heads:Sequential class_token[3]"
    def forward(self, x):
        patches = self.conv_proj(x).flatten(2).transpose(1, 2)
        token = self.class_token.expand(x.shape[0], -1, -1)
        return self.heads(self.encoder(torch.cat([token, patches], 1))[:, 0])
class Encoder:
    fits = "dropout:Dropout layers:Sequential ln:LayerNorm pos_embedding[3]"
    def forward(self, input):
        return self.ln(self.layers(self.dropout(input + self.pos_embedding)))
class EncoderBlock:
    fits = "ln_1:LayerNorm self_attention:MultiheadAttention dropout:Dropout ln_2:LayerNorm mlp:MLPBlock"
    def forward(self, input):
        normed = self.ln_1(input)
        x = input + self.dropout(self.self_attention(normed, normed, normed, need_weights=False)[0])
        return x + self.mlp(self.ln_2(x))
class MLPBlock(torch.nn.modules.container.Sequential):
    pass
`,
  'torchvision.models.swin_transformer': `
class SwinTransformer:
    fits = "features:Sequential norm:LayerNorm permute:Permute avgpool:AdaptiveAvgPool2d flatten:Flatten head:Linear"
    def forward(self, x):
        x = self.permute(self.norm(self.features(x)))
        return self.head(self.flatten(self.avgpool(x)))
class SwinTransformerBlock:
    fits = "norm1:LayerNorm attn:ShiftedWindowAttention stochastic_depth:StochasticDepth norm2:LayerNorm mlp:MLP"
    def forward(self, x):
        x = x + self.stochastic_depth(self.attn(self.norm1(x)))
        return x + self.stochastic_depth(self.mlp(self.norm2(x)))
class SwinTransformerBlockV2:
    fits = "norm1:LayerNorm attn:ShiftedWindowAttentionV2 stochastic_depth:StochasticDepth norm2:LayerNorm mlp:MLP"
    def forward(self, x):
        x = x + self.stochastic_depth(self.norm1(self.attn(x)))
        return x + self.stochastic_depth(self.norm2(self.mlp(x)))
def quarters(x):
    even = torch.nn.functional.pad(x, [0, 0, 0, x.shape[-2] % 2, 0, x.shape[-3] % 2])
    return torch.cat([even[..., 0::2, 0::2, :], even[..., 1::2, 0::2, :], even[..., 0::2, 1::2, :], even[..., 1::2, 1::2, :]], -1)
class PatchMerging:
    fits = "reduction:Linear norm:LayerNorm"
    def forward(self, x):
        return self.reduction(self.norm(quarters(x)))
class PatchMergingV2:
    fits = "reduction:Linear norm:LayerNorm"
    def forward(self, x):
        return self.norm(self.reduction(quarters(x)))

def zones(size, window, shift):
    place = torch.arange(size)
    if shift == 0:
        return place * 0
    return (place >= size - window).to(torch.int64) + (place >= size - shift).to(torch.int64)
def windows(x, rows, columns):
    b, h, w, c = x.shape
    tiles = x.view(b, h // rows, rows, w // columns, columns, c).permute(0, 1, 3, 2, 4, 5)
    return tiles.reshape(-1, rows * columns, c)
class ShiftedWindowAttention:
    fits = "qkv:Linear proj:Linear relative_position_bias_table[2] relative_position_index[1]"
    def forward(self, x):
        return self.within_windows(x, self.qkv.bias)
    def position_bias(self):
        return self.relative_position_bias_table[self.relative_position_index]
    def scores(self, q, k):
        return torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-2, -1))
    def within_windows(self, x, qkv_bias):
        assert not self.training or (self.attention_dropout == 0.0 and self.dropout == 0.0), "it is in training mode: call model.eval() before saving"
        b, h, w, c = x.shape
        rows, columns = self.window_size[0], self.window_size[1]
        whole = torch.nn.functional.pad(x, [0, 0, 0, -w % columns, 0, -h % rows])
        high, wide = whole.shape[1], whole.shape[2]
        down = 0 if rows >= high else self.shift_size[0]
        right = 0 if columns >= wide else self.shift_size[1]
        shifted = down + right > 0
        if shifted:
            whole = torch.roll(whole, [-down, -right], [1, 2])
        tiles = windows(whole, rows, columns)
        n = tiles.shape[1]
        qkv = torch.linear(tiles, self.qkv.weight, qkv_bias).reshape(-1, n, 3, self.num_heads, c // self.num_heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        attention = self.scores(q, k) + self.position_bias().view(n, n, -1).permute(2, 0, 1).unsqueeze(0)
        if shifted:
            zone = zones(high, rows, down).unsqueeze(1) * 3 + zones(wide, columns, right)
            zone = windows(zone.unsqueeze(0).unsqueeze(-1), rows, columns).squeeze(-1)
            apart = (zone.unsqueeze(1) != zone.unsqueeze(2)).to(x.dtype) * -100.0
            each = attention.view(b, -1, self.num_heads, n, n) + apart.unsqueeze(1).unsqueeze(0)
            attention = each.view(-1, self.num_heads, n, n)
        mixed = torch.matmul(torch.softmax(attention, -1), v).transpose(1, 2).reshape(-1, n, c)
        tiles = self.proj(mixed).view(b, high // rows, wide // columns, rows, columns, c)
        whole = tiles.permute(0, 1, 3, 2, 4, 5).reshape(b, high, wide, c)
        if shifted:
            whole = torch.roll(whole, [down, right], [1, 2])
        return whole[:, :h, :w, :]
class ShiftedWindowAttentionV2(ShiftedWindowAttention):
    fits = "qkv:Linear proj:Linear cpb_mlp:Sequential logit_scale[3] relative_coords_table[4] relative_position_index[1]"
    def forward(self, x):
        bias = self.qkv.bias
        if bias is not None:
            q, k, v = bias.chunk(3, 0)
            bias = torch.cat([q, torch.zeros_like(k), v], 0)
        return self.within_windows(x, bias)
    def position_bias(self):
        table = self.cpb_mlp(self.relative_coords_table).view(-1, self.num_heads)
        return torch.sigmoid(table[self.relative_position_index]) * 16.0
    def scores(self, q, k):
        cosine = torch.matmul(torch.nn.functional.normalize(q, dim=-1), torch.nn.functional.normalize(k, dim=-1).transpose(-2, -1))
        return cosine * torch.exp(torch.clamp(self.logit_scale, max=math.log(100.0)))
`,
  'torchvision.models.maxvit': `
class MaxVit:
    fits = "stem:Sequential blocks:ModuleList classifier:Sequential"
    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.classifier(x)
class MaxVitBlock:
    fits = "layers:ModuleList"
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
class MaxVitLayer:
    fits = "layers:Sequential"
    def forward(self, x):
        return self.layers(x)
class MBConv:
    fits = "proj:Sequential|Identity stochastic_depth:Identity|StochasticDepth layers:Sequential"
    def forward(self, x):
        return self.proj(x) + self.stochastic_depth(self.layers(x))
class SwapAxes:
    fits = ""
    def forward(self, x):
        return x.transpose(self.a, self.b)
class WindowPartition:
    fits = ""
    def forward(self, x, p):
        b, c, h, w = x.shape
        return x.reshape(b, c, h // p, p, w // p, p).permute(0, 2, 4, 3, 5, 1).reshape(b, -1, p * p, c)
class WindowDepartition:
    fits = ""
    def forward(self, x, p, h_partitions, w_partitions):
        tiles = x.reshape(x.shape[0], h_partitions, w_partitions, p, p, x.shape[3]).permute(0, 5, 1, 3, 2, 4)
        return tiles.reshape(x.shape[0], x.shape[3], h_partitions * p, w_partitions * p)
class PartitionAttentionLayer:
    fits = "partition_op:WindowPartition departition_op:WindowDepartition partition_swap:Identity|SwapAxes departition_swap:Identity|SwapAxes attn_layer:Sequential mlp_layer:Sequential stochastic_dropout:StochasticDepth"
    def forward(self, x):
        x = self.partition_swap(self.partition_op(x, self.p))
        x = x + self.stochastic_dropout(self.attn_layer(x))
        x = x + self.stochastic_dropout(self.mlp_layer(x))
        return self.departition_op(self.departition_swap(x), self.p, self.grid_size[0] // self.p, self.grid_size[1] // self.p)
class RelativePositionalMultiHeadAttention:
    fits = "to_qkv:Linear merge:Linear relative_position_bias_table[2] relative_position_index[2]"
    def forward(self, x):
        b, g, p, d = x.shape
        q, k, v = [each.reshape(b, g, p, self.n_heads, self.head_dim).transpose(2, 3) for each in self.to_qkv(x).chunk(3, -1)]
        bias = self.relative_position_bias_table[self.relative_position_index.view(-1)]
        bias = bias.view(self.max_seq_len, self.max_seq_len, -1).permute(2, 0, 1).unsqueeze(0)
        scores = torch.matmul(q, (k * self.scale_factor).transpose(-2, -1)) + bias
        return self.merge(torch.matmul(torch.softmax(scores, -1), v).transpose(2, 3).reshape(b, g, p, d))
`,
};
