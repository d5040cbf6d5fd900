/** Forwards of timm's transformers, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_TRANSFORMERS: ForwardTexts = {
  'timm.models.vision_transformer': `
class VisionTransformer:
    fits = "patch_embed pos_drop patch_drop norm_pre blocks norm fc_norm head_drop head cls_token[3]? pos_embed[3]"
    def forward(self, x):
        x = self.blocks(self.norm_pre(self.patch_drop(self.embedded(self.patch_embed(x)))))
        x = self.head_drop(self.fc_norm(self.pooled(self.norm(x))))
        return self.head(x)
    def embedded(self, x):
        if self.dynamic_img_size:
            grid = self.patch_embed.grid_size
            assert x.shape[1] == grid[0] and x.shape[2] == grid[1], "its position embedding is made for images of another size"
            x = x.flatten(1, 2)
        first = []
        for token in [self.cls_token, self.reg_token]:
            if token is not None:
                first.append(token.expand(x.shape[0], -1, -1))
        whole = torch.cat(first + [x], 1)
        if self.pos_embed is None:
            return whole
        if self.no_embed_class:
            return self.pos_drop(torch.cat(first + [x + self.pos_embed], 1))
        return self.pos_drop(whole + self.pos_embed)
    def pooled(self, x):
        if self.attn_pool is not None:
            return self.attn_pool(x if self.pool_include_prefix else x[:, self.num_prefix_tokens:])
        return pooled(x, self.global_pool, 0 if self.pool_include_prefix else self.num_prefix_tokens)
def pooled(x, kind, skipped):
    if kind == "":
        return x
    if kind == "token":
        return x[:, 0]
    rest = x[:, skipped:]
    if kind == "avg":
        return rest.mean(1)
    assert kind == "max" or kind == "avgmax", "an unknown kind of pooling"
    return rest.amax(1) if kind == "max" else 0.5 * (rest.amax(1) + rest.mean(1))
class Block:
    fits = "norm1 attn ls1 drop_path1 norm2 mlp ls2 drop_path2"
    def forward(self, x):
        x = x + self.drop_path1(self.ls1(self.attn(self.norm1(x))))
        return x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))
`,
  'timm.models.mlp_mixer': `
class MlpMixer:
    fits = "stem blocks norm head_drop head"
    def forward(self, x):
        x = self.norm(self.blocks(self.stem(x)))
        if self.global_pool == "avg":
            x = x.mean(1)
        return self.head(self.head_drop(x))
class SpatialGatingBlock:
    fits = "norm mlp_channels drop_path"
    def forward(self, x):
        return x + self.drop_path(self.mlp_channels(self.norm(x)))
class SpatialGatingUnit:
    fits = "norm proj"
    def forward(self, x):
        kept, gate = x.chunk(2, -1)
        return kept * self.proj(self.norm(gate).transpose(-1, -2)).transpose(-1, -2)
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
  'timm.models.cait': `
class Cait:
    fits = "patch_embed pos_drop blocks blocks_token_only norm head_drop head cls_token[3] pos_embed[3]"
    def forward(self, x):
        x = self.blocks(self.pos_drop(self.patch_embed(x) + self.pos_embed))
        token = self.cls_token.expand(x.shape[0], -1, -1)
        for block in self.blocks_token_only:
            token = block(x, token)
        x = timm.models.vision_transformer.pooled(self.norm(torch.cat([token, x], 1)), self.global_pool, 1)
        return self.head(self.head_drop(x))
class LayerScaleBlock:
    fits = "norm1 attn drop_path norm2 mlp gamma_1[1] gamma_2[1]"
    def forward(self, x):
        x = x + self.drop_path(self.gamma_1 * self.attn(self.norm1(x)))
        return x + self.drop_path(self.gamma_2 * self.mlp(self.norm2(x)))
class LayerScaleBlockClassAttn:
    fits = "norm1 attn drop_path norm2 mlp gamma_1[1] gamma_2[1]"
    def forward(self, x, token):
        token = token + self.drop_path(self.gamma_1 * self.attn(self.norm1(torch.cat([token, x], 1))))
        return token + self.drop_path(self.gamma_2 * self.mlp(self.norm2(token)))
class TalkingHeadAttn:
    fits = "qkv attn_drop proj proj_l proj_w proj_drop"
    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        scores = torch.matmul(q * self.scale, k.transpose(-2, -1)).permute(0, 2, 3, 1)
        weights = torch.softmax(self.proj_l(scores).permute(0, 3, 1, 2), -1)
        weights = self.attn_drop(self.proj_w(weights.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, n, c)))
class ClassAttn:
    fits = "q k v attn_drop proj proj_drop"
    def forward(self, x):
        b, n, c = x.shape
        q = self.q(x[:, 0]).reshape(b, 1, self.num_heads, -1).permute(0, 2, 1, 3)
        k = self.k(x).reshape(b, n, self.num_heads, -1).permute(0, 2, 1, 3)
        v = self.v(x).reshape(b, n, self.num_heads, -1).permute(0, 2, 1, 3)
        weights = self.attn_drop(torch.softmax(torch.matmul(q * self.scale, k.transpose(-2, -1)), -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, 1, c)))
`,
  'timm.models.crossvit': `
class CrossVit:
    fits = "patch_embed pos_drop blocks norm head_drop head pos_embed_0[3] cls_token_0[3] pos_embed_1[3] cls_token_1[3]"
    def forward(self, x):
        scales = []
        for k, embed in enumerate(self.patch_embed):
            tokens = embed(scaled(x, self.img_size_scaled[k], self.crop_scale))
            token = self.cls_token_0 if k == 0 else self.cls_token_1
            place = self.pos_embed_0 if k == 0 else self.pos_embed_1
            scales.append(self.pos_drop(torch.cat([token.expand(x.shape[0], -1, -1), tokens], 1) + place))
        for block in self.blocks:
            scales = block(scales)
        answers = []
        for k, norm in enumerate(self.norm):
            normed = norm(scales[k])
            pooled = normed[:, 1:].mean(1) if self.global_pool == "avg" else normed[:, 0]
            answers.append(self.head[k](self.head_drop(pooled)))
        if isinstance(self.head[0], Identity):
            return torch.cat(answers, 1)
        return torch.stack(answers, 0).mean(0)
def scaled(x, size, crops):
    h, w = x.shape[2], x.shape[3]
    if h == size[0] and w == size[1]:
        return x
    assert not crops, "it crops its images"
    return torch.nn.functional.interpolate(x, size, mode="bicubic", align_corners=False)
class PatchEmbed:
    fits = "proj"
    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)
class MultiScaleBlock:
    fits = "blocks projs fusion revert_projs"
    def forward(self, x):
        inner = []
        for k, block in enumerate(self.blocks):
            inner.append(block(x[k]))
        out = []
        for k, fuse in enumerate(self.fusion):
            token = self.projs[k](inner[k][:, 0:1])
            other = inner[(k + 1) % self.num_branches]
            fused = fuse(torch.cat([token, other[:, 1:]], 1))
            out.append(torch.cat([self.revert_projs[k](fused[:, 0:1]), inner[k][:, 1:]], 1))
        return out
class CrossAttentionBlock:
    fits = "norm1 attn drop_path"
    def forward(self, x):
        return x[:, 0:1] + self.drop_path(self.attn(self.norm1(x)))
class CrossAttention:
    fits = "wq wk wv attn_drop proj proj_drop"
    def forward(self, x):
        b, n, c = x.shape
        q = self.wq(x[:, 0:1]).reshape(b, 1, self.num_heads, -1).permute(0, 2, 1, 3)
        k = self.wk(x).reshape(b, n, self.num_heads, -1).permute(0, 2, 1, 3)
        v = self.wv(x).reshape(b, n, self.num_heads, -1).permute(0, 2, 1, 3)
        weights = self.attn_drop(torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * self.scale, -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, 1, c)))
`,
  'timm.models.pit': `
class PoolingVisionTransformer:
    fits = "patch_embed pos_drop transformers norm head_drop head pos_embed[4] cls_token[3]"
    def forward(self, x):
        assert self.head_dist is None and self.global_pool == "token", "its head is distilled or pools"
        x = self.pos_drop(self.patch_embed(x) + self.pos_embed)
        x, token = self.transformers((x, self.cls_token.expand(x.shape[0], -1, -1)))
        return self.head(self.head_drop(self.norm(token)[:, 0]))
class ConvEmbedding:
    fits = "conv"
    def forward(self, x):
        return self.conv(x)
class SequentialTuple(torch.nn.modules.container.Sequential):
    pass
class Pooling:
    fits = "conv fc"
    def forward(self, x, token):
        return self.conv(x), self.fc(token)
class Transformer:
    fits = "norm blocks pool?"
    def forward(self, both):
        x, token = both
        count = token.shape[1]
        if self.pool is not None:
            x, token = self.pool(x, token)
        b, c, h, w = x.shape
        rows = self.blocks(self.norm(torch.cat([token, x.flatten(2).transpose(1, 2)], 1)))
        return rows[:, count:].transpose(1, 2).reshape(b, c, h, w), rows[:, :count]
`,
  'timm.models.pvt_v2': `
class PyramidVisionTransformerV2:
    fits = "patch_embed stages head_drop head"
    def forward(self, x):
        x = self.stages(self.patch_embed(x))
        if self.global_pool == "avg":
            x = x.mean([-1, -2])
        return self.head(self.head_drop(x))
class OverlapPatchEmbed:
    fits = "proj norm"
    def forward(self, x):
        return self.norm(self.proj(x).permute(0, 2, 3, 1))
class PyramidVisionTransformerStage:
    fits = "blocks norm downsample?"
    def forward(self, x):
        if self.downsample is not None:
            x = self.downsample(x)
        b, h, w, c = x.shape
        x = x.reshape(b, -1, c)
        for block in self.blocks:
            x = block(x, (h, w))
        return self.norm(x).reshape(b, h, w, -1).permute(0, 3, 1, 2).contiguous()
class Block:
    fits = "norm1 attn drop_path1 norm2 mlp drop_path2"
    def forward(self, x, size):
        x = x + self.drop_path1(self.attn(self.norm1(x), size))
        return x + self.drop_path2(self.mlp(self.norm2(x), size))
class Attention:
    fits = "q kv attn_drop proj proj_drop sr? norm?"
    def forward(self, x, size):
        b, n, c = x.shape
        q = self.q(x).reshape(b, n, self.num_heads, -1).permute(0, 2, 1, 3)
        seen = x
        if self.sr is not None:
            image = x.permute(0, 2, 1).reshape(b, c, size[0], size[1])
            seen = self.sr(image if self.pool is None else self.pool(image)).reshape(b, c, -1).permute(0, 2, 1)
            seen = self.norm(seen)
            if self.pool is not None:
                seen = self.act(seen)
        k, v = self.kv(seen).reshape(b, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        weights = self.attn_drop(torch.softmax(torch.matmul(q * self.scale, k.transpose(-2, -1)), -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, n, c)))
class MlpWithDepthwiseConv:
    fits = "fc1 relu dwconv act fc2 drop"
    def forward(self, x, size):
        x = self.fc1(x)
        b, n, c = x.shape
        x = self.relu(x.transpose(1, 2).reshape(b, c, size[0], size[1]))
        x = self.act(self.dwconv(x).flatten(2).transpose(1, 2))
        return self.drop(self.fc2(self.drop(x)))
`,
};
