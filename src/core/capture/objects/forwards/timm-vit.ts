/** Forwards of timm's vision transformers, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_VIT: ForwardTexts = {
  'timm.models.eva': `
class Eva:
    fits = "patch_embed pos_drop rope? norm_pre blocks norm fc_norm head_drop head cls_token[3]? reg_token[3]? pos_embed[3]?"
    rope_mixed = False
    patch_drop = None
    def forward(self, x, attn_mask=None, is_causal=False):
        assert not self.rope_mixed and self.patch_drop is None and not is_causal, "its rotary embeddings are mixed, or it drops patches"
        x = self.patch_embed(x)
        if self.dynamic_img_size:
            h, w = x.shape[1], x.shape[2]
            grid = self.patch_embed.grid_size
            assert self.pos_embed is None or (h == grid[0] and w == grid[1]), "its position embedding is made for images of another size"
            x = x.flatten(1, 2)
        else:
            h, w = self.patch_embed.grid_size
        place = None if self.rope is None else self.rope.get_embed(h, w)
        first = []
        for token in [self.cls_token, self.reg_token]:
            if token is not None:
                first.append(token.expand(x.shape[0], -1, -1))
        if self.pos_embed is not None and self.no_embed_class:
            x = x + self.pos_embed
        x = torch.cat(first + [x], 1)
        if self.pos_embed is not None and not self.no_embed_class:
            x = x + self.pos_embed
        x = self.norm_pre(self.pos_drop(x))
        for block in self.blocks:
            x = block(x, place, attn_mask)
        x = self.norm(x)
        assert self.attn_pool is None, "it pools by attention"
        x = timm.models.vision_transformer.pooled(x, self.global_pool, self.num_prefix_tokens)
        return self.head(self.head_drop(self.fc_norm(x)))
class EvaBlock:
    fits = "norm1 attn drop_path1 norm2 mlp drop_path2 gamma_1[1]? gamma_2[1]?"
    def forward(self, x, rope=None, attn_mask=None):
        out = self.attn(self.norm1(x), rope, attn_mask)
        x = x + self.drop_path1(out if self.gamma_1 is None else self.gamma_1 * out)
        out = self.mlp(self.norm2(x))
        return x + self.drop_path2(out if self.gamma_2 is None else self.gamma_2 * out)
class EvaAttention:
    fits = "qkv? q_norm k_norm attn_drop norm proj proj_drop q_bias[1]? k_bias[1]? v_bias[1]? gate?"
    gate = None
    rotate_half = False
    def forward(self, x, rope=None, attn_mask=None):
        b, n, c = x.shape
        assert self.qkv is not None, "its queries, keys and values are made apart"
        qkv = self.qkv(x) if self.q_bias is None else self.qkv(x) + torch.cat([self.q_bias, self.k_bias, self.v_bias], 0)
        q, k, v = qkv.reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        q, k = turned(self, self.q_norm(q), rope), turned(self, self.k_norm(k), rope)
        scores = torch.matmul(q * self.scale, k.transpose(-2, -1))
        if attn_mask is not None:
            scores = scores + attn_mask
        out = self.norm(torch.matmul(self.attn_drop(torch.softmax(scores, -1)), v).transpose(1, 2).reshape(b, n, c))
        if self.gate is not None:
            out = out * torch.sigmoid(self.gate(x))
        return self.proj_drop(self.proj(out))
def turned(self, x, rope):
    if rope is None:
        return x
    kept = self.num_prefix_tokens
    return torch.cat([x[:, :, :kept], timm.layers.pos_embed_sincos.rotated(x[:, :, kept:], rope, self.rotate_half)], 2)
`,
  'timm.models.vision_transformer_relpos': `
class VisionTransformerRelPos:
    fits = "patch_embed blocks norm fc_norm head_drop head cls_token[3]? shared_rel_pos?"
    def forward(self, x):
        x = self.patch_embed(x)
        if self.cls_token is not None:
            x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1)
        bias = None if self.shared_rel_pos is None else self.shared_rel_pos.get_bias()
        for block in self.blocks:
            x = block(x, bias)
        x = timm.models.vision_transformer.pooled(self.norm(x), self.global_pool, self.num_prefix_tokens)
        return self.head(self.head_drop(self.fc_norm(x)))
class RelPosBlock:
    fits = "norm1 attn ls1 drop_path1 norm2 mlp ls2 drop_path2"
    def forward(self, x, bias=None):
        x = x + self.drop_path1(self.ls1(self.attn(self.norm1(x), bias)))
        return x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))
class RelPosAttention:
    fits = "qkv q_norm k_norm attn_drop proj proj_drop rel_pos?"
    def forward(self, x, bias=None):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        scores = torch.matmul(self.q_norm(q) * self.scale, self.k_norm(k).transpose(-2, -1))
        if self.rel_pos is not None:
            scores = self.rel_pos(scores)
        elif bias is not None:
            scores = scores + bias
        mixed = torch.matmul(self.attn_drop(torch.softmax(scores, -1)), v).transpose(1, 2).reshape(b, n, c)
        return self.proj_drop(self.proj(mixed))
`,
  'timm.models.vitamin': `
class MbConvStages:
    fits = "stem stages pool"
    def forward(self, x):
        return self.pool(self.stages(self.stem(x)))
class Stem:
    fits = "conv1 norm1 conv2"
    def forward(self, x):
        return self.conv2(self.norm1(self.conv1(x)))
class MbConvLNBlock:
    fits = "shortcut pre_norm down conv1_1x1 act1 conv2_kxk act2 conv3_1x1 drop_path"
    def forward(self, x):
        out = self.act1(self.conv1_1x1(self.down(self.pre_norm(x))))
        return self.drop_path(self.conv3_1x1(self.act2(self.conv2_kxk(out)))) + self.shortcut(x)
class Downsample2d:
    fits = "pool expand"
    def forward(self, x):
        return self.expand(self.pool(x))
class StridedConv:
    fits = "proj norm"
    def forward(self, x):
        return self.proj(self.norm(x))
class GeGluMlp:
    fits = "norm w0 act w1 w2"
    def forward(self, x):
        x = self.norm(x)
        return self.w2(self.act(self.w0(x)) * self.w1(x))
`,
  'timm.models.vision_transformer': `
class VisionTransformer:
    fits = "patch_embed pos_drop patch_drop norm_pre blocks norm fc_norm head_drop head cls_token[3]? reg_token[3]? pos_embed[3]?"
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
};
