/** The page that a graph is drawn in. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Puts the graph's page into a webview; it says `ready` when it listens. */
export function showGraphPage(webview: vscode.Webview, extension: vscode.Uri): void {
  const media = vscode.Uri.joinPath(extension, 'dist');
  webview.options = { enableScripts: true, localResourceRoots: [media] };
  webview.html = page(webview, media);
}

/** The page around the panel's bundles. Only they may run, and nothing outside this extension can be asked for. */
function page(webview: vscode.Webview, media: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64url');
  const at = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(media, file)).toString();
  const source = webview.cspSource;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // The widgets' library writes style elements.
    `style-src ${source} 'unsafe-inline'`,
    `font-src ${source}`,
    `img-src ${source} data:`,
    // The layout runs in a worker, which a webview can only start from a blob of what it fetched.
    'worker-src blob:',
    `connect-src ${source}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${at('webview.css')}">
<title>Graph</title>
</head>
<body data-layout-script="${at('webview-layout.js')}">
<script nonce="${nonce}" src="${at('webview.js')}"></script>
</body>
</html>`;
}
