/** Forwards of timm's transformers over windows, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_WINDOWS: ForwardTexts = {
  'timm.models.swin_transformer_v2': `
class SwinTransformerV2:
    fits = "patch_embed layers norm head"
    def forward(self, x):
        return self.head(self.norm(self.layers(self.patch_embed(x))))
class SwinTransformerV2Stage:
    fits = "downsample blocks"
    def forward(self, x):
        x = self.downsample(x)
        for block in self.blocks:
            x = block(x)
        return x
class PatchMerging:
    fits = "reduction norm"
    def forward(self, x):
        x = torch.nn.functional.pad(x, [0, 0, 0, x.shape[2] % 2, 0, x.shape[1] % 2])
        b, h, w, c = x.shape
        return self.norm(self.reduction(x.reshape(b, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 4, 2, 5).flatten(3)))
class SwinTransformerV2Block(timm.models.swin_transformer.SwinTransformerBlock):
    fits = "attn norm1 drop_path1 mlp norm2 drop_path2 attn_mask[3]?"
    def forward(self, x):
        x = x + self.drop_path1(self.norm1(self.within_windows(x)))
        return x + self.drop_path2(self.norm2(self.mlp(x)))
class WindowAttention:
    fits = "cpb_mlp qkv attn_drop proj proj_drop softmax logit_scale[3] q_bias[1]? v_bias[1] k_bias[1] relative_coords_table[4] relative_position_index[2]"
    def forward(self, x, mask=None):
        b, n, c = x.shape
        qkv = self.qkv(x) if self.q_bias is None else torch.linear(x, self.qkv.weight, self.qkv.bias) + torch.cat([self.q_bias, self.k_bias, self.v_bias], 0)
        q, k, v = qkv.reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        cosine = torch.matmul(torch.nn.functional.normalize(q, dim=-1), torch.nn.functional.normalize(k, dim=-1).transpose(-2, -1))
        scores = cosine * torch.exp(torch.clamp(self.logit_scale, max=math.log(100.0)))
        table = self.cpb_mlp(self.relative_coords_table).view(-1, self.num_heads)
        bias = table[self.relative_position_index.view(-1)].view(n, n, -1).permute(2, 0, 1)
        scores = timm.models.swin_transformer_v2.masked(self, scores + (torch.sigmoid(bias) * 16.0).unsqueeze(0), mask, n)
        mixed = torch.matmul(self.attn_drop(torch.softmax(scores, -1)), v).transpose(1, 2).reshape(b, n, c)
        return self.proj_drop(self.proj(mixed))
def masked(self, scores, mask, n):
    if mask is None:
        return scores
    apart = scores.view(-1, mask.shape[0], self.num_heads, n, n) + mask.unsqueeze(1).unsqueeze(0)
    return apart.view(-1, self.num_heads, n, n)
`,
  'timm.models.swin_transformer_v2_cr': `
class SwinTransformerV2Cr:
    fits = "patch_embed stages head"
    def forward(self, x):
        return self.head(self.stages(self.patch_embed(x)))
class PatchEmbed:
    fits = "proj norm"
    def forward(self, x):
        return self.norm(self.proj(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
class PatchMerging(timm.models.swin_transformer.PatchMerging):
    pass
class SwinTransformerV2CrStage:
    fits = "downsample blocks"
    def forward(self, x):
        x = self.downsample(x.permute(0, 2, 3, 1))
        for block in self.blocks:
            x = block(x)
        return x.permute(0, 3, 1, 2)
class SwinTransformerV2CrBlock(timm.models.swin_transformer.SwinTransformerBlock):
    fits = "attn norm1 drop_path1 mlp norm2 drop_path2 norm3 attn_mask[3]?"
    def forward(self, x):
        x = x + self.drop_path1(self.norm1(self.within_windows(x)))
        return self.norm3(x + self.drop_path2(self.norm2(self.mlp(x))))
class WindowMultiHeadAttention:
    fits = "qkv attn_drop proj proj_drop meta_mlp logit_scale[1] relative_coordinates_log[2]"
    def forward(self, x, mask=None):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        cosine = torch.matmul(torch.nn.functional.normalize(q, dim=-1), torch.nn.functional.normalize(k, dim=-1).transpose(-2, -1))
        scores = cosine * torch.exp(torch.clamp(self.logit_scale.reshape(1, self.num_heads, 1, 1), max=math.log(100.0)))
        bias = self.meta_mlp(self.relative_coordinates_log).transpose(1, 0).reshape(1, self.num_heads, n, n)
        scores = timm.models.swin_transformer_v2.masked(self, scores + bias, mask, n)
        mixed = torch.matmul(self.attn_drop(torch.softmax(scores, -1)), v).transpose(1, 2).reshape(b, n, -1)
        return self.proj_drop(self.proj(mixed))
`,
  'timm.models.swin_transformer': `
class SwinTransformer:
    fits = "patch_embed layers norm head"
    def forward(self, x):
        return self.head(self.norm(self.layers(self.patch_embed(x))))
class SwinTransformerStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class PatchMerging:
    fits = "norm reduction"
    def forward(self, x):
        x = torch.nn.functional.pad(x, [0, 0, 0, x.shape[2] % 2, 0, x.shape[1] % 2])
        b, h, w, c = x.shape
        return self.reduction(self.norm(x.reshape(b, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 4, 2, 5).flatten(3)))
class SwinTransformerBlock:
    fits = "norm1 attn drop_path1 norm2 mlp drop_path2 attn_mask[3]?"
    dynamic_mask = False
    attn_mask = None
    def forward(self, x):
        x = x + self.drop_path1(self.within_windows(self.norm1(x)))
        return x + self.drop_path2(self.mlp(self.norm2(x)))
    def within_windows(self, x):
        assert not self.dynamic_mask, "its mask is made for each image"
        b, h, w, c = x.shape
        rows, columns = self.window_size[0], self.window_size[1]
        shifted = self.shift_size[0] != 0 or self.shift_size[1] != 0
        if shifted:
            x = torch.roll(x, [-self.shift_size[0], -self.shift_size[1]], [1, 2])
        x = torch.nn.functional.pad(x, [0, 0, 0, -w % columns, 0, -h % rows])
        high, wide = x.shape[1], x.shape[2]
        tiles = torchvision.models.swin_transformer.windows(x, rows, columns)
        tiles = self.attn(tiles, self.attn_mask).view(-1, high // rows, wide // columns, rows, columns, c)
        x = tiles.permute(0, 1, 3, 2, 4, 5).reshape(-1, high, wide, c)[:, :h, :w, :]
        return torch.roll(x, [self.shift_size[0], self.shift_size[1]], [1, 2]) if shifted else x
class WindowAttention:
    fits = "qkv attn_drop proj proj_drop softmax relative_position_bias_table[2] relative_position_index[2]"
    def forward(self, x, mask=None):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        bias = self.relative_position_bias_table[self.relative_position_index.view(-1)].view(n, n, -1).permute(2, 0, 1)
        scores = torch.matmul(q * self.scale, k.transpose(-2, -1)) + bias.unsqueeze(0)
        if mask is not None:
            apart = scores.view(-1, mask.shape[0], self.num_heads, n, n) + mask.unsqueeze(1).unsqueeze(0)
            scores = apart.view(-1, self.num_heads, n, n)
        mixed = torch.matmul(self.attn_drop(torch.softmax(scores, -1)), v).transpose(1, 2).reshape(b, n, -1)
        return self.proj_drop(self.proj(mixed))
`,
  'timm.models.davit': `
class DaVit:
    fits = "stem stages norm_pre head"
    def forward(self, x):
        return self.head(self.norm_pre(self.stages(self.stem(x))))
class Stem:
    fits = "conv norm"
    def forward(self, x):
        x = torch.nn.functional.pad(x, [0, -x.shape[3] % self.stride[1], 0, -x.shape[2] % self.stride[0]])
        return self.norm(self.conv(x))
class Downsample:
    fits = "norm conv"
    def forward(self, x):
        x = self.norm(x)
        if self.even_k:
            size = self.conv.kernel_size
            x = torch.nn.functional.pad(x, [0, -x.shape[3] % size[1], 0, -x.shape[2] % size[0]])
        return self.conv(x)
class DaVitStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class ConvPosEnc:
    fits = "proj act"
    def forward(self, x):
        return x + self.act(self.proj(x))
def finished(self, rows, shape):
    x = self.cpe2(rows.transpose(1, 2).view(shape))
    if self.mlp is None:
        return x
    rows = x.flatten(2).transpose(1, 2)
    return (rows + self.drop_path2(self.mlp(self.norm2(rows)))).transpose(1, 2).view(shape)
class SpatialBlock:
    fits = "cpe1 norm1 attn drop_path1 cpe2 norm2 mlp? drop_path2"
    def forward(self, x):
        b, c, h, w = x.shape
        high, wide = self.window_size[0], self.window_size[1]
        rows = self.cpe1(x).flatten(2).transpose(1, 2)
        image = torch.nn.functional.pad(self.norm1(rows).view(b, h, w, c), [0, 0, 0, -w % wide, 0, -h % high])
        tiles = self.attn(torchvision.models.swin_transformer.windows(image, high, wide))
        down, right = image.shape[1] // high, image.shape[2] // wide
        image = tiles.view(b, down, right, high, wide, c).permute(0, 1, 3, 2, 4, 5).reshape(b, down * high, right * wide, c)
        rows = rows + self.drop_path1(image[:, :h, :w, :].reshape(b, h * w, c))
        return finished(self, rows, [b, c, h, w])
class ChannelBlock:
    fits = "cpe1 norm1 attn drop_path1 cpe2 norm2 mlp? drop_path2"
    def forward(self, x):
        rows = self.cpe1(x).flatten(2).transpose(1, 2)
        rows = rows + self.drop_path1(self.attn(self.norm1(rows)))
        return finished(self, rows, x.shape)
class WindowAttention:
    fits = "qkv proj softmax"
    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        weights = torch.softmax(torch.matmul(q * self.scale, k.transpose(-2, -1)), -1)
        return self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, n, c))
class ChannelAttention:
    fits = "qkv proj"
    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        weights = torch.softmax(torch.matmul((k * self.scale).transpose(-1, -2), v), -1)
        mixed = torch.matmul(weights, q.transpose(-1, -2)).transpose(-1, -2)
        return self.proj(mixed.transpose(1, 2).reshape(b, n, c))
`,
  'timm.models.nest': `
class Nest:
    fits = "patch_embed levels norm global_pool head_drop head"
    def forward(self, x):
        x = self.levels(self.patch_embed(x))
        x = self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return self.head(self.head_drop(self.global_pool(x)))
class NestLevel:
    fits = "pool transformer_encoder pos_embed[4]"
    def forward(self, x):
        x = self.pool(x).permute(0, 2, 3, 1)
        b, h, w, c = x.shape
        size = self.block_size
        tiles = x.reshape(b, h // size, size, w // size, size, c).transpose(2, 3)
        rows = self.transformer_encoder(tiles.reshape(b, (h // size) * (w // size), -1, c) + self.pos_embed)
        image = rows.reshape(b, h // size, w // size, size, size, -1).transpose(2, 3).reshape(b, h, w, -1)
        return image.permute(0, 3, 1, 2)
class TransformerLayer:
    fits = "norm1 attn drop_path1 norm2 mlp drop_path2"
    def forward(self, x):
        x = x + self.drop_path1(self.attn(self.norm1(x)))
        return x + self.drop_path2(self.mlp(self.norm2(x)))
class Attention:
    fits = "qkv attn_drop proj proj_drop"
    def forward(self, x):
        b, t, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, t, n, 3, self.num_heads, -1).permute(3, 0, 4, 1, 2, 5).unbind(0)
        weights = self.attn_drop(torch.softmax(torch.matmul(q * self.scale, k.transpose(-2, -1)), -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).permute(0, 2, 3, 4, 1).reshape(b, t, n, c)))
class ConvPool:
    fits = "conv norm pool"
    def forward(self, x):
        return self.pool(self.norm(self.conv(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2))
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
    fits = "conv attn_block? attn_grid"
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
    fits = "shortcut pre_norm down conv1_1x1 norm1 conv2_kxk norm2 se? conv3_1x1 drop_path"
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
    fits = "qkv rel_pos? attn_drop proj proj_drop"
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
};
