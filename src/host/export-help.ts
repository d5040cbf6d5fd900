/** How to save a PyTorch program again, as Python to run: shown where a file lacks what a conversion needs. */
import * as vscode from 'vscode';

const PYTHON = `# Saves a program with what a converter needs. Run it where your model's code is.
import torch

model = ...          # your module, with its weights loaded
model.eval()
example = (torch.randn(1, 3, 224, 224),)   # inputs of the shape that you deploy

# The program with its shapes (PyTorch 2.1 and later):
torch.export.save(torch.export.export(model, example), "model.pt2")

# Or a trace, which any PyTorch can write:
torch.jit.trace(model, example).save("model.traced.pt")
`;

export async function showExportHelp(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'python', content: PYTHON });
  await vscode.window.showTextDocument(document, { preview: true });
}
