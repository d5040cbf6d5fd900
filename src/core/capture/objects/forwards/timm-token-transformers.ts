/** Forwards of timm's transformers over tokens of several kinds, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_TOKEN_TRANSFORMERS: ForwardTexts = {
  'timm.models.efficientvit_msra': `
class EfficientVitMsra:
    fits = "patch_embed stages global_pool head"
    def forward(self, x):
        return self.head(self.global_pool(self.stages(self.patch_embed(x))))
class PatchEmbedding(torch.nn.modules.container.Sequential):
    pass
class ConvNorm(torch.nn.modules.container.Sequential):
    pass
class NormLinear(torch.nn.modules.container.Sequential):
    pass
class EfficientVitStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class EfficientVitBlock:
    fits = "dw0 ffn0 mixer dw1 ffn1"
    def forward(self, x):
        return self.ffn1(self.dw1(self.mixer(self.ffn0(self.dw0(x)))))
class ResidualDrop:
    fits = "m"
    def forward(self, x):
        assert not self.training or self.drop == 0.0, "it is in training mode: call model.eval() before saving"
        return x + self.m(x)
class ConvMlp:
    fits = "pw1 act pw2"
    def forward(self, x):
        return self.pw2(self.act(self.pw1(x)))
class PatchMerging:
    fits = "conv1 act conv2 se conv3"
    def forward(self, x):
        return self.conv3(self.se(self.act(self.conv2(self.act(self.conv1(x))))))
class LocalWindowAttention:
    fits = "attn"
    def forward(self, x):
        b, c, h, w = x.shape
        size = self.window_resolution
        if h <= size and w <= size:
            return self.attn(x)
        image = torch.nn.functional.pad(x.permute(0, 2, 3, 1), [0, 0, 0, -w % size, 0, -h % size])
        high, wide = image.shape[1], image.shape[2]
        tiles = image.reshape(b, high // size, size, wide // size, size, c).transpose(2, 3)
        tiles = self.attn(tiles.reshape(-1, size, size, c).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        image = tiles.reshape(b, high // size, wide // size, size, size, c).transpose(2, 3).reshape(b, high, wide, c)
        return image[:, :h, :w].permute(0, 3, 1, 2)
class CascadedGroupAttention:
    fits = "qkvs dws proj attention_biases[2] attention_bias_idxs[2]"
    def forward(self, x):
        b, c, h, w = x.shape
        parts = x.chunk(len(self.qkvs), 1)
        biases = self.attention_biases[:, self.attention_bias_idxs]
        done = []
        for k, layer in enumerate(self.qkvs):
            part = layer(parts[k] if k == 0 else done[-1] + parts[k])
            query, key, value = torch.split(part, [self.key_dim, self.key_dim, self.val_dim], 1)
            query = self.dws[k](query).flatten(2) * self.scale
            weights = torch.softmax(torch.matmul(query.transpose(-2, -1), key.flatten(2)) + biases[k], -1)
            done.append(torch.matmul(value.flatten(2), weights.transpose(-2, -1)).view(b, self.val_dim, h, w))
        return self.proj(torch.cat(done, 1))
`,
  'timm.models.tnt': `
class TNT:
    fits = "pixel_embed norm1_proj proj norm2_proj? pos_drop blocks norm head_drop head cls_token[3] patch_pos[3] pixel_pos[4]"
    def forward(self, x):
        b = x.shape[0]
        pixels = self.pixel_embed(x, self.pixel_pos)
        patches = self.norm2_proj(self.proj(self.norm1_proj(pixels.reshape(b, self.num_patches, -1))))
        patches = self.pos_drop(torch.cat([self.cls_token.expand(b, -1, -1), patches], 1) + self.patch_pos)
        for block in self.blocks:
            pixels, patches = block(pixels, patches)
        x = timm.models.vision_transformer.pooled(self.norm(patches), self.global_pool, self.num_prefix_tokens)
        return self.head(self.head_drop(x))
class PixelEmbed:
    fits = "proj unfold"
    def forward(self, x, place):
        b, c, h, w = x.shape
        if self.legacy:
            x = self.unfold(self.proj(x)).transpose(1, 2)
            x = x.reshape(b * self.num_patches, self.in_dim, self.new_patch_size[0], self.new_patch_size[1])
        else:
            x = self.unfold(x).transpose(1, 2).reshape(b * self.num_patches, c, self.patch_size[0], self.patch_size[1])
            x = self.proj(x)
        return (x + place).reshape(b * self.num_patches, self.in_dim, -1).transpose(1, 2)
class Block:
    fits = "norm_in attn_in norm_mlp_in mlp_in norm1_proj proj norm_out attn_out drop_path norm_mlp mlp"
    def forward(self, pixels, patches):
        pixels = pixels + self.drop_path(self.attn_in(self.norm_in(pixels)))
        pixels = pixels + self.drop_path(self.mlp_in(self.norm_mlp_in(pixels)))
        b, n, c = patches.shape
        if self.norm2_proj is None:
            told = self.proj(self.norm1_proj(pixels).reshape(b, n - 1, -1))
        else:
            told = self.norm2_proj(self.proj(self.norm1_proj(pixels.reshape(b, n - 1, -1))))
        patches = torch.cat([patches[:, 0:1], patches[:, 1:] + told], 1)
        patches = patches + self.drop_path(self.attn_out(self.norm_out(patches)))
        return pixels, patches + self.drop_path(self.mlp(self.norm_mlp(patches)))
class Attention:
    fits = "qk v attn_drop proj proj_drop"
    def forward(self, x):
        b, n, c = x.shape
        q, k = self.qk(x).reshape(b, n, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        v = self.v(x).reshape(b, n, self.num_heads, -1).permute(0, 2, 1, 3)
        weights = self.attn_drop(torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * self.scale, -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, n, -1)))
`,
  'timm.models.volo': `
class VOLO:
    fits = "patch_embed pos_drop network post_network? aux_head? norm head_drop head pos_embed[4] cls_token[3]"
    def forward(self, x):
        x = self.patch_embed(x).permute(0, 2, 3, 1)
        for k, block in enumerate(self.network):
            if k == 2:
                x = self.pos_drop(x + self.pos_embed)
            x = block(x)
        x = x.reshape(x.shape[0], -1, x.shape[3])
        if self.post_network is not None:
            x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1)
            for block in self.post_network:
                x = block(x)
        x = self.norm(x)
        out = x.mean(1) if self.global_pool == "avg" else x[:, 0] if self.global_pool == "token" else x
        out = self.head(out)
        return out if self.aux_head is None else out + 0.5 * self.aux_head(x[:, 1:]).amax(1)
class PatchEmbed:
    fits = "conv? proj"
    def forward(self, x):
        return self.proj(x if self.conv is None else self.conv(x))
class Outlooker:
    fits = "norm1 attn drop_path1 norm2 mlp drop_path2"
    def forward(self, x):
        x = x + self.drop_path1(self.attn(self.norm1(x)))
        return x + self.drop_path2(self.mlp(self.norm2(x)))
class Transformer:
    fits = "norm1 attn drop_path1 norm2 mlp drop_path2"
    def forward(self, x):
        x = x + self.drop_path1(self.attn(self.norm1(x)))
        return x + self.drop_path2(self.mlp(self.norm2(x)))
class Downsample:
    fits = "proj"
    def forward(self, x):
        return self.proj(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
class OutlookAttention:
    fits = "v attn attn_drop proj proj_drop unfold pool"
    def forward(self, x):
        b, h, w, c = x.shape
        down, right = (h + self.stride - 1) // self.stride, (w + self.stride - 1) // self.stride
        area = self.kernel_size * self.kernel_size
        v = self.unfold(self.v(x).permute(0, 3, 1, 2)).reshape(b, self.num_heads, -1, area, down * right).permute(0, 1, 4, 3, 2)
        pooled = self.pool(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        scores = self.attn(pooled).reshape(b, down * right, self.num_heads, area, area).permute(0, 2, 1, 3, 4)
        weights = self.attn_drop(torch.softmax(scores * self.scale, -1))
        rows = torch.matmul(weights, v).permute(0, 1, 4, 3, 2).reshape(b, c * area, down * right)
        image = torch.nn.functional.fold(rows, [h, w], self.kernel_size, padding=self.padding, stride=self.stride)
        return self.proj_drop(self.proj(image.permute(0, 2, 3, 1)))
class Attention:
    fits = "qkv attn_drop proj proj_drop"
    def forward(self, x):
        b, h, w, c = x.shape
        q, k, v = self.qkv(x).reshape(b, h * w, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        weights = self.attn_drop(torch.softmax(torch.matmul(q * self.scale, k.transpose(-2, -1)), -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, h, w, c)))
class ClassBlock:
    fits = "norm1 attn drop_path1 norm2 mlp drop_path2"
    def forward(self, x):
        token = x[:, :1] + self.drop_path1(self.attn(self.norm1(x)))
        return torch.cat([token + self.drop_path2(self.mlp(self.norm2(token))), x[:, 1:]], 1)
class ClassAttention:
    fits = "kv q attn_drop proj proj_drop"
    def forward(self, x):
        b, n, c = x.shape
        k, v = self.kv(x).reshape(b, n, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        q = self.q(x[:, :1]).reshape(b, self.num_heads, 1, self.head_dim) * self.scale
        weights = self.attn_drop(torch.softmax(torch.matmul(q, k.transpose(-2, -1)), -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, 1, -1)))
`,
  'timm.models.xcit': `
class Xcit:
    fits = "patch_embed pos_embed? pos_drop blocks cls_attn_blocks norm head_drop head cls_token[3]"
    def forward(self, x):
        x = self.patch_embed(x)
        h, w = x.shape[2], x.shape[3]
        x = x.flatten(2).transpose(1, 2)
        if self.pos_embed is not None:
            x = x + self.pos_embed(h, w).flatten(2).transpose(1, 2)
        x = self.pos_drop(x)
        for block in self.blocks:
            x = block(x, h, w)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1)
        for block in self.cls_attn_blocks:
            x = block(x)
        x = timm.models.vision_transformer.pooled(self.norm(x), self.global_pool, 1)
        return self.head(self.head_drop(x))
class ConvPatchEmbed:
    fits = "proj"
    def forward(self, x):
        return self.proj(x)
class PositionalEncodingFourier(timm.models.edgenext.PositionalEncodingFourier):
    pass
class XCABlock:
    fits = "norm1 attn drop_path1 norm3 local_mp drop_path3 norm2 mlp drop_path2 gamma1[1] gamma3[1] gamma2[1]"
    def forward(self, x, h, w):
        x = x + self.drop_path1(self.gamma1 * self.attn(self.norm1(x)))
        x = x + self.drop_path3(self.gamma3 * self.local_mp(self.norm3(x), h, w))
        return x + self.drop_path2(self.gamma2 * self.mlp(self.norm2(x)))
class XCA(timm.models.edgenext.CrossCovarianceAttn):
    pass
class LPI:
    fits = "conv1 act bn conv2"
    def forward(self, x, h, w):
        image = x.permute(0, 2, 1).reshape(x.shape[0], x.shape[2], h, w)
        return self.conv2(self.bn(self.act(self.conv1(image)))).flatten(2).permute(0, 2, 1)
class ClassAttentionBlock:
    fits = "norm1 attn drop_path1 norm2 mlp drop_path2 gamma1[1] gamma2[1]"
    def forward(self, x):
        normed = self.norm1(x)
        x = x + self.drop_path1(self.gamma1 * torch.cat([self.attn(normed), normed[:, 1:]], 1))
        x = self.norm2(x) if self.tokens_norm else torch.cat([self.norm2(x[:, 0:1]), x[:, 1:]], 1)
        changed = torch.cat([self.gamma2 * self.mlp(x[:, 0:1]), x[:, 1:]], 1)
        return x + self.drop_path2(changed)
`,
  'timm.models.hiera': `
class Hiera:
    fits = "patch_embed unroll reroll blocks head pos_embed[3]?"
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
    fits = "proj?"
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
    fits = "qkv proj?"
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
};
