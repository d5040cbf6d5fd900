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
  'timm.models.convit': `
class ConVit:
    fits = "patch_embed pos_drop blocks norm head_drop head cls_token[3] pos_embed[3]"
    def forward(self, x):
        x = self.patch_embed(x)
        if self.use_pos_embed:
            x = x + self.pos_embed
        x = self.pos_drop(x)
        for k, block in enumerate(self.blocks):
            if k == self.local_up_to_layer:
                x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1)
            x = block(x)
        x = timm.models.vision_transformer.pooled(self.norm(x), self.global_pool, 1)
        return self.head(self.head_drop(x))
class Block:
    fits = "norm1 attn drop_path norm2 mlp"
    def forward(self, x):
        x = x + self.drop_path(self.attn(self.norm1(x)))
        return x + self.drop_path(self.mlp(self.norm2(x)))
class GPSA:
    fits = "qk v attn_drop proj pos_proj proj_drop gating_param[1]"
    def forward(self, x):
        b, n, c = x.shape
        q, k = self.qk(x).reshape(b, n, 2, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        v = self.v(x).reshape(b, n, self.num_heads, -1).permute(0, 2, 1, 3)
        content = torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * self.scale, -1)
        place = torch.softmax(self.pos_proj(apart(n)).permute(2, 0, 1).unsqueeze(0), -1)
        gate = torch.sigmoid(self.gating_param.view(1, -1, 1, 1))
        weights = (1.0 - gate) * content + gate * place
        weights = self.attn_drop(weights / weights.sum(-1, True))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, n, c)))
def apart(n):
    side = int(math.sqrt(n))
    steps = torch.arange(side).to(torch.float32)
    each = steps.view(1, -1) - steps.view(-1, 1)
    right = each.view(1, side, 1, side).expand(side, side, side, side).reshape(n, n)
    down = each.view(side, 1, side, 1).expand(side, side, side, side).reshape(n, n)
    return torch.stack([right, down, right * right + down * down], -1)
class MHSA:
    fits = "qkv attn_drop proj proj_drop"
    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        weights = self.attn_drop(torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * self.scale, -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, n, c)))
`,
  'timm.models.coat': `
class CoaT:
    fits = "patch_embed1 patch_embed2 patch_embed3 patch_embed4 cpe1 cpe2 cpe3 cpe4 crpe1 crpe2 crpe3 crpe4 serial_blocks1 serial_blocks2 serial_blocks3 serial_blocks4 parallel_blocks norm2 norm3 norm4 aggregate head_drop head cls_token1[3] cls_token2[3] cls_token3[3] cls_token4[3]"
    def forward(self, x):
        assert not self.return_interm_layers, "it gives the features of its layers"
        x1, s1 = serial(self.patch_embed1, self.cls_token1, self.serial_blocks1, x)
        x2, s2 = serial(self.patch_embed2, self.cls_token2, self.serial_blocks2, image_of(x1, s1))
        x3, s3 = serial(self.patch_embed3, self.cls_token3, self.serial_blocks3, image_of(x2, s2))
        x4, s4 = serial(self.patch_embed4, self.cls_token4, self.serial_blocks4, image_of(x3, s3))
        if self.parallel_blocks is None:
            return self.head(self.head_drop(timm.models.vision_transformer.pooled(self.norm4(x4), self.global_pool, 1)))
        for block in self.parallel_blocks:
            x2, x3, x4 = block(self.cpe2(x2, s2), self.cpe3(x3, s3), self.cpe4(x4, s4), s2, s3, s4)
        answers = []
        for each in [self.norm2(x2), self.norm3(x3), self.norm4(x4)]:
            answers.append(timm.models.vision_transformer.pooled(each, self.global_pool, 1))
        return self.head(self.head_drop(self.aggregate(torch.stack(answers, 1)).squeeze(1)))
def serial(embed, token, blocks, image):
    x = torch.cat([token.expand(image.shape[0], -1, -1), embed(image)], 1)
    size = embed.grid_size
    for block in blocks:
        x = block(x, size)
    return x, size
def image_of(x, size):
    return x[:, 1:].reshape(x.shape[0], size[0], size[1], -1).permute(0, 3, 1, 2)
class ConvPosEnc:
    fits = "proj"
    def forward(self, x, size):
        image = x[:, 1:].transpose(1, 2).reshape(x.shape[0], x.shape[2], size[0], size[1])
        return torch.cat([x[:, :1], (self.proj(image) + image).flatten(2).transpose(1, 2)], 1)
class ConvRelPosEnc:
    fits = "conv_list"
    def forward(self, q, v, size):
        b, heads, n, c = q.shape
        image = v[:, :, 1:].transpose(-1, -2).reshape(b, heads * c, size[0], size[1])
        parts = torch.split(image, self.channel_splits, 1)
        done = []
        for k, conv in enumerate(self.conv_list):
            done.append(conv(parts[k]))
        rows = torch.cat(done, 1).reshape(b, heads, c, -1).transpose(-1, -2)
        return torch.nn.functional.pad(q[:, :, 1:] * rows, [0, 0, 1, 0, 0, 0])
class SerialBlock:
    fits = "cpe norm1 factoratt_crpe drop_path norm2 mlp"
    def forward(self, x, size):
        x = self.cpe(x, size)
        x = x + self.drop_path(self.factoratt_crpe(self.norm1(x), size))
        return x + self.drop_path(self.mlp(self.norm2(x)))
class FactorAttnConvRelPosEnc:
    fits = "qkv attn_drop proj proj_drop crpe"
    def forward(self, x, size):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        factors = torch.matmul(q, torch.matmul(torch.softmax(k, 2).transpose(-1, -2), v))
        mixed = self.scale * factors + self.crpe(q, v, size)
        return self.proj_drop(self.proj(mixed.transpose(1, 2).reshape(b, n, c)))
class ParallelBlock:
    fits = "norm12 norm13 norm14 factoratt_crpe2 factoratt_crpe3 factoratt_crpe4 drop_path norm22 norm23 norm24 mlp2 mlp3 mlp4"
    def forward(self, x2, x3, x4, s2, s3, s4):
        a2 = self.factoratt_crpe2(self.norm12(x2), s2)
        a3 = self.factoratt_crpe3(self.norm13(x3), s3)
        a4 = self.factoratt_crpe4(self.norm14(x4), s4)
        x2 = x2 + self.drop_path(a2 + resized(a3, s3, 2.0) + resized(a4, s4, 4.0))
        x3 = x3 + self.drop_path(a3 + resized(a4, s4, 2.0) + resized(a2, s2, 0.5))
        x4 = x4 + self.drop_path(a4 + resized(a3, s3, 0.5) + resized(a2, s2, 0.25))
        x2 = x2 + self.drop_path(self.mlp2(self.norm22(x2)))
        x3 = x3 + self.drop_path(self.mlp3(self.norm23(x3)))
        return x2, x3, x4 + self.drop_path(self.mlp4(self.norm24(x4)))
def resized(x, size, factor):
    image = x[:, 1:].transpose(1, 2).reshape(x.shape[0], x.shape[2], size[0], size[1])
    image = torch.nn.functional.interpolate(image, scale_factor=factor, mode="bilinear", align_corners=False)
    return torch.cat([x[:, :1], image.flatten(2).transpose(1, 2)], 1)
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
    fits = "cpe1 norm1 attn drop_path1 cpe2 norm2 mlp drop_path2"
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
    fits = "cpe1 norm1 attn drop_path1 cpe2 norm2 mlp drop_path2"
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
};
