/** ai.onnx.ml, and the optimisers of ai.onnx.preview.training. */
import { clashes, table } from './cases.ts';

const ml = (body: string) => body.replace(/= (\w+)/, '= ai.onnx.ml.$1');

table('ai.onnx.ml', [
  ['double[N,3] x', ml('y = Scaler <offset = [0.0], scale = [1.0]> (x)'), 'float32[N, 3]'],
  ['double[N,3] x', ml('y = Binarizer (x)'), 'float64[N, 3]'],
  ['float[N,7] x, int64[3] i', ml('y = ArrayFeatureExtractor (x, i)'), 'float32[N, 3]'],
  ['string[2] x', ml('y = CategoryMapper <cats_int64s = [1,2], cats_strings = ["a","b"]> (x)'), 'int64[2]'],
  ['map(string, float) x', ml('y = DictVectorizer <string_vocabulary = ["a","b"]> (x)'), 'float32'],
  ['map(int64, float) x', ml('y = CastMap <cast_to = "TO_INT64"> (x)'), 'int64'],
  ['float[2,3] a, float[2,4] b', ml('y = FeatureVectorizer <inputdimensions = [3,4]> (a, b)'), 'float32[2, 7]'],
  ['string[2,3] x', ml('y = LabelEncoder <keys_strings = ["a"], values_int64s = [1]> (x)'), 'int64[2, 3]'],
  [
    'int64[2,3] x',
    ml('y = LabelEncoder <keys_tensor = int64[1] {1}, values_tensor = double[1] {1}> (x)'),
    'float64[2, 3]',
  ],
  [
    'float[N,3] x',
    ml('y, z = LinearClassifier <classlabels_strings = ["a","b"], coefficients = [1.0], intercepts = [1.0]> (x)'),
    'string[N]; float32[N, 2]',
  ],
  ['float[N,3] x', ml('y = LinearRegressor <targets = 2> (x)'), 'float32[N, 2]'],
  ['int64[2,3] x', ml('y = OneHotEncoder <cats_int64s = [1,2,3,4]> (x)'), 'float32[2, 3, 4]'],
  ['float[N,3] x', ml('y = SVMRegressor (x)'), 'float32[N, 1]'],
  [
    'float[N,3] x',
    ml('y, z = SVMClassifier <classlabels_ints = [4,5], prob_a = [1.0]> (x)'),
    'int64[N]; float32[N, 2]',
  ],
  ['float[N,3] x', ml('y = ZipMap <classlabels_int64s = [1,2]> (x)'), 'sequence(map(int64, float32[]))'],
  [
    'double[N,3] x',
    ml(
      'y = TreeEnsemble <n_targets = 2, nodes_splits = double[1] {1}, nodes_featureids = [0], nodes_modes = uint8[1] {0}, nodes_truenodeids = [0], nodes_falsenodeids = [0], nodes_trueleafs = [1], nodes_falseleafs = [1], tree_roots = [0], leaf_targetids = [0], leaf_weights = double[1] {1}> (x)',
    ),
    'float64[N, 2]',
  ],
]);

table('ai.onnx.preview.training', [
  [
    'float r, int64 t, float[2] a, float[3] b, float[2] ga, float[3] gb, float[2] ha, float[3] hb',
    'a2, y, h2, z = ai.onnx.preview.training.Adagrad (r, t, a, b, ga, gb, ha, hb)',
    'float32[3]; float32[3]',
  ],
  [
    'float r, int64 t, float[2] a, float[2] g, float[2] v, float[2] h',
    'y, v2, z = ai.onnx.preview.training.Adam (r, t, a, g, v, h)',
    'float32[2]; float32[2]',
  ],
]);

clashes('models of ai.onnx.ml that cannot be', [
  ['float[1,2,3] x', ml('y = ZipMap <classlabels_int64s = [1,2]> (x)'), 'the data has rank 3, not 1 or 2'],
  [
    'string[2] x',
    ml('y = CategoryMapper <cats_int64s = [1], cats_strings = ["a","b"]> (x)'),
    '1 numbers stand for 2 texts',
  ],
  [
    'float[2] x',
    ml('y = LabelEncoder <keys_strings = ["a"], values_int64s = [1]> (x)'),
    'its keys are string, its input is float32',
  ],
  [
    'string[2] x',
    ml('y = LabelEncoder <keys_strings = ["a","b"], values_int64s = [1]> (x)'),
    '2 keys stand for 1 values',
  ],
  [
    'string[2] x',
    ml('y = LabelEncoder <keys_strings = ["a"], values_int64s = [1], default_tensor = float[1] {1}> (x)'),
    'its default is float32',
  ],
  ['int64[2,3] x', ml('y = OneHotEncoder (x)'), 'it needs one of cats_int64s and cats_strings'],
  [
    'float[1,2,3] x',
    ml('y, z = LinearClassifier <classlabels_ints = [1], coefficients = [1.0]> (x)'),
    'the data has rank 3, not 1 or 2',
  ],
  [
    'float[N,3] x',
    ml('y = TreeEnsemble <nodes_splits = double[1] {1}, leaf_weights = float[1] {1}, leaf_targetids = [0]> (x)'),
    'nodes_splits is float64, not float32',
  ],
  [
    'float r, int64 t, float[2] a',
    'y = ai.onnx.preview.training.Adam (r, t, a)',
    '1 tensors do not come in groups of 4',
  ],
]);
