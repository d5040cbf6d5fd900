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
};
