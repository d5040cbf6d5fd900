import { test } from 'vitest';
import { Harness } from './panel-harness/harness.ts';
import { startEngine } from '../../src/service/client.ts';
test('shots', async () => {
  const engine = startEngine({ program: '/tmp/gw/service.mjs', log: (l) => console.log('LOG', l) });
  for (const [name, file, target, theme] of [
    ['r-resnet50', '/tmp/zoo/torchvision/resnet50/traced.pt', 'onnx', 'dark'],
    ['r-bert', '/tmp/zoo/hf/bert/traced.pt', 'caffe:bvlc', 'light'],
    ['r-bert2', '/tmp/zoo/hf/bert/exported.pt2', 'onnx', 'dark'],
    ['r-vit', '/tmp/zoo/timm/test_vit/exported.pt2', 'onnx', 'light'],
    ['r-mobilenet', '/tmp/zoo/torchvision/mobilenet_v2/exported.pt2', 'onnx', 'dark'],
    ['r-acme', '/work/main/samples/acme.traced.pt', 'onnx', 'dark'],
    ['r-onnx', '/work/main/samples/light_squeezenet.onnx', 'onnx', 'light'],
    ['r-pickled', '/tmp/zoo/hf/bert/pickled.pth', 'onnx', 'dark'],
  ] as const) {
    const h = await Harness.start({ theme });
    const t = Date.now();
    try { await h.open(engine, file, { target }); } catch (e) { console.log(name, String(e)); const f = (e as {code?: string; place?: never; next?: string}); if (f.code) await h.fail({ kind: 'input', code: f.code, message: (e as Error).message, ...(f.place && {place: f.place}), ...(f.next && {next: f.next}) }); }
    console.log(name, Date.now() - t, 'ms', h.errors);
    await h.page.waitForTimeout(500);
    await h.page.screenshot({ path: `/tmp/gw/${name}.png` });
    if (name === 'r-acme') { await h.page.getByTestId('problem-place').first().click(); await h.page.waitForTimeout(500); await h.page.screenshot({ path: `/tmp/gw/${name}2.png` }); }
    await h.end();
  }
  engine.dispose();
}, 600_000);
