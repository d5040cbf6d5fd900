/** Forwards of timm's transformers over windows and pyramids, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_WINDOWS: ForwardTexts = {
  'graphwright.windows': `
def split(x, rows, columns):
    b, h, w, c = x.shape
    tiles = x.reshape(b, h // rows, rows, w // columns, columns, c).permute(0, 1, 3, 2, 4, 5)
    return tiles.reshape(-1, rows * columns, c)
def joined(tiles, rows, columns, high, wide):
    c = tiles.shape[-1]
    image = tiles.reshape(-1, high // rows, wide // columns, rows, columns, c).permute(0, 1, 3, 2, 4, 5)
    return image.reshape(-1, high, wide, c)
`,
  'timm.layers.pos_embed_rel': `
class RelPosBias:
    fits = "relative_position_bias_table[2] relative_position_index[1]"
    def get_bias(self):
        return self.relative_position_bias_table[self.relative_position_index].view(self.bias_shape).permute(2, 0, 1).unsqueeze(0)
    def forward(self, scores):
        return scores + self.get_bias()
class RelPosMlp:
    fits = "bias_act mlp relative_position_index[1] rel_coords_log[3]"
    def get_bias(self):
        bias = self.mlp(self.rel_coords_log)
        if self.relative_position_index is not None:
            bias = bias.view(-1, self.num_heads)[self.relative_position_index].view(self.bias_shape)
        bias = self.bias_act(bias.permute(2, 0, 1))
        if self.bias_gain is not None:
            bias = self.bias_gain * bias
        if self.prefix_tokens > 0:
            bias = torch.nn.functional.pad(bias, [self.prefix_tokens, 0, self.prefix_tokens, 0])
        return bias.unsqueeze(0)
    def forward(self, scores):
        return scores + self.get_bias()
`,
  'timm.models.gcvit': `
class GlobalContextVit:
    fits = "stem stages head"
    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
class Stem:
    fits = "conv1 down"
    def forward(self, x):
        return self.down(self.conv1(x))
class Downsample2d:
    fits = "norm1 conv_block reduction norm2"
    def forward(self, x):
        return self.norm2(self.reduction(self.conv_block(self.norm1(x))))
class MbConvBlock:
    fits = "conv_dw act se conv_pw"
    def forward(self, x):
        return self.conv_pw(self.se(self.act(self.conv_dw(x)))) + x
class FeatureBlock:
    fits = "blocks"
    def forward(self, x):
        return self.blocks(x)
class GlobalContextVitStage:
    fits = "downsample global_block global_norm blocks norm"
    def forward(self, x):
        x = self.downsample(x)
        query = self.global_norm(self.global_block(x).permute(0, 2, 3, 1))
        x = x.permute(0, 2, 3, 1)
        for block in self.blocks:
            x = block(x, query)
        return self.norm(x).permute(0, 3, 1, 2).contiguous()
class GlobalContextVitBlock:
    fits = "norm1 attn ls1 drop_path1 norm2 mlp ls2 drop_path2"
    def forward(self, x, query):
        rows, columns = self.window_size[0], self.window_size[1]
        tiles = self.attn(graphwright.windows.split(self.norm1(x), rows, columns), query)
        x = x + self.drop_path1(self.ls1(graphwright.windows.joined(tiles, rows, columns, x.shape[1], x.shape[2])))
        return x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))
class WindowAttentionGlobal:
    fits = "rel_pos qkv attn_drop proj proj_drop"
    def forward(self, x, query):
        b, n, c = x.shape
        heads = self.num_heads
        if self.use_global:
            k, v = self.qkv(x).reshape(b, n, 2, heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
            q = query.repeat(b // query.shape[0], 1, 1, 1).reshape(b, n, heads, self.head_dim).permute(0, 2, 1, 3)
        else:
            q, k, v = self.qkv(x).reshape(b, n, 3, heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        scores = self.rel_pos(torch.matmul(q * self.scale, k.transpose(-2, -1)))
        mixed = torch.matmul(self.attn_drop(torch.softmax(scores, -1)), v).transpose(1, 2).reshape(b, n, c)
        return self.proj_drop(self.proj(mixed))
`,
  'timm.models.hiera': `
class Hiera:
    fits = "patch_embed unroll reroll blocks head pos_embed[3]"
    pos_embed_win = None
    def forward(self, x, mask=None):
        assert mask is None, "it is given a mask"
        assert not self.training or self.patch_drop_rate == 0.0, "it is in training mode: call model.eval() before saving"
        assert self.pos_embed_win is None and self.pos_embed is not None, "its position embedding is made of several"
        x = self.unroll(self.patch_embed(x) + self.pos_embed)
        for block in self.blocks:
            x = block(x)
        return self.head(x)
class PatchEmbed:
    fits = "proj"
    def forward(self, x, mask=None):
        x = self.proj(x)
        return x.flatten(2).transpose(2, 1) if self.reshape else x
class Unroll:
    fits = ""
    def forward(self, x):
        b, n, c = x.shape
        assert len(self.size) == 2, "it unrolls films"
        high, wide = self.size[0], self.size[1]
        count = b
        x = x.reshape(b, high, wide, c)
        for strides in self.schedule:
            high, wide = high // strides[0], wide // strides[1]
            x = x.reshape(count, high, strides[0], wide, strides[1], c).permute(0, 2, 4, 1, 3, 5)
            count = count * strides[0] * strides[1]
            x = x.reshape(count, high, wide, c)
        return x.reshape(-1, n, c)
class Reroll:
    fits = ""
    def forward(self, x, block):
        assert False, "features of its layers are rolled back"
        return x
class HieraBlock:
    fits = "norm1 attn ls1 drop_path1 norm2 mlp ls2 drop_path2 proj?"
    def forward(self, x):
        normed = self.norm1(x)
        if self.do_expand:
            given = x if self.proj is None else self.proj(normed)
            parts = given.reshape(x.shape[0], self.attn.q_stride, -1, given.shape[-1])
            x = torch.cat([parts.amax(1), parts.mean(1)], -1) if self.proj is None else parts.amax(1)
        x = x + self.drop_path1(self.ls1(self.attn(normed)))
        return x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))
class MaskUnitAttention:
    fits = "qkv proj"
    def forward(self, x):
        b, n, c = x.shape
        units = n // (self.q_stride * self.window_size) if self.use_mask_unit_attn else 1
        q, k, v = self.qkv(x).reshape(b, -1, units, 3, self.heads, self.head_dim).permute(3, 0, 4, 2, 1, 5).unbind(0)
        if self.q_stride > 1:
            q = q.reshape(b, self.heads, units, self.q_stride, -1, self.head_dim).amax(3)
        weights = torch.softmax(torch.matmul(q * self.scale, k.transpose(-1, -2)), -1)
        return self.proj(torch.matmul(weights, v).transpose(1, 3).reshape(b, -1, self.dim_out))
`,
  'timm.models.hieradet_sam2': `
class HieraDet:
    fits = "patch_embed blocks head pos_embed[4] pos_embed_window[4]"
    def forward(self, x):
        x = self.patch_embed(x)
        window = self.pos_embed_window
        place = torch.nn.functional.interpolate(self.pos_embed, [x.shape[1], x.shape[2]], mode="bicubic")
        place = place + window.repeat(1, 1, x.shape[1] // window.shape[2], x.shape[2] // window.shape[3])
        return self.head(self.blocks(x + place.permute(0, 2, 3, 1)))
class HieraPatchEmbed:
    fits = "proj"
    def forward(self, x):
        return self.proj(x).permute(0, 2, 3, 1)
class MultiScaleBlock:
    fits = "proj norm1 attn ls1 drop_path1 norm2 mlp ls2 drop_path2 pool?"
    def forward(self, x):
        normed = self.norm1(x)
        shortcut = x
        if self.dim != self.dim_out:
            shortcut = self.proj(normed)
            if self.pool is not None:
                shortcut = self.pool(shortcut.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        if not self.is_windowed:
            out = self.attn(normed)
        else:
            rows, columns = self.window_size[0], self.window_size[1]
            padded = torch.nn.functional.pad(normed, [0, 0, 0, -x.shape[2] % columns, 0, -x.shape[1] % rows])
            tiles = graphwright.windows.split(padded, rows, columns)
            tiles = self.attn(tiles.reshape(-1, rows, columns, x.shape[3]))
            if self.q_stride is not None:
                rows, columns = rows // self.q_stride[0], columns // self.q_stride[1]
            h, w = shortcut.shape[1], shortcut.shape[2]
            out = graphwright.windows.joined(tiles, rows, columns, h + -h % rows, w + -w % columns)[:, :h, :w]
        x = shortcut + self.drop_path1(self.ls1(out))
        return x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))
class MultiScaleAttention:
    fits = "qkv proj q_pool?"
    def forward(self, x):
        b, h, w, c = x.shape
        q, k, v = self.qkv(x).reshape(b, h * w, 3, self.num_heads, -1).unbind(2)
        if self.q_pool is not None:
            pooled = self.q_pool(q.reshape(b, h, w, -1).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
            h, w = pooled.shape[1], pooled.shape[2]
            q = pooled.reshape(b, h * w, self.num_heads, -1)
        weights = torch.softmax(torch.matmul(q.transpose(1, 2) * self.scale, k.permute(0, 2, 3, 1)), -1)
        return self.proj(torch.matmul(weights, v.transpose(1, 2)).transpose(1, 2).reshape(b, h, w, -1))
`,
  'timm.models.levit': `
class LevitDistilled:
    fits = "stem stages head head_dist"
    def forward(self, x):
        assert not self.training and not self.use_conv, "it is in training mode, or made of convolutions"
        x = self.stages(self.stem(x).flatten(2).transpose(1, 2))
        if self.global_pool == "avg":
            x = x.mean(1)
        return (self.head(x) + self.head_dist(x)) / 2
class Stem16(torch.nn.modules.container.Sequential):
    pass
class ConvNorm:
    fits = "linear bn"
    def forward(self, x):
        return self.bn(self.linear(x))
class LinearNorm:
    fits = "linear bn"
    def forward(self, x):
        out = self.linear(x)
        return self.bn(out.flatten(0, 1)).reshape(out.shape)
class NormLinear:
    fits = "bn drop linear"
    def forward(self, x):
        return self.linear(self.drop(self.bn(x)))
class LevitStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class LevitBlock:
    fits = "attn drop_path1 mlp drop_path2"
    def forward(self, x):
        x = x + self.drop_path1(self.attn(x))
        return x + self.drop_path2(self.mlp(x))
class LevitMlp:
    fits = "ln1 act drop ln2"
    def forward(self, x):
        return self.ln2(self.drop(self.act(self.ln1(x))))
class LevitDownsample:
    fits = "attn_downsample mlp drop_path"
    def forward(self, x):
        x = self.attn_downsample(x)
        return x + self.drop_path(self.mlp(x))
class Downsample:
    fits = ""
    def forward(self, x):
        assert self.pool is None, "it pools"
        image = x.reshape(x.shape[0], self.resolution[0], self.resolution[1], x.shape[2])
        return image[:, ::self.stride, ::self.stride].reshape(x.shape[0], -1, x.shape[2])
def attended(self, q, k, v):
    scores = torch.matmul(q.transpose(1, 2), k.permute(0, 2, 3, 1)) * self.scale
    weights = torch.softmax(scores + self.attention_biases[:, self.attention_bias_idxs], -1)
    mixed = torch.matmul(weights, v.transpose(1, 2)).transpose(1, 2)
    return self.proj(mixed.reshape(q.shape[0], -1, self.val_attn_dim))
class Attention:
    fits = "qkv proj attention_biases[2] attention_bias_idxs[2]"
    def forward(self, x):
        assert not self.use_conv, "it is made of convolutions"
        qkv = self.qkv(x).reshape(x.shape[0], x.shape[1], self.num_heads, -1)
        q, k, v = torch.split(qkv, [self.key_dim, self.key_dim, self.val_dim], 3)
        return attended(self, q, k, v)
class AttentionDownsample:
    fits = "kv q proj attention_biases[2] attention_bias_idxs[2]"
    def forward(self, x):
        assert not self.use_conv, "it is made of convolutions"
        k, v = torch.split(self.kv(x).reshape(x.shape[0], x.shape[1], self.num_heads, -1), [self.key_dim, self.val_dim], 3)
        return attended(self, self.q(x).reshape(x.shape[0], -1, self.num_heads, self.key_dim), k, v)
`,
  'timm.models.lowformer': `
class LowFormer:
    fits = "stem stages global_pool flatten in_conv pre_classifier classifier"
    def forward(self, x):
        x = self.pre_classifier(self.flatten(self.global_pool(self.in_conv(self.stages(self.stem(x))))))
        return self.classifier(torch.nn.functional.dropout(x, self.drop_rate, self.training))
class ConvLayer:
    fits = "conv norm act"
    def forward(self, x):
        return self.act(self.norm(self.conv(x)))
class ResidualBlock:
    fits = "main drop_path shortcut?"
    def forward(self, x):
        return self.main(x) if self.shortcut is None else self.drop_path(self.main(x)) + self.shortcut(x)
class FusedMBConv:
    fits = "spatial_conv point_conv"
    def forward(self, x):
        return self.point_conv(self.spatial_conv(x))
class MBConv:
    fits = "inverted_conv depth_conv point_conv"
    def forward(self, x):
        return self.point_conv(self.depth_conv(self.inverted_conv(x)))
class LowFormerBlock:
    fits = "attn mlp local"
    def forward(self, x):
        return self.local(self.mlp(self.attn(x)))
class ConvAttention:
    fits = "conv_proj pwise o_proj upsampling"
    def forward(self, x):
        inner = self.pwise(self.conv_proj(x))
        n, c, h, w = inner.shape
        q, k, v = inner.reshape(n, self.num_heads, self.num_keys * self.head_dim, h * w).permute(0, 1, 3, 2).chunk(3, 3)
        weights = torch.softmax(torch.matmul(q * self.scale, k.transpose(-2, -1)), -1)
        mixed = torch.matmul(weights, v).permute(0, 1, 3, 2).reshape(n, self.o_proj_inpdim, h, w)
        return self.upsampling(self.o_proj(mixed))[:, :, :x.shape[2], :x.shape[3]]
`,
  'timm.models.maxxvit': `
class MaxxVit:
    fits = "stem stages norm head"
    def forward(self, x):
        return self.head(self.norm(self.stages(self.stem(x))))
class Stem:
    fits = "conv1 norm1 conv2"
    def forward(self, x):
        return self.conv2(self.norm1(self.conv1(x)))
class MaxxVitStage:
    fits = "blocks"
    def forward(self, x):
        return self.blocks(x)
class MaxxVitBlock:
    fits = "conv attn_block attn_grid"
    def forward(self, x):
        x = self.conv(x)
        if not self.nchw_attn:
            x = x.permute(0, 2, 3, 1)
        if self.attn_block is not None:
            x = self.attn_block(x)
        x = self.attn_grid(x)
        return x if self.nchw_attn else x.permute(0, 3, 1, 2)
class Downsample2d:
    fits = "pool expand"
    def forward(self, x):
        return self.expand(self.pool(x))
class MbConvBlock:
    fits = "shortcut pre_norm down conv1_1x1 norm1 conv2_kxk norm2 se conv3_1x1 drop_path"
    def forward(self, x):
        out = self.conv2_kxk(self.norm1(self.conv1_1x1(self.down(self.pre_norm(x)))))
        if self.se_early is not None:
            out = self.se_early(out)
        out = self.norm2(out)
        if self.se is not None:
            out = self.se(out)
        return self.drop_path(self.conv3_1x1(out)) + self.shortcut(x)
class PartitionAttentionCl:
    fits = "norm1 attn ls1 drop_path1 norm2 mlp ls2 drop_path2"
    def forward(self, x):
        x = x + self.drop_path1(self.ls1(self.partitioned(self.norm1(x))))
        return x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))
    def partitioned(self, x):
        b, h, w, c = x.shape
        rows, columns = self.partition_size[0], self.partition_size[1]
        if self.partition_block:
            return graphwright.windows.joined(self.attn(graphwright.windows.split(x, rows, columns)), rows, columns, h, w)
        spread = x.reshape(b, rows, h // rows, columns, w // columns, c).permute(0, 2, 4, 1, 3, 5)
        tiles = self.attn(spread.reshape(-1, rows * columns, c))
        return tiles.reshape(b, h // rows, w // columns, rows, columns, c).permute(0, 3, 1, 4, 2, 5).reshape(b, h, w, c)
class AttentionCl:
    fits = "qkv rel_pos attn_drop proj proj_drop"
    def forward(self, x):
        b, n, c = x.shape
        if self.head_first:
            q, k, v = self.qkv(x).reshape(b, n, self.num_heads, self.dim_head * 3).transpose(1, 2).chunk(3, 3)
        else:
            q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, self.dim_head).transpose(1, 3).unbind(2)
        scores = torch.matmul(q * self.scale, k.transpose(-2, -1))
        if self.rel_pos is not None:
            scores = self.rel_pos(scores)
        mixed = torch.matmul(self.attn_drop(torch.softmax(scores, -1)), v).transpose(1, 2).reshape(b, n, -1)
        return self.proj_drop(self.proj(mixed))
`,
  'timm.models.mobilevit': `
class MobileVitBlock:
    fits = "conv_kxk conv_1x1 transformer norm conv_proj conv_fusion"
    def forward(self, x):
        inner = self.conv_1x1(self.conv_kxk(x))
        b, c, h, w = inner.shape
        high, wide = self.patch_size[0], self.patch_size[1]
        down, right = (h + high - 1) // high, (w + wide - 1) // wide
        whole = h == down * high and w == right * wide
        if not whole:
            inner = torch.nn.functional.interpolate(inner, [down * high, right * wide], mode="bilinear", align_corners=False)
        tiles = inner.reshape(b * c * down, high, right, wide).transpose(1, 2)
        rows = tiles.reshape(b, c, down * right, self.patch_area).transpose(1, 3).reshape(b * self.patch_area, down * right, -1)
        rows = self.norm(self.transformer(rows)).reshape(b, self.patch_area, down * right, -1)
        tiles = rows.transpose(1, 3).reshape(b * c * down, right, high, wide)
        out = tiles.transpose(1, 2).reshape(b, c, down * high, right * wide)
        if not whole:
            out = torch.nn.functional.interpolate(out, [h, w], mode="bilinear", align_corners=False)
        out = self.conv_proj(out)
        return out if self.conv_fusion is None else self.conv_fusion(torch.cat([x, out], 1))
`,
  'timm.models.sequencer': `
class Sequencer2d:
    fits = "stem stages norm head"
    def forward(self, x):
        return self.head(self.norm(self.stages(self.stem(x))))
class Sequencer2dStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class Sequencer2dBlock:
    fits = "norm1 rnn_tokens drop_path norm2 mlp_channels"
    def forward(self, x):
        x = x + self.drop_path(self.rnn_tokens(self.norm1(x)))
        return x + self.drop_path(self.mlp_channels(self.norm2(x)))
class LSTM2d:
    fits = "fc rnn_v rnn_h"
    def forward(self, x):
        b, h, w, c = x.shape
        assert self.with_vertical and self.with_horizontal, "it runs along one axis"
        down = self.rnn_v(x.permute(0, 2, 1, 3).reshape(-1, h, c))[0].reshape(b, w, h, -1).permute(0, 2, 1, 3)
        right = self.rnn_h(x.reshape(-1, w, c))[0].reshape(b, h, w, -1)
        out = torch.cat([down, right], -1) if self.union == "cat" else down + right
        return out if self.fc is None else self.fc(out)
class Downsample2d:
    fits = "down"
    def forward(self, x):
        return self.down(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
`,
  'timm.models.swiftformer': `
class SwiftFormer:
    fits = "stem stages norm head_drop head head_dist"
    def forward(self, x):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        x = self.norm(self.stages(self.stem(x)))
        if self.global_pool == "avg":
            x = x.mean([2, 3])
        x = self.head_drop(x)
        return (self.head(x) + self.head_dist(x)) / 2
class Stage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class Embedding:
    fits = "proj norm"
    def forward(self, x):
        return self.norm(self.proj(x))
class ConvEncoder:
    fits = "dwconv norm pwconv1 act pwconv2 drop_path layer_scale"
    def forward(self, x):
        out = self.pwconv2(self.act(self.pwconv1(self.norm(self.dwconv(x)))))
        return x + self.drop_path(self.layer_scale(out))
class LocalRepresentation:
    fits = "dwconv norm pwconv1 act pwconv2 drop_path layer_scale"
    def forward(self, x):
        out = self.pwconv2(self.act(self.pwconv1(self.norm(self.dwconv(x)))))
        return x + self.drop_path(self.layer_scale(out))
class LayerScale2d:
    fits = "gamma[3]"
    def forward(self, x):
        return x * self.gamma
class Block:
    fits = "local_representation attn linear drop_path layer_scale_1 layer_scale_2"
    def forward(self, x):
        x = self.local_representation(x)
        x = x + self.drop_path(self.layer_scale_1(self.attn(x)))
        return x + self.drop_path(self.layer_scale_2(self.linear(x)))
class EfficientAdditiveAttention:
    fits = "to_query to_key proj final w_g[2]"
    def forward(self, x):
        b, c, h, w = x.shape
        rows = x.flatten(2).permute(0, 2, 1)
        query = torch.nn.functional.normalize(self.to_query(rows), dim=-1)
        key = torch.nn.functional.normalize(self.to_key(rows), dim=-1)
        weights = torch.nn.functional.normalize(torch.matmul(query, self.w_g) * self.scale_factor, dim=1)
        whole = (weights * query).sum(1, True)
        return self.final(self.proj(whole * key) + query).permute(0, 2, 1).reshape(b, -1, h, w)
class Mlp:
    fits = "norm1 fc1 act fc2 drop"
    def forward(self, x):
        return self.drop(self.fc2(self.drop(self.act(self.fc1(self.norm1(x))))))
`,
};
