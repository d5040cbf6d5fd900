/** What `graphwright --help` prints. */
export const HELP = `graphwright converts neural-network models, and says exactly what a target cannot take.

  graphwright convert IN --to TARGET [--opset N] [-o OUT] [--simplify] [--verify] [--force] [READING] [--json]
  graphwright capture PROGRAM [--input NAME:TYPE[DIMS]]... [--weights FILE] [--arg NAME=VALUE]... [--argv ARG]...
                      [--python PYTHON] [--timeout SECONDS] [--memory MB] [--to TARGET] [--opset N] [-o OUT] [--simplify]
                      [--verify] [--force] [--ops FILE]... [--accept CODE]... [--json]
  graphwright simplify IN -o OUT [--explain] [--why NODE] [--disable RULE]... [--inline] [--fold-limit MB] [--annotate]
                       [--verify] [--force] [READING] [--json]
  graphwright check IN [--to TARGET|all] [--opset N|all] [READING] [--json]
  graphwright inspect IN [READING] [--json]
  graphwright text IN [-o OUT.onnxtxt] [--inline] [--force] [READING]
  graphwright assemble IN.onnxtxt -o OUT.onnx [--force]
  graphwright rules FILE [--test] [--seed N] [--json]
  graphwright targets [--json]

IN is ONNX (.onnx, .onnxtxt), TorchScript (torch.jit.save), a .pt2 archive (torch.export.save) or a pickled module
(torch.save of a whole module), or Caffe (.caffemodel, .prototxt).
PROGRAM is a class or function of your own Python, model.py:Net, or of an installed module, torchvision.models:resnet18.
TARGET is onnx, onnx:PROFILE, caffe:BACKEND (graphwright targets lists them), or the path of a profile of your own (.json).

CAPTURING runs your program once, in your Python, and converts what torch.export or, where that fails, TorchScript recorded
  --input NAME:TYPE[DIMS]            what forward takes, as below; guessed where nothing is said
  --weights FILE                     a state_dict to load (or a checkpoint that holds one)
  --arg NAME=VALUE                   an argument of the class or function, as Python writes it
  --argv ARG                         what the program finds as its command line; may stand several times
  --python PYTHON                    the Python that has its packages (python3)
  --timeout SECONDS, --memory MB     its limits (600 s, three quarters of the machine's memory)
  -o OUT                             OUT.pt2 or OUT.pt keeps the capture itself
  --verify                           compares with what PyTorch gives for two sets of inputs

SIMPLIFYING (also convert --simplify)
  --explain                          each step, with its nodes before and after
  --why NODE                         what became of a node (or the node of a value), and which rules nearly fit there
  --disable RULE                     leave a rule out; may stand several times
  --inline                           put the bodies of the model's functions where they are called
  --fold-limit MB                    how much larger constants that are computed beforehand may make the file (0.25, or
                                     2 % of its constants where that is more; weights: 128, or a tenth)
  --annotate                         say on each node where it came from, and the type of each value: a larger file

READING
  --input NAME_OR_INDEX:TYPE[DIMS]   the type of an input, such as x:float32[1,3,224,224]; may stand several times;
                                     a size may be a name, which leaves it open: x:float32[batch,3,224,224]
  --input NAME=VALUE                 a number, text or None that a scripted program takes
  --from FORMAT                      believe this format, not the content; caffe:DIALECT for a Caffe network
  --method NAME                      a method other than forward, or one program of a .pt2 that holds several
  --prototxt FILE                    the prototxt that goes with a caffemodel
  --stage NAME                       a stage that the rules of Caffe layers ask for; may stand several times
  --ops FILE                         custom operators, beside the graphwright.ops.json found upward from the model
  --accept CODE[:NODE]               take an approximation

Exit status: 0 done, 1 refused (problems are listed), or written and found by --verify to give other outputs, 2 the input or the call is bad, 3 a fault of Graphwright.
`;
