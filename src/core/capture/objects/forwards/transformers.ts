/** Forwards of some models of transformers (BERT, DistilBERT, ViT, ResNet), after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TRANSFORMERS: ForwardTexts = {
  'transformers.activations': `
class GELUActivation:
    fits = ""
    def forward(self, input):
        return self.act(input)
class NewGELUActivation:
    fits = ""
    def forward(self, input):
        return torch.gelu(input, approximate="tanh")
class QuickGELUActivation:
    fits = ""
    def forward(self, input):
        return input * torch.sigmoid(1.702 * input)
class SiLUActivation:
    fits = ""
    def forward(self, input):
        return torch.silu(input)
def additive(mask, like):
    return None if mask is None else (mask == 0).to(like.dtype).unsqueeze(1).unsqueeze(2) * -3.4028234663852886e+38
def attended(q, k, v, heads, scale, mask):
    b, n, c = q.shape
    q, k, v = q.view(b, n, heads, -1).transpose(1, 2), k.view(b, n, heads, -1).transpose(1, 2), v.view(b, n, heads, -1).transpose(1, 2)
    scores = torch.matmul(q, k.transpose(2, 3)) * scale
    if mask is not None:
        scores = scores + mask
    return torch.matmul(torch.softmax(scores, -1), v).transpose(1, 2).reshape(b, n, c)
`,
  'transformers.models.bert.modeling_bert': `
class BertModel:
    fits = "embeddings:BertEmbeddings encoder:BertEncoder pooler:BertPooler?"
    def forward(self, input_ids, attention_mask=None, token_type_ids=None, position_ids=None):
        assert not self.config.is_decoder, "it decodes"
        x = self.embeddings(input_ids, token_type_ids, position_ids)
        x = self.encoder(x, transformers.activations.additive(attention_mask, x))
        return x if self.pooler is None else (x, self.pooler(x))
class BertEmbeddings:
    fits = "word_embeddings:Embedding position_embeddings:Embedding token_type_embeddings:Embedding LayerNorm dropout:Dropout position_ids[2] token_type_ids[2]"
    def forward(self, input_ids, token_type_ids, position_ids):
        n = input_ids.size(1)
        places = self.position_ids[:, :n] if position_ids is None else position_ids
        types = torch.gather(self.token_type_ids.expand(places.size(0), -1), 1, places) if token_type_ids is None else token_type_ids
        x = self.word_embeddings(input_ids) + self.token_type_embeddings(types)
        return self.dropout(self.LayerNorm(x + self.position_embeddings(places)))
class BertEncoder:
    fits = "layer:ModuleList"
    def forward(self, x, mask):
        for layer in self.layer:
            x = layer(x, mask)
        return x
class BertLayer:
    fits = "attention:BertAttention intermediate:BertIntermediate output:BertOutput"
    def forward(self, x, mask):
        assert not self.is_decoder, "it decodes"
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)
class BertAttention:
    fits = "self:BertSelfAttention output:BertSelfOutput"
    def forward(self, x, mask):
        return self.output(getattr(self, "self")(x, mask), x)
class BertSelfAttention:
    fits = "query:Linear key:Linear value:Linear dropout:Dropout"
    def forward(self, x, mask):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        scale = 1.0 / math.sqrt(self.attention_head_size)
        return transformers.activations.attended(self.query(x), self.key(x), self.value(x), self.num_attention_heads, scale, mask)
class BertSelfOutput:
    fits = "dense:Linear LayerNorm dropout:Dropout"
    def forward(self, x, shortcut):
        return self.LayerNorm(self.dropout(self.dense(x)) + shortcut)
class BertIntermediate:
    fits = "dense:Linear intermediate_act_fn"
    def forward(self, x):
        return self.intermediate_act_fn(self.dense(x))
class BertOutput(BertSelfOutput):
    pass
class BertPooler:
    fits = "dense:Linear activation"
    def forward(self, x):
        return self.activation(self.dense(x[:, 0]))
`,
  'transformers.models.distilbert.modeling_distilbert': `
class DistilBertModel:
    fits = "embeddings:Embeddings transformer:Transformer"
    def forward(self, input_ids, attention_mask=None):
        x = self.embeddings(input_ids)
        return self.transformer(x, transformers.activations.additive(attention_mask, x))
class Embeddings:
    fits = "word_embeddings:Embedding position_embeddings:Embedding LayerNorm dropout:Dropout position_ids[2]"
    def forward(self, input_ids):
        x = self.word_embeddings(input_ids) + self.position_embeddings(self.position_ids[:, :input_ids.size(1)])
        return self.dropout(self.LayerNorm(x))
class Transformer:
    fits = "layer:ModuleList"
    def forward(self, x, mask):
        for layer in self.layer:
            x = layer(x, mask)
        return x
class TransformerBlock:
    fits = "attention:DistilBertSelfAttention sa_layer_norm ffn:FFN output_layer_norm"
    def forward(self, x, mask):
        x = self.sa_layer_norm(self.attention(x, mask) + x)
        return self.output_layer_norm(self.ffn(x) + x)
class DistilBertSelfAttention:
    fits = "q_lin:Linear k_lin:Linear v_lin:Linear out_lin:Linear dropout:Dropout"
    def forward(self, x, mask):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        scale = 1.0 / math.sqrt(self.attention_head_size)
        return self.out_lin(transformers.activations.attended(self.q_lin(x), self.k_lin(x), self.v_lin(x), self.n_heads, scale, mask))
class FFN:
    fits = "dropout:Dropout lin1:Linear lin2:Linear activation"
    def forward(self, x):
        return self.dropout(self.lin2(self.activation(self.lin1(x))))
`,
  'transformers.models.vit.modeling_vit': `
class ViTModel:
    fits = "embeddings:ViTEmbeddings layers:ModuleList layernorm pooler:ViTPooler?"
    def forward(self, pixel_values):
        x = self.embeddings(pixel_values)
        for layer in self.layers:
            x = layer(x)
        x = self.layernorm(x)
        return x if self.pooler is None else (x, self.pooler(x))
class ViTEmbeddings:
    fits = "patch_embeddings:ViTPatchEmbeddings dropout:Dropout cls_token[3] position_embeddings[3] mask_token[3]?"
    def forward(self, pixel_values):
        x = self.patch_embeddings(pixel_values)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1)
        return self.dropout(x + self.position_embeddings)
class ViTPatchEmbeddings:
    fits = "projection:Conv2d"
    def forward(self, pixel_values):
        return self.projection(pixel_values).flatten(2).transpose(1, 2)
class ViTLayer:
    fits = "attention:ViTAttention layernorm_before layernorm_after mlp:ViTMLP dropout:Dropout"
    def forward(self, x):
        x = x + self.dropout(self.attention(self.layernorm_before(x)))
        return x + self.dropout(self.mlp(self.layernorm_after(x)))
class ViTAttention:
    fits = "q_proj:Linear k_proj:Linear v_proj:Linear o_proj:Linear"
    def forward(self, x):
        assert not self.training or self.attention_dropout == 0.0, "it is in training mode: call model.eval() before saving"
        return self.o_proj(transformers.activations.attended(self.q_proj(x), self.k_proj(x), self.v_proj(x), self.num_attention_heads, self.scaling, None))
class ViTMLP:
    fits = "activation_fn fc1:Linear fc2:Linear"
    def forward(self, x):
        return self.fc2(self.activation_fn(self.fc1(x)))
class ViTPooler:
    fits = "dense:Linear activation"
    def forward(self, x):
        return self.activation(self.dense(x[:, 0]))
`,
  'transformers.models.resnet.modeling_resnet': `
class ResNetModel:
    fits = "embedder:ResNetEmbeddings encoder:ResNetEncoder pooler:AdaptiveAvgPool2d"
    def forward(self, pixel_values):
        x = self.encoder(self.embedder(pixel_values))
        return x, self.pooler(x)
class ResNetEmbeddings:
    fits = "embedder:ResNetConvLayer pooler:MaxPool2d"
    def forward(self, pixel_values):
        return self.pooler(self.embedder(pixel_values))
class ResNetConvLayer:
    fits = "convolution:Conv2d normalization:BatchNorm2d activation"
    def forward(self, x):
        return self.activation(self.normalization(self.convolution(x)))
class ResNetEncoder:
    fits = "stages:ModuleList"
    def forward(self, x):
        for stage in self.stages:
            x = stage(x)
        return x
class ResNetStage:
    fits = "layers:Sequential"
    def forward(self, x):
        return self.layers(x)
class ResNetBasicLayer:
    fits = "shortcut layer:Sequential activation"
    def forward(self, x):
        return self.activation(self.layer(x) + self.shortcut(x))
class ResNetBottleNeckLayer(ResNetBasicLayer):
    pass
class ResNetShortCut:
    fits = "convolution:Conv2d normalization:BatchNorm2d"
    def forward(self, x):
        return self.normalization(self.convolution(x))
`,
};
