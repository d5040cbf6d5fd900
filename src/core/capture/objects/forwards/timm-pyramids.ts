/** Forwards of timm's transformers over pyramids, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_PYRAMIDS: ForwardTexts = {
  'timm.models.mvitv2': `
class MultiScaleVit:
    fits = "patch_embed stages norm head"
    cls_token = None
    pos_embed = None
    def forward(self, x):
        x, size = self.patch_embed(x)
        if self.cls_token is not None:
            x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1)
        if self.pos_embed is not None:
            x = x + self.pos_embed
        for stage in self.stages:
            x, size = stage(x, size)
        x = self.norm(x)
        return self.head(timm.models.vision_transformer.pooled(x, self.global_pool, self.num_prefix_tokens))
class PatchEmbed:
    fits = "proj"
    def forward(self, x):
        x = self.proj(x)
        return x.flatten(2).transpose(1, 2), (x.shape[2], x.shape[3])
class MultiScaleVitStage:
    fits = "blocks"
    def forward(self, x, size):
        for block in self.blocks:
            x, size = block(x, size)
        return x, size
class MultiScaleBlock:
    fits = "norm1 attn drop_path1 norm2 mlp drop_path2 shortcut_proj_attn? shortcut_pool_attn?"
    def forward(self, x, size):
        assert not self.has_cls_token, "it has a class token"
        normed = self.norm1(x)
        shortcut = x if self.shortcut_proj_attn is None else self.shortcut_proj_attn(normed)
        if self.shortcut_pool_attn is not None:
            image = shortcut.reshape(shortcut.shape[0], size[0], size[1], -1).permute(0, 3, 1, 2)
            shortcut = self.shortcut_pool_attn(image).flatten(2).transpose(1, 2)
        out, size = self.attn(normed, size)
        x = shortcut + self.drop_path1(out)
        normed = self.norm2(x)
        shortcut = x if self.shortcut_proj_mlp is None else self.shortcut_proj_mlp(normed)
        return shortcut + self.drop_path2(self.mlp(normed)), size
class MultiScaleAttention:
    fits = "qkv proj pool_q norm_q pool_k norm_k pool_v norm_v rel_pos_h[2] rel_pos_w[2]"
    def forward(self, x, size):
        assert not self.has_cls_token, "it has a class token"
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        q, q_size = pooled(self, q, self.pool_q, self.norm_q, size)
        k, k_size = pooled(self, k, self.pool_k, self.norm_k, size)
        v, v_size = pooled(self, v, self.pool_v, self.norm_v, size)
        scores = torch.matmul(q * self.scale, k.transpose(-2, -1))
        if self.rel_pos_type == "spatial":
            grid = q.reshape(b, self.num_heads, q_size[0], q_size[1], -1)
            high = torch.matmul(grid, apart(self.rel_pos_h, q_size[0], k_size[0]).transpose(1, 2))
            wide = torch.matmul(grid.transpose(2, 3), apart(self.rel_pos_w, q_size[1], k_size[1]).transpose(1, 2)).transpose(2, 3)
            scores = scores + (high.unsqueeze(-1) + wide.unsqueeze(-2)).reshape(scores.shape)
        out = torch.matmul(torch.softmax(scores, -1), v)
        if self.residual_pooling:
            out = out + q
        return self.proj(out.transpose(1, 2).reshape(b, -1, self.dim_out)), q_size
def pooled(self, x, pool, norm, size):
    if pool is not None:
        image = pool(x.reshape(-1, size[0], size[1], x.shape[-1]).permute(0, 3, 1, 2))
        size = (image.shape[2], image.shape[3])
        x = image.reshape(-1, self.num_heads, image.shape[1], size[0] * size[1]).transpose(2, 3)
    return x if norm is None else norm(x), size
def apart(table, queries, keys):
    wide = max(keys / queries, 1.0)
    narrow = max(queries / keys, 1.0)
    distance = torch.arange(queries).unsqueeze(1) * wide - torch.arange(keys).unsqueeze(0) * narrow + (keys - 1) * narrow
    return table[distance.to(torch.int64)]
`,
  'timm.models.tiny_vit': `
class TinyVit:
    fits = "patch_embed stages head"
    def forward(self, x):
        return self.head(self.stages(self.patch_embed(x)))
class PatchEmbed:
    fits = "conv1 act conv2"
    def forward(self, x):
        return self.conv2(self.act(self.conv1(x)))
class ConvNorm(torch.nn.modules.container.Sequential):
    pass
class ConvLayer:
    fits = "blocks"
    def forward(self, x):
        return self.blocks(x)
class MBConv:
    fits = "conv1 act1 conv2 act2 conv3 act3 drop_path"
    def forward(self, x):
        out = self.conv3(self.act2(self.conv2(self.act1(self.conv1(x)))))
        return self.act3(self.drop_path(out) + x)
class PatchMerging:
    fits = "conv1 act1 conv2 act2 conv3"
    def forward(self, x):
        return self.conv3(self.act2(self.conv2(self.act1(self.conv1(x)))))
class TinyVitStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
class TinyVitBlock:
    fits = "attn drop_path1 mlp drop_path2 local_conv"
    def forward(self, x):
        b, h, w, c = x.shape
        size = self.window_size
        image = torch.nn.functional.pad(x, [0, 0, 0, -w % size, 0, -h % size])
        tiles = self.attn(graphwright.windows.split(image, size, size))
        image = graphwright.windows.joined(tiles, size, size, image.shape[1], image.shape[2])[:, :h, :w]
        x = self.local_conv((x + self.drop_path1(image)).permute(0, 3, 1, 2)).flatten(2).transpose(1, 2)
        return (x + self.drop_path2(self.mlp(x))).view(b, h, w, c)
class Attention:
    fits = "norm qkv proj attention_biases[2] attention_bias_idxs[2]"
    def forward(self, x):
        b, n, c = x.shape
        qkv = self.qkv(self.norm(x)).reshape(b, n, self.num_heads, -1).permute(0, 2, 1, 3)
        q, k, v = torch.split(qkv, [self.key_dim, self.key_dim, self.val_dim], 3)
        scores = torch.matmul(q * self.scale, k.transpose(-2, -1)) + self.attention_biases[:, self.attention_bias_idxs]
        return self.proj(torch.matmul(torch.softmax(scores, -1), v).transpose(1, 2).reshape(b, n, self.out_dim))
class NormMlp:
    fits = "norm fc1 act drop1 fc2 drop2"
    def forward(self, x):
        return self.drop2(self.fc2(self.drop1(self.act(self.fc1(self.norm(x))))))
`,
  'timm.models.twins': `
class Twins:
    fits = "patch_embeds pos_drops blocks pos_block norm head_drop head"
    def forward(self, x):
        b = x.shape[0]
        for k, embed in enumerate(self.patch_embeds):
            if k > 0:
                x = x.reshape(b, size[0], size[1], -1).permute(0, 3, 1, 2)
            x, size = embed(x)
            x = self.pos_drops[k](x)
            for j, block in enumerate(self.blocks[k]):
                x = block(x, size)
                if j == 0:
                    x = self.pos_block[k](x, size)
        x = self.norm(x)
        if self.global_pool == "avg":
            x = x.mean(1)
        return self.head(self.head_drop(x))
class PatchEmbed:
    fits = "proj norm"
    def forward(self, x):
        size = (x.shape[2] // self.patch_size[0], x.shape[3] // self.patch_size[1])
        return self.norm(self.proj(x).flatten(2).transpose(1, 2)), size
class Block:
    fits = "norm1 attn drop_path1 norm2 mlp drop_path2"
    def forward(self, x, size):
        x = x + self.drop_path1(self.attn(self.norm1(x), size))
        return x + self.drop_path2(self.mlp(self.norm2(x)))
class PosConv:
    fits = "proj"
    def forward(self, x, size):
        image = x.transpose(1, 2).reshape(x.shape[0], x.shape[2], size[0], size[1])
        out = self.proj(image)
        return (out + image if self.stride == 1 else out).flatten(2).transpose(1, 2)
class LocallyGroupedAttn:
    fits = "qkv attn_drop proj proj_drop"
    def forward(self, x, size):
        b, n, c = x.shape
        h, w = size
        image = torch.nn.functional.pad(x.reshape(b, h, w, c), [0, 0, 0, -w % self.ws, 0, -h % self.ws])
        tiles = graphwright.windows.split(image, self.ws, self.ws)
        q, k, v = self.qkv(tiles).reshape(-1, self.ws * self.ws, 3, self.num_heads, c // self.num_heads).permute(2, 0, 3, 1, 4).unbind(0)
        weights = self.attn_drop(torch.softmax(torch.matmul(q * self.scale, k.transpose(-2, -1)), -1))
        tiles = torch.matmul(weights, v).transpose(1, 2).reshape(-1, self.ws * self.ws, c)
        image = graphwright.windows.joined(tiles, self.ws, self.ws, image.shape[1], image.shape[2])[:, :h, :w]
        return self.proj_drop(self.proj(image.reshape(b, n, c)))
class GlobalSubSampleAttn:
    fits = "q kv attn_drop proj proj_drop sr? norm?"
    def forward(self, x, size):
        b, n, c = x.shape
        q = self.q(x).reshape(b, n, self.num_heads, -1).permute(0, 2, 1, 3)
        if self.sr is not None:
            image = x.permute(0, 2, 1).reshape(b, c, size[0], size[1])
            x = self.norm(self.sr(image).flatten(2).permute(0, 2, 1))
        k, v = self.kv(x).reshape(b, -1, 2, self.num_heads, c // self.num_heads).permute(2, 0, 3, 1, 4).unbind(0)
        weights = self.attn_drop(torch.softmax(torch.matmul(q * self.scale, k.transpose(-2, -1)), -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, n, c)))
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
  'timm.models.coat': `
class CoaT:
    fits = "patch_embed1 patch_embed2 patch_embed3 patch_embed4 cpe1 cpe2 cpe3 cpe4 crpe1 crpe2 crpe3 crpe4 serial_blocks1 serial_blocks2 serial_blocks3 serial_blocks4 parallel_blocks? norm2 norm3 norm4 aggregate head_drop head cls_token1[3] cls_token2[3] cls_token3[3] cls_token4[3]"
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
};
